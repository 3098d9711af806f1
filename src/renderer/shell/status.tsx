/** The line at the foot: connection, cost, machine, who sleeps; where the journal stands. A press opens what is named. */
import type { ReactNode } from 'react'
import type { Summary } from '../../contract/view.ts'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'
import { Countdown, Elapsed } from '../components/ticking-time.tsx'
import { bytesText } from '../../domain/format.ts'
import { countText, instantText, needYouText, plural } from '../ui/format.ts'
import { Lamp } from '../components/status-badge.tsx'
import { runCommand } from '../actions/commands.ts'
import { navigate } from '../model/route.ts'
import { spreadText } from '../model/forecast.ts'
import { useForecast } from '../model/use-forecast.ts'
import { spentText } from '../components/usage-text.ts'
import { Button } from '../ui/button.tsx'

/** `attention`: how many things need the person. */
export function StatusBar({ attention }: { readonly attention: number }) {
  const summary = useYard((view) => view.summary)
  const seq = useYard((view) => view.seq)
  const spent = summary && spentText(summary)
  const sleeping = summary?.breakers.filter(({ kind }) => kind === 'provider')
  return (
    <footer
      className="status-bar flex items-center text-11 text-text-2"
      data-region
      tabIndex={-1}
      aria-label="Status"
    >
      <LinkState />
      {attention > 0 && (
        <Item hot onPress={() => navigate({ screen: 'attention' })}>
          {needYouText(attention)}
        </Item>
      )}
      {spent !== null && (
        <Item onPress={() => navigate({ screen: 'agents', filters: { show: 'costs' } })}>
          Today {spent}
        </Item>
      )}
      {summary && <Machine {...summary} />}
      {sleeping?.map((breaker) => (
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
      <span className="status-end ml-auto">
        {summary && !summary.paused && <ForecastItem />}
        {summary && <span>Yardmaster {summary.version}</span>}
        <Item onPress={() => runCommand('drawer')}>seq {countText(Math.max(0, seq))}</Item>
      </span>
    </footer>
  )
}

/** When the last task that goes on by itself will probably end. */
function ForecastItem() {
  const finish = useForecast()?.finish
  if (!finish) return null
  return (
    <span>
      <Item onPress={() => navigate({ screen: 'schedule' })}>
        <span>
          Main line ends about <b>{instantText(finish.p50)}</b>, {spreadText(finish) ?? 'rough'}
        </span>
      </Item>
    </span>
  )
}

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

function Machine({ machine }: Pick<Summary, 'machine'>) {
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

/** What holds the yard as a whole, said under the title bar: no connection, no writes, no trust, breakers. */
export function Banners() {
  const summary = useYard((view) => view.summary)
  if (summary === null) return null
  const { readOnly, trusted, breakers } = summary
  return (
    <div className="banners" role="status">
      <LostBanner />
      {readOnly !== null && (
        <p className="banner" data-st="failed">
          Nothing can be changed now: {readOnly}
        </p>
      )}
      {!trusted && (
        <p className="banner" data-st="paused">
          <span>
            This yard was copied, moved or made elsewhere, so nothing runs. Look at what it would
            run, and confirm it here or with <code>yard trust</code>.
          </span>
          <Button onClick={() => navigate({ screen: 'attention', filters: { review: '1' } })}>
            Review…
          </Button>
        </p>
      )}
      {breakers.map((breaker) => (
        <p key={breaker.key} className="banner" data-st="parked">
          <span>
            {breaker.kind !== 'budget' && `${breaker.subject}: `}
            {breaker.reason.replace(/\.\s*$/, '')}
            {breaker.until && (
              <>
                . Goes on at {instantText(breaker.until)}, <Countdown until={breaker.until} />.
              </>
            )}
          </span>
          {breaker.kind === 'budget' && (
            <Button onClick={() => navigate({ screen: 'attention' })}>Raise it</Button>
          )}
        </p>
      ))}
    </div>
  )
}

function LostBanner() {
  const connection = useConnection()
  const session = useSession()
  if (connection.kind !== 'lost') return null
  return (
    <p className="banner" data-st="delayed" data-unsent={connection.waiting > 0 ? '' : undefined}>
      <span>
        The connection to the yard is lost. Agents go on. Reconnecting,{' '}
        <Elapsed since={new Date(connection.since).toISOString()} />.
        {connection.waiting > 0 && ` ${waitingText(connection.waiting)}`}
      </span>
      <Button onClick={session.tryNow}>Try now</Button>
    </p>
  )
}

const waitingText = (count: number): string =>
  count === 1
    ? '1 command waits and is sent once it is back.'
    : `${plural(count, 'command')} wait and are sent once it is back.`
