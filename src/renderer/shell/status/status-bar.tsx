/** The line at the foot: connection, cost, machine, who sleeps; where the journal stands. A press opens what is named. */
import type { ReactNode } from 'react'
import type { BreakerView } from '../../../contract/view.ts'
import { useConnection, useYard } from '../../model/session/session-context.tsx'
import { Countdown } from '../../components/countdown.tsx'
import { bytesText } from '../../../domain/format.ts'
import { countText, instantText } from '../../ui/format.ts'
import { Elapsed } from '../../components/elapsed.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { runCommand } from '../../actions/commands.ts'
import { navigate } from '../../model/route.ts'
import { spentText, type SpentDay } from '../../components/spent-text.ts'

/** `attention`: how many things need the person. */
export function StatusBar({ attention }: { readonly attention: number }) {
  const summary = useYard((view) => view.summary)
  const seq = useYard((view) => view.seq)
  return (
    <footer className="status-bar" data-region tabIndex={-1} aria-label="Status">
      <LinkState />
      {attention > 0 && (
        <Item hot onPress={() => navigate({ screen: 'attention' })}>
          {attention} {attention === 1 ? 'needs' : 'need'} you
        </Item>
      )}
      {summary && <Spent {...summary} />}
      {summary && <Machine machine={summary.machine} />}
      {summary?.breakers.filter(isSleep).map((breaker) => (
        <Item
          key={breaker.key}
          onPress={() => navigate({ screen: breaker.until === null ? 'attention' : 'schedule' })}
        >
          <Lamp state="parked" />
          {breaker.until === null ? (
            `${breaker.subject} waits for a sign-in`
          ) : (
            <span>
              {breaker.subject} sleeps until {instantText(breaker.until)},{' '}
              <Countdown until={breaker.until} />
            </span>
          )}
        </Item>
      ))}
      <span className="status-end">
        {summary && <span>Yardmaster {summary.version}</span>}
        <Item onPress={() => runCommand('drawer')}>seq {countText(Math.max(0, seq))}</Item>
      </span>
    </footer>
  )
}

const isSleep = ({ kind }: BreakerView): boolean => kind === 'provider'

function LinkState() {
  const connection = useConnection()
  if (connection.kind !== 'lost')
    return (
      <span className="link-state" data-st="done">
        Connected
      </span>
    )
  const since = new Date(connection.since).toISOString()
  return (
    <span className="link-state" data-st="in-progress">
      Reconnecting, <Elapsed since={since} />. Showing {instantText(since)}.
    </span>
  )
}

interface ItemProps {
  readonly hot?: boolean
  readonly onPress: () => void
  readonly children: ReactNode
}

function Item({ hot = false, onPress, children }: ItemProps) {
  return (
    <button type="button" className="status-item" data-hot={hot || undefined} onClick={onPress}>
      {children}
    </button>
  )
}

function Spent(day: SpentDay) {
  const text = spentText(day)
  if (text === null) return null
  return (
    <Item onPress={() => navigate({ screen: 'agents', filters: { show: 'costs' } })}>
      Today {text}
    </Item>
  )
}

interface MachineProps {
  readonly machine: {
    readonly cpuPercent: number | null
    readonly memoryBytes: number
    readonly memoryUsedBytes: number
  }
}

function Machine({ machine }: MachineProps) {
  const { cpuPercent, memoryBytes, memoryUsedBytes } = machine
  return (
    <span className="status-machine">
      {cpuPercent !== null && <span>CPU {Math.round(cpuPercent)}%</span>}
      <span>
        Memory {bytesText(memoryUsedBytes)} of {bytesText(memoryBytes)}
      </span>
    </span>
  )
}
