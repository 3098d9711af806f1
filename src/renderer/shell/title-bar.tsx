/** The yard's name and folder, the way to everything by words, and the coordinator. In the app it is also the window's handle. */
import { ChevronDown, Search } from 'lucide-react'
import { useCommand, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Logo } from '../ui/icon.tsx'
import { Menu } from '../ui/popups.tsx'
import { runCommand, useOfferedCommands } from '../actions/commands.ts'
import { CommandKey, commandEntry } from '../actions/key-hint.tsx'
import type { Summary } from '../../contract/view.ts'
import { instantText } from '../ui/format.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { Lamp } from '../components/status-badge.tsx'

export function TitleBar() {
  const folder = useYard((view) => view.summary?.folder)
  return (
    <header
      className="title-bar"
      data-region
      data-platform={window.yardHost?.platform ?? 'browser'}
    >
      <Button
        className="skip-link"
        onClick={() => document.querySelector<HTMLElement>('main')?.focus()}
      >
        Skip to the screen
      </Button>
      <div className="flex items-center gap-2 min-w-0">
        <YardMenu />
        <span className="yard-folder truncate text-12 text-text-3 min-w-0" title={folder}>
          {folder}
        </span>
      </div>
      <button
        type="button"
        className="command-field flex items-center text-12 min-w-0"
        onClick={() => runCommand('palette')}
      >
        <Search size={14} strokeWidth={1.5} aria-hidden="true" />
        <span className="truncate">Search, or type a command</span>
        <CommandKey id="palette" />
      </button>
      <div className="flex items-center justify-end gap-2 min-w-0">
        <CoordinatorControl />
      </div>
    </header>
  )
}

const HOSTS = {
  service: 'Run by the service',
  app: 'Run by this app',
  run: 'Run in a terminal',
  command: 'Opened by a command',
} as const

function YardMenu() {
  const name = useYard((view) => view.summary?.name)
  const host = useYard((view) => view.summary?.host)
  useOfferedCommands() // entries are greyed by what is offered now
  return (
    <Menu
      trigger={
        <button type="button" className="yard-name flex items-center">
          <Logo />
          <span className="truncate">{name}</span>
          <ChevronDown size={14} strokeWidth={1.5} aria-hidden="true" />
        </button>
      }
      entries={[
        { kind: 'head', label: host ? HOSTS[host] : '' },
        commandEntry('yard.switch'),
        commandEntry('yard.open'),
        { kind: 'line' },
        commandEntry('yard.import'),
        { ...commandEntry('yard.export'), label: 'Export…' },
        { kind: 'line' },
        commandEntry('keys'),
        commandEntry('go.settings'),
      ]}
    />
  )
}

/** What the coordinator does, in one line, and the button that pauses or resumes it. Never hidden. */
export function CoordinatorControl() {
  const summary = useYard((view) => view.summary)
  const { run, isBusy, problem, dismiss } = useCommand()
  if (summary === null) return null
  const { paused, agents } = summary
  const state = paused ? 'paused' : agents.alive > 0 ? 'in-progress' : 'ready'
  return (
    <div className="coordinator flex items-center gap-3">
      <p
        className="coordinator-state flex items-center"
        role="status"
        data-st={state}
        title={pausedText(summary)}
      >
        <Lamp state={state} />
        <span className="coordinator-word text-state">
          {paused ? 'Paused' : agents.alive > 0 ? 'Working' : 'Idle'}
        </span>{' '}
        <span className="text-12 text-text-2">
          {agents.alive} of {agents.max}
          <span className="coordinator-unit"> {agents.max === 1 ? 'agent' : 'agents'}</span>
        </span>
      </p>
      <Button
        look={paused ? 'main' : 'plain'}
        icon={paused ? 'play' : 'pause'}
        isBusy={isBusy}
        onClick={() => void run(({ service }) => (paused ? service.resume() : service.pause()))}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
      <ProblemNote problem={problem} onClose={dismiss} />
    </div>
  )
}

function pausedText({ paused, pausedAt, pausedBy }: Summary): string | undefined {
  if (!paused) return undefined
  const by = pausedBy === null ? '' : ` by ${pausedBy}`
  const at = pausedAt === null ? '' : `, ${instantText(pausedAt)}`
  return `Paused${by}${at}. Living agents go on; nothing new starts.`
}
