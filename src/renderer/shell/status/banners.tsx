/** What holds the yard as a whole, said under the top bar: no connection, no writes, no trust, breakers. */
import { useConnection, useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Countdown } from '../../components/countdown.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { instantText, plural } from '../../ui/format.ts'
import { navigate } from '../../model/route.ts'

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
    <p className="banner" data-st="delayed">
      <span>
        The connection to the yard is lost. Agents go on. Reconnecting,{' '}
        <Elapsed since={new Date(connection.since).toISOString()} />.
        {connection.waiting > 0 && ` ${waitingText(connection.waiting)}`}
      </span>
      <Button onClick={session.tryNow}>Try now</Button>
    </p>
  )
}

/** `2 commands wait and are sent once it is back.` */
const waitingText = (count: number): string =>
  count === 1
    ? '1 command waits and is sent once it is back.'
    : `${plural(count, 'command')} wait and are sent once it is back.`
