/** What only the app has: opening at login, the command line, new versions. */
import { useEffect } from 'react'
import type { DesktopBridge, DesktopPreferences, UpdateState } from '../../../contract/desktop.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Switch } from '../../ui/switch.tsx'
import { SettingRow, type SettingSection } from './setting.tsx'
import { useDesktop } from './use-desktop.ts'

const readPreferences = (host: DesktopBridge): Promise<DesktopPreferences> => host.preferences()

interface DesktopSwitchProps {
  readonly name: keyof DesktopPreferences
  readonly label: string
  readonly note?: string
}

/** What the app keeps about itself, on or off. */
export function DesktopSwitch({ name, label, note }: DesktopSwitchProps) {
  const { value, problem, run, dismiss } = useDesktop(readPreferences)
  return (
    <SettingRow
      label={label}
      note={note}
      below={<ProblemNote problem={problem} onClose={dismiss} />}
    >
      {value && (
        <Switch
          label={label}
          isOn={value[name]}
          onChange={(isOn) => void run((host) => host.setPreferences({ [name]: isOn }))}
        />
      )}
    </SettingRow>
  )
}

async function installCommandLine(host: DesktopBridge): Promise<string> {
  const { ok, message } = await host.installCommandLine()
  if (!ok) throw new Error(message)
  return message
}

function CommandLine() {
  const { value, problem, isBusy, run, dismiss } = useDesktop<string>()
  return (
    <SettingRow
      label="Command line"
      note="Puts the yard command where a terminal finds it."
      below={
        <>
          <p role="status">{problem === null && value}</p>
          <ProblemNote problem={problem} onClose={dismiss} />
        </>
      }
    >
      <Button isBusy={isBusy} onClick={() => void run(installCommandLine)}>
        Install
      </Button>
    </SettingRow>
  )
}

const readUpdate = (host: DesktopBridge): Promise<UpdateState> => host.updateState()

function Updates() {
  const { value: state, problem, set, run, dismiss } = useDesktop(readUpdate)
  useEffect(
    () =>
      window.yardHost?.onAsk((asked) => {
        if (asked.kind === 'update') set(asked.state)
      }),
    [set],
  )
  return (
    <SettingRow
      label="New versions"
      note={<span role="status">{state && updateText(state)}</span>}
      below={<ProblemNote problem={problem} onClose={dismiss} />}
    >
      {state && canCheck(state) && (
        <Button onClick={() => void run((host) => host.checkForUpdate())}>Look for one</Button>
      )}
      {state?.kind === 'available' && (
        <Button onClick={() => void run((host) => host.downloadUpdate())}>Download</Button>
      )}
      {state?.kind === 'downloading' && (
        <Button onClick={() => void run((host) => host.cancelUpdate())}>Cancel</Button>
      )}
      {state?.kind === 'ready' && (
        <Button
          look="main"
          onClick={() => void run((host) => host.installUpdate().then(() => state))}
        >
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

const OPEN_AT_LOGIN = <DesktopSwitch name="openAtLogin" label="Open at login" />

export const APP: SettingSection = {
  id: 'app',
  title: 'App',
  settings: [
    { id: 'login', words: 'Open at login start', node: OPEN_AT_LOGIN },
    { id: 'command-line', words: 'Command line install yard terminal', node: <CommandLine /> },
  ],
}

export const UPDATES: SettingSection = {
  id: 'updates',
  title: 'Updates',
  settings: [{ id: 'updates', words: 'New versions update', node: <Updates /> }],
}
