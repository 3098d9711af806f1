/** What has come from a hub and is not done with: in the order of the stream, until it is stored here and the hub knows that. */
import { oneLine } from '../../../base/text.ts'
import type { Failure } from '../../../domain/failure.ts'
import { derivedMessageId } from '../../../domain/messages/derived-id.ts'
import { type Envelope, envelopeSchema, machineOf, memberOf } from '../envelope.ts'

interface Arrival {
  readonly place: string | null
  readonly envelope: Envelope | null
  /** here: not stored in this yard yet. taken: stored, and the hub does not know. */
  state: 'here' | 'taken' | 'settled'
}

/** Messages that are not done with; more are read when there are fewer. */
const MOST = 200

/** `machine`: name of this one, as its yard has it. */
export function createHubInbox(machine: string) {
  let arrivals: Arrival[] = []
  let refused: string[] = []
  let place: string | null = null
  let giveRoom = (): void => {}
  /** Notices to senders whose messages the hub refuses, by id; true = stored. */
  const bounces = new Map<string, boolean>()

  const settle = (): void => {
    const left = arrivals.findIndex(({ state }) => state !== 'settled')
    const gone = left < 0 ? arrivals : arrivals.slice(0, left)
    for (const each of gone) place = each.place ?? place
    arrivals = arrivals.slice(gone.length)
    if (arrivals.length < MOST) giveRoom()
  }
  return {
    /** `you`: what the hub calls this machine. Gives the sender's machine; null where it is no message. */
    add(sent: unknown, at: string | null, you: string | null): string | null {
      const read = envelopeSchema.safeParse(sent)
      if (!read.success) {
        refused.push(oneLine(`the hub has sent what is no message: ${read.error.message}`, 300))
        arrivals.push({ place: at, envelope: null, state: 'settled' })
        settle()
        return null
      }
      const envelope = localised(read.data, you, machine)
      const isKnown = arrivals.some((each) => each.envelope?.id === envelope.id)
      if (!isKnown) arrivals.push({ place: at, envelope, state: 'here' })
      return machineOf(envelope.from)
    },
    /** A notice to the sender of a message that the hub will not have, as if it came from there. */
    addBounce(bounced: Bounced): 'new' | 'waits' | 'stored' {
      const notice = noticeOf(bounced)
      const isStored = bounces.get(notice.id)
      if (isStored) bounces.delete(notice.id)
      if (isStored !== undefined) return isStored ? 'stored' : 'waits'
      bounces.set(notice.id, false)
      arrivals.push({ place: null, envelope: notice, state: 'here' })
      return 'new'
    },
    /** Those that are not stored here. */
    here: (): Envelope[] =>
      arrivals.flatMap(({ state, envelope }) => (state === 'here' && envelope ? [envelope] : [])),
    /** Those of these that the hub is to know of. */
    taken(envelopes: readonly Envelope[]): string[] {
      const ids = new Set<string>(envelopes.map(({ id }) => id))
      for (const each of arrivals)
        if (each.envelope && ids.has(each.envelope.id))
          each.state = bounces.has(each.envelope.id) ? 'settled' : 'taken'
      settle()
      const own = [...ids].filter((id) => bounces.has(id))
      for (const id of own) bounces.set(id, true)
      return [...ids].filter((id) => !bounces.has(id))
    },
    /** The hub knows that it is stored here. */
    acked(id: string): void {
      for (const each of arrivals) if (each.envelope?.id === id) each.state = 'settled'
      settle()
    },
    /** Why what was not accepted was not; each is told once. */
    takeRefused(): string[] {
      const all = refused
      refused = []
      return all
    },
    /** The place in the stream behind which nothing was missed. */
    place: () => place,
    beginAt: (at: string | null) => void (place = at),
    hasRoom: () => arrivals.length < MOST,
    /** Resolves when it has room for more. */
    room: (): Promise<void> =>
      arrivals.length < MOST
        ? Promise.resolve()
        : new Promise((resolve) => {
            giveRoom = resolve
          }),
    /** Whoever waits for room goes on. */
    open: () => giveRoom(),
  }
}

/** Who is addressed as of the machine that the hub knows is of this one. */
const localised = (envelope: Envelope, you: string | null, machine: string): Envelope => ({
  ...envelope,
  to: envelope.to.map((address) =>
    machineOf(address) === you ? `${memberOf(address)}@${machine}` : address,
  ),
})

export interface Bounced {
  readonly envelope: Envelope
  readonly address: string
  readonly why: Failure
  /** Name of the hub. */
  readonly hub: string
}

/** The same each time. */
function noticeOf({ envelope: { id, from, at }, address, why, hub }: Bounced): Envelope {
  const text = `Your message ${id} to ${address} was not delivered: ${why.message}`
  return {
    v: 1,
    id: derivedMessageId(Date.parse(at), `refused ${id} ${address}`),
    from: `yard@${hub}`,
    to: [from],
    kind: 'message',
    priority: 'low',
    at,
    hops: 0,
    replyTo: id,
    conversation: null,
    text: oneLine(text, 2000),
  }
}
