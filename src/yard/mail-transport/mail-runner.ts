/** Exchanges mail with other machines while a yard is open: what waits is sent, what comes is taken, by the transport of the settings. */
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { errorText } from '../../base/text.ts'
import type { TransportView } from '../../contract/message.ts'
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import { fail, failure, type Failure } from '../../domain/failure.ts'
import { tokenOfMachine } from '../../domain/messages/access-token.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import type { MailTransport } from '../../fleet/mail/transport.ts'
import { untrusted } from '../handlers/failures.ts'
import { machineName } from '../messages/recipients.ts'
import { isoOrNull } from '../views/iso-time.ts'
import { takeIncoming, type Arrived, type ArrivalParts } from './arrivals.ts'
import { createOutbox } from './outbox.ts'

export type OpenTransport = (settings: Settings) => Promise<Result<MailTransport, Failure>>

export interface RunnerParts extends Omit<ArrivalParts, 'now'> {
  readonly clock: Clock
  readonly log: Log
  isTrusted(): boolean
  /** The transport that the settings name, where that is not `local`. */
  readonly open: OpenTransport
  /** False in a process that only does one command's work. */
  readonly isLive: boolean
  random(): number
}

export interface Moved {
  readonly sent: number
  readonly received: number
  readonly refused: number
  readonly outbox: number
}

export interface MailAlert {
  readonly text: string
  /** ms */
  readonly since: number
}

export type MailRunner = ReturnType<typeof createMailRunner>

/** Messages that are sent one after another go together. */
const GATHER_MS = 50
const BASE_MS = 1000
const MAX_WAIT_MS = 300_000
const KEPT_MS = 30 * 86_400_000

interface Sent {
  readonly sent: number
  /** Those that the other side has not taken. */
  readonly left: number
}

/** One that is open, from its opening to its end. */
interface Session {
  readonly transport: MailTransport
  readonly ends: AbortController
  close(): Promise<void>
}

export function createMailRunner(parts: RunnerParts) {
  const { plan, store, clock, log, settings } = parts
  const outbox = createOutbox(parts)
  const takes: ArrivalParts = { ...parts, now: () => clock.now() }
  let session: Session | null = null
  const problems: Record<'send' | 'receive', string | null> = { send: null, receive: null }
  let openedFor: string | null = null
  let isClosed = false
  /** One thing at a time: a transport has one writer and one reader. */
  let busy: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const next = busy.then(run)
    busy = next.catch(() => {})
    return next
  }
  const sends = createPace(parts, () => void inTurn(sendRound))
  const receives = createPace(parts, () => void inTurn(receiveRound))

  const openSession = async (): Promise<Result<Session, Failure>> => {
    const opened = await parts.open(settings())
    if (!opened.ok) return opened
    const transport = opened.value
    const ends = new AbortController()
    const off = transport.onArrival((isBack) => {
      receives.at(0)
      // What could not be sent need not wait any longer.
      if (isBack && outbox.count() > 0) sends.at(0)
    })
    return ok({
      transport,
      ends,
      async close() {
        off()
        ends.abort()
        await transport.close()
      },
    })
  }
  const send = async ({ transport, ends }: Session): Promise<Result<Sent, Failure>> => {
    const outgoing = outbox.outgoing(machineName(settings()))
    const held = await transport.send(outgoing, ends.signal)
    if (!held.ok) return held
    await outbox.forward(held.value)
    return ok({ sent: held.value.length, left: outgoing.length - held.value.length })
  }
  const receive = async (at: Session): Promise<Result<Arrived, Failure>> => {
    const { transport, ends } = at
    const came = await transport.receive(plan.peers, ends.signal)
    if (!came.ok) return came
    let [received, refused] = [0, 0]
    for (const incoming of came.value) {
      const taken = await takeIncoming(takes, incoming, { transport, signal: ends.signal })
      if (!taken.ok) return taken
      received += taken.value.received
      refused += taken.value.refused
      if (taken.value.refused > 0) noteRefused(incoming.machine)
    }
    return ok({ received, refused })
  }
  /** Machines whose mail was refused since this owner began, or since a person has seen to it. */
  const refusedSince = new Map<string, number>()
  const noteRefused = (machine: string): void => {
    if (!refusedSince.has(machine)) refusedSince.set(machine, clock.now())
  }
  /** What it gives, or throws: a transport is code of ours, and the rest of the yard must not end by it. */
  const attempt = async <T>(
    run: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> => {
    try {
      return await run()
    } catch (error) {
      log.error('mail could not be exchanged', { why: errorText(error) })
      return err(failure('internal', `mail could not be exchanged: ${errorText(error)}`))
    }
  }
  const ready = async (): Promise<Result<Session, Failure>> => {
    if (session) return ok(session)
    const opened = await openSession()
    if (opened.ok) session = opened.value
    return opened
  }
  const noteOutcome = (of: 'send' | 'receive', done: Result<unknown, Failure>): void => {
    const was = problems[of]
    const now = done.ok ? null : done.error.message
    problems[of] = now
    if (now !== null && now !== was) log.warn('mail is not exchanged', { why: now })
    if (now === null && was !== null) log.info('mail is exchanged again')
  }

  /** The way is open, and some messages are not wanted there: others need not wait for those. */
  let isPartial = false
  async function sendRound(): Promise<void> {
    if (openedFor === null) return
    const done = await attempt(async () => {
      const open = await ready()
      return open.ok ? send(open.value) : open
    })
    if (openedFor === null) return
    noteOutcome('send', done)
    isPartial = done.ok && done.value.left > 0
    // It goes on, if slowly.
    if (done.ok && done.value.sent > 0) sends.reset()
    if (!done.ok || isPartial) return sends.again(done)
    sends.reset()
    // What came meanwhile, or was too much for one round.
    if (outbox.count() > 0) sends.soon(0)
  }

  async function receiveRound(): Promise<void> {
    if (openedFor === null) return
    const done = await attempt(async () => {
      const open = await ready()
      return open.ok ? receive(open.value) : open
    })
    if (openedFor === null) return
    noteOutcome('receive', done)
    if (!done.ok) return receives.again(done, session?.transport.pollMs ?? 0)
    // The way is open again: what could not be sent by it need not wait any longer.
    if (receives.reset() && outbox.count() > 0) sends.at(0)
    const pollMs = session?.transport.pollMs ?? null
    if (pollMs !== null) receives.at(pollMs)
  }

  const stop = async (): Promise<void> => {
    openedFor = null
    sends.cancel()
    receives.cancel()
    session?.ends.abort()
    await busy
    const open = session
    session = null
    await open?.close()
  }
  /** Which transport is to be open now; null = none. */
  const wanted = (): string | null => {
    const { transport, members } = settings()
    if (!parts.isLive || isClosed || !parts.isTrusted() || transport.type === 'local') return null
    return JSON.stringify([transport, Object.keys(members)])
  }
  let following = Promise.resolve()
  /** The settings may have changed. */
  const follow = (): Promise<void> => {
    following = following.then(async () => {
      const now = wanted()
      if (now === openedFor) return
      await stop()
      Object.assign(problems, { send: null, receive: null })
      if (now === null) return
      openedFor = now
      // Also with nothing to send: others learn of this machine by it.
      sends.at(0)
      receives.at(0)
    })
    return following
  }
  /** A session for one call: the open one, else one that ends with it. */
  const withSession = async <T>(
    run: (open: Session) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> => {
    if (settings().transport.type === 'local')
      return fail('wrong-state', 'no way to other machines is configured', {
        hint: 'yard config transport.type git, or hub',
      })
    if (!parts.isTrusted()) return err(untrusted('no mail is exchanged'))
    return inTurn(async () => {
      if (openedFor !== null) {
        const open = await ready()
        return open.ok ? attempt(() => run(open.value)) : open
      }
      const own = await attempt(openSession)
      if (!own.ok) return own
      const done = await attempt(() => run(own.value))
      await own.value.close()
      return done
    })
  }

  void follow()
  return {
    note(batch: CommittedBatch): void {
      if (!outbox.note(batch) || openedFor === null) return
      if (!isPartial) return sends.soon(GATHER_MS)
      isPartial = false
      sends.at(GATHER_MS)
    },
    follow,
    status: (): TransportView => statusOf(),
    /** Sends and receives once, now. */
    sync: (): Promise<Result<Moved, Failure>> =>
      withSession(async (open) => {
        const sent = await send(open)
        const came = await receive(open)
        noteOutcome('send', sent)
        noteOutcome('receive', came)
        if (!sent.ok) return sent
        if (!came.ok) return came
        return ok({ sent: sent.value.sent, ...came.value, outbox: outbox.count() })
      }),
    compact: (): Promise<Result<string, Failure>> =>
      withSession(({ transport, ends }) => {
        refusedSince.clear()
        return transport.compact(clock.now() - KEPT_MS, ends.signal)
      }),
    /** What a person should see to. */
    alerts: (): MailAlert[] => [
      ...[...refusedSince].map(([machine, since]) => {
        const reason = plan.peers.get(machine)?.lastRefusal ?? ''
        return { text: `mail of ${machine} was refused: ${reason}`, since }
      }),
      ...(session?.transport.sights() ?? []).flatMap(({ problem: why, seenAt }) =>
        why === null ? [] : [{ text: why, since: seenAt ?? clock.now() }],
      ),
    ],
    async close(): Promise<void> {
      isClosed = true
      session?.ends.abort()
      await follow()
      await stop()
    },
  }

  function statusOf(): TransportView {
    const { type } = settings().transport
    const counts = outbox.counts()
    const sights = new Map(
      (session?.transport.sights() ?? []).map((sight) => [sight.machine, sight]),
    )
    const machines = new Set([
      ...[...plan.peers.keys(), ...sights.keys(), ...counts.keys()],
      ...machinesWithToken(plan),
    ])
    return {
      type,
      machine: machineName(settings()),
      outbox: outbox.count(),
      problem: type === 'local' ? null : (problems.send ?? problems.receive),
      peers: [...machines].toSorted().map((machine) => {
        const peer = plan.peers.get(machine)
        const sight = sights.get(machine)
        return {
          machine,
          lastSeen: isoOrNull(sight?.seenAt ?? seenOtherwise(machine)),
          waiting: counts.get(machine) ?? 0,
          refused: peer?.refused ?? 0,
          lastRefusal: peer?.lastRefusal ?? null,
          problem: sight?.problem ?? null,
        }
      }),
    }
  }
  /** When it last used its token, else when it was first known. */
  function seenOtherwise(machine: string): number | null {
    const token = tokenOfMachine(plan, machine)
    const usedAt = token && store.mail.tokenUsedAt(token.id)
    return usedAt ?? plan.peers.get(machine)?.pinnedAt ?? null
  }
}

const machinesWithToken = ({ tokens }: Plan): string[] =>
  [...tokens.values()].flatMap(({ kind, name }) => (kind === 'member' ? [name] : []))

/** When something is done next; after failures later and later, at random, so that many do not come at the same time. */
function createPace({ clock, random }: Pick<RunnerParts, 'clock' | 'random'>, run: () => void) {
  let failures = 0
  let cancelTimer: (() => void) | null = null
  const cancel = (): void => {
    cancelTimer?.()
    cancelTimer = null
  }
  const at = (ms: number): void => {
    cancel()
    cancelTimer = clock.after(ms, () => {
      cancelTimer = null
      run()
    })
  }
  return {
    at,
    /** Unless it waits after a failure, or is due anyway. */
    soon(ms: number): void {
      if (cancelTimer === null) at(ms)
    },
    /** After a failure, not before `leastMs`. */
    again(done: Result<unknown, Failure>, leastMs = 0): void {
      const most = Math.min(MAX_WAIT_MS, BASE_MS * 2 ** Math.min(failures, 20))
      failures += 1
      const said = done.ok ? undefined : done.error.facts?.['retryAfterSec']
      const asked = typeof said === 'number' ? said * 1000 : 0
      at(Math.max(random() * most, asked, leastMs))
    },
    /** True where it had failed before. */
    reset(): boolean {
      const had = failures > 0
      failures = 0
      return had
    },
    cancel(): void {
      cancel()
      failures = 0
    },
  }
}
