/** What goes to a hub: messages, and the word that those which came are stored here. Several at once, each until the hub holds it. */
import type { Clock } from '../../../base/clock.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import type { Failure } from '../../../domain/failure.ts'
import { type Envelope, machineOf, memberOf } from '../envelope.ts'
import type { Outgoing } from '../transport.ts'
import { type HubClient, retryAfterMs } from './hub-client.ts'
import { MAIL_PATH } from './hub-wire.ts'

export interface HubOutboxParts {
  readonly hub: HubClient
  /** Name of this machine, as its yard has it. */
  readonly machine: string
  readonly clock: Clock
  readonly random: () => number
  /** The hub knows that it is stored here. */
  onAcked(id: string): void
  /** The file has another token than at the last look. */
  onNewToken(): void
  /** The hub will not have it for this address, and its sender is to learn why. True = that is stored. */
  isBounced(envelope: Envelope, address: string, why: Failure): boolean
}

const AT_ONCE = 4
/** What the token may not send is offered again after so long: it may have been replaced. */
const HELD_BACK_MS = 300_000
const ACK_RETRY_MS = 30_000

interface Hindrance {
  readonly why: Failure
  /** By the monotonic clock. */
  readonly until: number
}

/** All that is for one message: the hub gives it one effect. */
interface Parcel {
  readonly envelope: Envelope
  readonly parts: readonly Outgoing[]
}

export function createHubOutbox(parts: HubOutboxParts) {
  const { hub, machine, clock, random } = parts
  const closing = new AbortController()
  /** Messages that its token may not send, by id. */
  const heldBack = new Map<string, Hindrance>()
  let blocked: Hindrance | null = null
  let lastToken: string | null = null
  const unacked = new Set<string>()
  let acking: Promise<void> | null = null
  let cancelAcks = (): void => {}

  const blockedNow = (): Failure | null => {
    if (blocked === null || clock.monotonic() >= blocked.until) return null
    const retryAfterSec = Math.ceil((blocked.until - clock.monotonic()) / 1000)
    return { ...blocked.why, facts: { ...blocked.why.facts, retryAfterSec } }
  }
  const lookForToken = (): void => {
    const token = hub.readToken()
    if (!token.ok || token.value === lastToken) return
    lastToken = token.value
    blocked = null
    heldBack.clear()
    parts.onNewToken()
  }
  const post = async (envelope: Envelope, signal: AbortSignal): Promise<Failure | null> => {
    const options = {
      method: 'POST',
      headers: { 'idempotency-key': envelope.id },
      body: travelling(envelope, machine),
      signal,
    }
    const posted = await hub.ask(MAIL_PATH, options, (answer) => answer.text())
    return posted.ok ? null : posted.error
  }
  /** Null = the hub holds it, or its sender knows why not. */
  const postAddress = async (
    envelope: Envelope,
    address: string,
    signal: AbortSignal,
  ): Promise<Failure | null> => {
    const why = await post({ ...envelope, to: [address] }, signal)
    return why && isFinal(why) && parts.isBounced(envelope, address, why) ? null : why
  }
  const postParcel = async ({ envelope }: Parcel, signal: AbortSignal): Promise<Failure | null> => {
    const { id, to } = envelope
    const why = await post(envelope, signal)
    if (why === null || !isOfMessage(why)) return why
    if (!isFinal(why)) {
      heldBack.set(id, { why, until: clock.monotonic() + HELD_BACK_MS })
      return why
    }
    // One address that is wrong keeps nothing from the others.
    let left: Failure | null = null
    for (const address of to) left = (await postAddress(envelope, address, signal)) ?? left
    return left
  }
  const block = (why: Failure): void => {
    const ms = retryAfterMs(why)
    if (ms !== null) blocked = { why, until: clock.monotonic() + ms }
  }
  const dueAmong = (all: readonly Outgoing[]): Parcel[] => {
    const parcels = parcelsOf(all)
    const known = new Set<string>(parcels.map(({ envelope }) => envelope.id))
    for (const id of heldBack.keys()) if (!known.has(id)) heldBack.delete(id)
    return parcels.filter(
      ({ envelope: { id } }) => (heldBack.get(id)?.until ?? 0) <= clock.monotonic(),
    )
  }
  /** `failed`: the one of all that has ended it. */
  const postAll = async (due: readonly Parcel[], asked: AbortSignal) => {
    let queue = [...due]
    const signal = AbortSignal.any([asked, closing.signal])
    const done: { held: Outgoing[]; failed: Failure | null } = { held: [], failed: null }
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next && done.failed === null; next = queue.shift()) {
        const why = await postParcel(next, signal)
        if (why === null) done.held.push(...next.parts)
        else if (!isOfMessage(why)) done.failed = why
      }
    }
    const [first, ...others] = queue
    queue = first ? [first] : []
    // Where the hub is away, or the line is bad, one connection is enough to learn it.
    await work()
    queue = others
    if (done.failed === null) await Promise.all(Array.from({ length: AT_ONCE }, work))
    return done
  }
  const ackOne = async (id: string): Promise<Failure | null> => {
    const options = { method: 'POST', signal: closing.signal }
    const path = `${MAIL_PATH}/${id}/ack`
    const acked = await hub.ask(path, options, (answer) => answer.text())
    // One that it does not know, or not as ours, is nothing that it would send again.
    if (!acked.ok && !isOfMessage(acked.error)) return acked.error
    unacked.delete(id)
    parts.onAcked(id)
    return null
  }
  const ackAll = async (): Promise<void> => {
    while (unacked.size > 0 && !closing.signal.aborted) {
      const some = [...unacked].slice(0, AT_ONCE)
      const failures = await Promise.all(some.map(ackOne))
      const failed = failures.find((each) => each !== null)
      if (!failed) continue
      cancelAcks()
      if (closing.signal.aborted) return
      cancelAcks = clock.after(
        retryAfterMs(failed) ?? random() * ACK_RETRY_MS,
        () => void flushAcks(),
      )
      return
    }
  }
  const flushAcks = (): Promise<void> =>
    (acking ??= ackAll().finally(() => {
      acking = null
    }))

  return {
    /** Those that are done with; a failure where none is because something stands in the way of all. */
    async send(
      all: readonly Outgoing[],
      asked: AbortSignal,
    ): Promise<Result<readonly Outgoing[], Failure>> {
      lookForToken()
      const stopped = blockedNow()
      if (stopped && all.length > 0) return err(stopped)
      const { held, failed } = await postAll(dueAmong(all), asked)
      if (failed) block(failed)
      return failed && held.length === 0 ? err(failed) : ok(held)
    },
    ack(ids: readonly string[]): Promise<void> {
      for (const id of ids) unacked.add(id)
      return flushAcks()
    },
    flushAcks,
    /** The hub has let the stream in. */
    unblock: () => void (blocked = null),
    lookForToken,
    /** Why something does not go out; null where all does. */
    problem(): Failure | null {
      const [first] = heldBack.values()
      return blockedNow() ?? first?.why ?? null
    },
    close(): Promise<void> {
      closing.abort()
      cancelAcks()
      return acking ?? Promise.resolve()
    },
  }
}

function parcelsOf(all: readonly Outgoing[]): Parcel[] {
  const groups = new Map<string, Outgoing[]>()
  for (const each of all) {
    const { id } = each.envelope
    groups.set(id, [...(groups.get(id) ?? []), each])
  }
  return [...groups.values()].flatMap((parts): Parcel[] => {
    const [first] = parts
    const to = [...new Set(parts.flatMap(({ envelope }) => envelope.to))]
    return first ? [{ envelope: { ...first.envelope, to }, parts }] : []
  })
}

const isOfMessage = ({ facts }: Failure): boolean => facts?.['ofMessage'] === true

/** No other token would change it. */
const isFinal = (why: Failure): boolean => isOfMessage(why) && why.facts?.['status'] !== 403

/** The hub calls this machine as its token is: a bare sender is of that one. */
const travelling = (envelope: Envelope, machine: string): object => ({
  ...envelope,
  from: machineOf(envelope.from) === machine ? memberOf(envelope.from) : envelope.from,
})
