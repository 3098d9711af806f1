/** What the host knows before a yard is open: those that were open lately, and the agent CLIs that are here. */
import { Copy, Folder, RefreshCw } from 'lucide-react'
import { useEffect } from 'react'
import type { FoundCli, RecentYard } from '../../../contract/start-screen.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { copyText } from '../../actions/transfer/clipboard.ts'
import { Lamp } from '../../components/status-badge.tsx'
import { useSession } from '../../model/session/session-context.tsx'
import { showToast } from '../../model/toasts.ts'
import { useAnswer } from '../../model/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { needYouText, plural } from '../../ui/format.ts'
import type { OpenYard } from './open-yard.tsx'

/** Yards that were open lately, with what goes on in them. */
export function RecentList({ opening }: { readonly opening: OpenYard }) {
  const session = useSession()
  const { value: recent, askAgain } = useAnswer(({ startScreen }) => startScreen.recent())
  const forget = (folder: string): void =>
    void session.call(({ startScreen }) => startScreen.forget({ folder })).then(askAgain)
  return (
    <section className="card start-card" aria-label="Recent yards">
      <h2>Recent</h2>
      {recent?.length === 0 && <p className="start-none text-11 text-text-2">None yet.</p>}
      <ul>
        {recent?.map((yard) => (
          <li key={yard.folder}>
            <button
              type="button"
              className="start-row flex-1 min-w-0"
              disabled={yard.state === 'gone' || opening.isBusy}
              onClick={() => opening.open(yard.folder)}
            >
              <Folder size={16} strokeWidth={1.5} aria-hidden="true" />
              <span className="start-name flex-1 min-w-0">
                <b className="truncate">{yard.name}</b>
                <span className="truncate">{yard.folder}</span>
              </span>
              <StateOf yard={yard} />
            </button>
            <Button
              look="quiet"
              icon="close"
              aria-label={`Forget ${yard.name}`}
              title="Takes it off this list. The yard itself stays."
              onClick={() => forget(yard.folder)}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

const LAMPS: Readonly<Record<RecentYard['state'], ShownState | null>> = {
  working: 'in-progress',
  'needs-you': 'waiting',
  'at-rest': 'done',
  'not-running': null,
  gone: 'abandoned',
}

function StateOf({ yard }: { readonly yard: RecentYard }) {
  const { state, agents, attention } = yard
  const word = {
    working: plural(agents, 'agent'),
    'needs-you': needYouText(attention),
    'at-rest': 'At rest',
    'not-running': 'Not running',
    gone: 'Not there any more',
  }[state]
  return (
    <span className="start-state" data-st={LAMPS[state] ?? 'off'}>
      <Lamp state={LAMPS[state]} />
      {word}
    </span>
  )
}

/** Agent CLIs of this machine: what was found, and how one that is missing is installed. */
export function CliList() {
  const { value, isCurrent, problem, askAgain } = useAnswer(({ startScreen }) => startScreen.clis())
  useEffect(() => {
    if (problem) showToast(problem.message, { kind: 'error' })
  }, [problem])
  const clis = isCurrent ? value : null
  const { shown = [], others = [] } = Object.groupBy(clis?.clis ?? [], groupOf)
  const isAnyAgent = clis?.clis.some(({ type, path }) => type !== 'shell' && path !== null)
  return (
    <section className="card start-card" aria-label="Agent CLIs">
      <h2>
        Agent CLIs found here
        <Button
          icon={RefreshCw}
          look="quiet"
          isBusy={clis === null && problem === null}
          onClick={askAgain}
        >
          Look again
        </Button>
      </h2>
      {clis && isAnyAgent === false && (
        <p className="start-none text-11 text-text-2">
          No agent CLI found. Shell tasks and tasks of people work.
        </p>
      )}
      <CliRows clis={shown} />
      {others.length > 0 && (
        <details className="start-path text-11 text-text-2">
          <summary>{others.length} more that can be installed</summary>
          <CliRows clis={others} />
        </details>
      )}
      {clis && (
        <details className="start-path text-11 text-text-2">
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
const groupOf = ({ type, path }: FoundCli): 'shown' | 'others' =>
  path !== null || type === 'claude' || type === 'codex' ? 'shown' : 'others'

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
    <li className="start-cli gap-2 text-12" data-st={state}>
      <Lamp state={state} />
      <b>{type}</b>
      <span className="start-version truncate flex-1 min-w-0">
        {[label, version].filter(Boolean).join(' ')}
      </span>
      <span className="start-problem">{path === null ? 'Not found' : (problem ?? 'Found')}</span>
      {path === null && install !== null && (
        <Button
          icon={Copy}
          look="quiet"
          title={install}
          aria-label={`Copy how to install ${label}`}
          onClick={() => void copyText(install, install)}
        >
          Install
        </Button>
      )}
    </li>
  )
}
