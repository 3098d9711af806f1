/** The yard's name and folder, the way to everything by words, and the coordinator. In the app it is also the window's handle. */
import { ChevronDown, Search } from 'lucide-react'
import { CoordinatorControl } from './status/coordinator-control.tsx'
import { useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Logo } from '../ui/icon.tsx'
import { Menu, type MenuEntry } from '../ui/menu.tsx'
import { blockedReason, runCommand, useOfferedCommands } from '../actions/commands.ts'
import { KeyHint } from '../actions/key-hint.tsx'

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
      <div className="title-start">
        <YardMenu />
        <span className="yard-folder" title={folder}>
          {folder}
        </span>
      </div>
      <button type="button" className="command-field" onClick={() => runCommand('palette')}>
        <Search size={14} strokeWidth={1.5} aria-hidden="true" />
        <span>Search, or type a command</span>
        <KeyHint keys="mod+k" />
      </button>
      <div className="title-end">
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
  const act = (id: string, label: string, keys?: string): MenuEntry => ({
    label,
    note: keys === undefined ? undefined : <KeyHint keys={keys} />,
    blocked: blockedReason(id),
    onSelect: () => void runCommand(id),
  })
  return (
    <Menu
      trigger={
        <button type="button" className="yard-name">
          <Logo />
          <span className="truncate">{name}</span>
          <ChevronDown size={14} strokeWidth={1.5} aria-hidden="true" />
        </button>
      }
      entries={[
        { kind: 'head', label: host ? HOSTS[host] : '' },
        act('yard.switch', 'Switch yard…', 'mod+shift+o'),
        act('yard.open', 'Open a folder…', 'mod+o'),
        { kind: 'line' },
        act('yard.import', 'Import a graph…', 'mod+i'),
        act('yard.export', 'Export…', 'mod+shift+e'),
        { kind: 'line' },
        act('keys', 'Keys', '?'),
        act('go.settings', 'Settings', 'mod+,'),
      ]}
    />
  )
}
