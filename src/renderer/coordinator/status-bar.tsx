/** The line at the foot: connection, host, position in the journal. */
import { useConnection, useYard } from '../session/session-context.tsx'

const HOSTS = {
  service: 'run by the service',
  app: 'run by this app',
  run: 'run in a terminal',
  command: 'opened by a command',
} as const

export function StatusBar() {
  const isLive = useConnection().kind === 'live'
  const seq = useYard((view) => view.seq)
  const summary = useYard((view) => view.summary)
  return (
    <footer className="status-bar">
      <span className="link-state" data-st={isLive ? 'done' : 'delayed'}>
        {isLive ? 'Connected' : 'Reconnecting'}
      </span>
      {summary && <span>{HOSTS[summary.host]}</span>}
      {summary && summary.attention.length > 0 && (
        <span data-st="waiting" className="attention-count">
          {summary.attention.length}{' '}
          {summary.attention.length === 1 ? 'thing needs' : 'things need'} you
        </span>
      )}
      <span className="status-end">
        {summary && `Yardmaster ${summary.version} · `}seq {Math.max(0, seq)}
      </span>
    </footer>
  )
}
