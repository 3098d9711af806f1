/** Agent CLIs of this machine: what was found, and how one that is missing is installed. */
import { Copy, RefreshCw } from 'lucide-react'
import type { FoundCli } from '../../../contract/start-screen.ts'
import { Button } from '../../ui/button.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { showToast } from '../../model/toasts.ts'
import type { StartScreenFacts } from './use-start-screen-facts.ts'

export function CliList({ facts }: { readonly facts: StartScreenFacts }) {
  const { clis, lookAgain } = facts
  const all = clis?.clis ?? []
  const shown = all.filter(isShown)
  const others = all.filter((cli) => !isShown(cli))
  const isAnyAgent = clis?.clis.some(({ type, path }) => type !== 'shell' && path !== null)
  return (
    <section className="card start-card" aria-label="Agent CLIs">
      <h2>
        Agent CLIs found here
        <Button look="quiet" isBusy={clis === null} onClick={lookAgain}>
          <RefreshCw size={14} strokeWidth={1.5} aria-hidden="true" /> Look again
        </Button>
      </h2>
      {clis && isAnyAgent === false && (
        <p className="start-none">No agent CLI found. Shell tasks and tasks of people work.</p>
      )}
      <CliRows clis={shown} />
      {others.length > 0 && (
        <details className="start-path">
          <summary>{others.length} more that can be installed</summary>
          <CliRows clis={others} />
        </details>
      )}
      {clis && (
        <details className="start-path">
          <summary>Searched the PATH of your login shell. Keys stay where they are.</summary>
          <ul>
            {clis.path.map((folder) => (
              <li key={folder}>{folder}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** What is here, and the two that most people have; what else there is would only be a list of what is missing. */
const isShown = ({ type, path }: FoundCli): boolean =>
  path !== null || type === 'claude' || type === 'codex'

const CliRows = ({ clis }: { readonly clis: readonly FoundCli[] }) => (
  <ul>
    {clis.map((cli) => (
      <CliRow key={cli.type} cli={cli} />
    ))}
  </ul>
)

function CliRow({ cli }: { readonly cli: FoundCli }) {
  const { type, label, path, version, problem, install } = cli
  const state = path === null ? 'blocked' : problem === null ? 'done' : 'paused'
  return (
    <li className="start-cli" data-st={state}>
      <Lamp state={state} />
      <b>{type}</b>
      <span className="start-version">{[label, version].filter(Boolean).join(' ')}</span>
      <span className="start-problem">{path === null ? 'Not found' : (problem ?? 'Found')}</span>
      {path === null && install !== null && <CopyInstall name={label} command={install} />}
    </li>
  )
}

function CopyInstall({ name, command }: { readonly name: string; readonly command: string }) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command)
      showToast(`Copied: ${command}`)
    } catch {
      showToast(command) // no clipboard here: to be read and typed
    }
  }
  return (
    <Button
      look="quiet"
      title={command}
      aria-label={`Copy how to install ${name}`}
      onClick={() => void copy()}
    >
      <Copy size={14} strokeWidth={1.5} aria-hidden="true" /> Install
    </Button>
  )
}
