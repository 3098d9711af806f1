/** What only the app has: opening at login, the command line, new versions. */
import { useEffect, useState } from 'react'
import type { UpdateState } from '../../../contract/desktop.ts'
import type { Problem } from '../../model/session/problem.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Switch } from '../../ui/fields.tsx'
import { SettingRow } from './setting-row.tsx'
import type { SettingSection } from './setting.ts'
import { problemOf, useDesktopSettings } from './use-desktop.ts'

function OpenAtLogin() {
  const { preferences, problem, change, dismiss } = useDesktopSettings()
  return (
    <SettingRow label="Open at login" below={<ProblemNote problem={problem} onClose={dismiss} />}>
      {preferences && (
        <Switch
          label="Open at login"
          isOn={preferences.openAtLogin}
          onChange={(openAtLogin) => change({ openAtLogin })}
        />
      )}
    </SettingRow>
  )
}

function CommandLine() {
  const [isBusy, setBusy] = useState(false)
  const [said, setSaid] = useState<{ readonly ok: boolean; readonly message: string } | null>(null)
  const install = async (): Promise<void> => {
    setBusy(true)
    try {
      setSaid((await window.yardHost?.installCommandLine()) ?? null)
    } catch (error) {
      setSaid({ ok: false, message: problemOf(error).message })
    }
    setBusy(false)
  }
  return (
    <SettingRow
      label="Command line"
      note="Puts the yard command where a terminal finds it."
      below={
        <>
          <p role="status">{said?.ok && said.message}</p>
          <ProblemNote
            problem={said && !said.ok ? { kind: 'app', message: said.message, hint: null } : null}
            onClose={() => setSaid(null)}
          />
        </>
      }
    >
      <Button isBusy={isBusy} onClick={() => void install()}>
        Install
      </Button>
    </SettingRow>
  )
}

function Updates() {
  const [state, setState] = useState<UpdateState | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const onFailure = (error: unknown): void => setProblem(problemOf(error))
  const ask = (asked: Promise<UpdateState> | undefined): void => {
    setProblem(null)
    asked?.then(setState, onFailure)
  }
  useEffect(() => {
    window.yardHost?.updateState().then(setState, (error) => setProblem(problemOf(error)))
    return window.yardHost?.onAsk((asked) => {
      if (asked.kind === 'update') setState(asked.state)
    })
  }, [])
  const host = window.yardHost
  return (
    <SettingRow
      label="New versions"
      note={<span role="status">{state && updateText(state)}</span>}
      below={<ProblemNote problem={problem} onClose={() => setProblem(null)} />}
    >
      {state && canCheck(state) && (
        <Button onClick={() => ask(host?.checkForUpdate())}>Look for one</Button>
      )}
      {state?.kind === 'available' && (
        <Button onClick={() => ask(host?.downloadUpdate())}>Download</Button>
      )}
      {state?.kind === 'downloading' && (
        <Button onClick={() => ask(host?.cancelUpdate())}>Cancel</Button>
      )}
      {state?.kind === 'ready' && (
        <Button look="main" onClick={() => void host?.installUpdate().catch(onFailure)}>
          Install and restart
        </Button>
      )}
    </SettingRow>
  )
}

const canCheck = ({ kind }: UpdateState): boolean => kind === 'none' || kind === 'failed'

export function updateText(state: UpdateState): string {
  switch (state.kind) {
    case 'off':
      return 'Off: this build has no release channel, so none is looked for.'
    case 'none':
      return `${state.version} is the newest.`
    case 'checking':
      return 'Looking'
    case 'available':
      return `${state.version} can be had. Nothing is loaded until you say so.`
    case 'downloading':
      return `Loading ${state.version}, ${Math.round(state.percent)} %`
    case 'ready':
      return `${state.version} is ready. Agents go on through it.`
    case 'failed':
      return `Not found out: ${state.message}`
  }
}

export const APP: SettingSection = {
  id: 'app',
  title: 'App',
  settings: [
    { id: 'login', words: 'Open at login start', node: <OpenAtLogin /> },
    { id: 'command-line', words: 'Command line install yard terminal', node: <CommandLine /> },
  ],
}

export const UPDATES: SettingSection = {
  id: 'updates',
  title: 'Updates',
  settings: [{ id: 'updates', words: 'New versions update', node: <Updates /> }],
}
