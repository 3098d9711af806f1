/**
 * Mail by way of a hub: another yard's endpoint, which this machine reaches by a member token. Messages are sent one request each; what
 * comes arrives over a stream that is kept open, and is acknowledged once it is stored here. This machine is called by the hub as its
 * token is, and by its own yard as its settings say; between the two names is translated here.
 */
import { isAbsolute, resolve } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import { createEmitter } from '../../../base/emitter.ts'
import type { Log } from '../../../base/log.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { oneLine } from '../../../base/text.ts'
import { fail, failure, type Failure } from '../../../domain/failure.ts'
import { derivedMessageId } from '../../../domain/messages/derived-id.ts'
import type { Peer } from '../../../domain/messages/peer.ts'
import type { TransportSettings } from '../../../domain/settings.ts'
import { type Envelope, envelopeSchema, machineOf, memberOf } from '../envelope.ts'
import type { Incoming, MailTransport, PeerSight } from '../transport.ts'
import type { StreamEvent } from './event-parser.ts'
import { openHubClient, retryAfterMs } from './hub-client.ts'
import { createHubOutbox } from './hub-outbox.ts'
import {
  DIRECTORY_EVENT,
  directorySchema,
  type HubDirectory,
  MAIL_PATH,
  pageSchema,
} from './hub-wire.ts'
import { type MailStream, openMailStream } from './mail-stream.ts'

export interface HubTransportParts {
  readonly transport: Pick<TransportSettings, 'url' | 'tokenFile' | 'pin'>
  /** Name of this machine, as its yard has it. */
  readonly machine: string
  /** The folder that holds `.yard`: where a relative `token_file` begins. */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** 0 to 1, of the waits between two tries. */
  readonly random: () => number
  readonly log: Log
}

/** One message that has come. here: not stored in this yard yet. */
interface Arrival {
  readonly place: string | null
  readonly envelope: Envelope | null
  state: 'here' | 'taken' | 'settled'
}

/** A first end is no news. */
const LASTING = 2

/** Messages that are not stored yet; the stream is read on when there are fewer. */
const MOST_HERE = 200

/** Failures are of the settings: no address, a pin that is none. What lies outside of them is tried again and again. */
export function createHubTransport(parts: HubTransportParts): Result<MailTransport, Failure> {
  const { machine, root, env, clock, random, log } = parts
  const { url, tokenFile, pin } = parts.transport
  if (url === null || tokenFile === null)
    return fail('bad-request', `a hub needs transport.${url === null ? 'url' : 'token_file'}`, {
      hint: '`yard token create NAME --kind member` on the hub makes a token',
    })
  const file = isAbsolute(tokenFile) ? tokenFile : resolve(root, tokenFile)
  const opened = openHubClient({ url, pin, tokenFile: file, env }, clock)
  if (!opened.ok) return opened
  const hub = opened.value
  const { origin, hostname } = new URL(url)
  const arrived = createEmitter<void>((error) =>
    log.error('a listener of mail threw', { error: String(error) }),
  )
  const outbox = createHubOutbox({ hub, machine, clock, random, onAcked, isBounced })
  let stream: MailStream | null = null
  let directory: HubDirectory | null = null
  /** As the peers know the hub from earlier. */
  let knownAs: string | null = null
  let problem: Failure | null = null
  /** Ends of streams and failed tries since one was open. */
  let failures = 0
  const seenAt = new Map<string, number>()
  /** In the order of the stream; those that are settled leave it from the front. */
  let arrivals: Arrival[] = []
  let refused: string[] = []
  /** The place behind which nothing was missed. */
  let place: string | null = null
  let giveRoom = (): void => {}
  const closing = new AbortController()
  let isClosed = false
  /** Notices to senders whose messages the hub refuses, by id; true = stored. */
  const bounces = new Map<string, boolean>()

  /** Comes as if the hub had sent it, once it is known how that is called. */
  function isBounced(envelope: Envelope, address: string, why: Failure): boolean {
    if (directory === null) return false
    const notice = noticeOf(envelope, { address, why, hub: directory.machine })
    const isStored = bounces.get(notice.id)
    if (isStored === undefined) {
      bounces.set(notice.id, false)
      arrivals.push({ place: null, envelope: notice, state: 'here' })
      arrived.emit()
    }
    if (isStored) bounces.delete(notice.id)
    return isStored ?? false
  }
  function onAcked(id: string): void {
    for (const each of arrivals) if (each.envelope?.id === id) each.state = 'settled'
    settle()
  }
  const settle = (): void => {
    const left = arrivals.findIndex(({ state }) => state !== 'settled')
    const gone = left < 0 ? arrivals : arrivals.slice(0, left)
    for (const each of gone) place = each.place ?? place
    arrivals = arrivals.slice(gone.length)
    if (arrivals.length < MOST_HERE) giveRoom()
  }
  const setDirectory = (now: HubDirectory): void => {
    directory = now
    seenAt.set(now.machine, clock.now())
  }
  const addMail = (sent: unknown, at: string | null): void => {
    const read = envelopeSchema.safeParse(sent)
    if (!read.success) {
      refused.push(oneLine(`the hub has sent what is no message: ${read.error.message}`, 300))
      arrivals.push({ place: at, envelope: null, state: 'settled' })
      return settle()
    }
    const envelope = localised(read.data, directory?.you ?? null, machine)
    seenAt.set(machineOf(envelope.from), clock.now())
    const isKnown = arrivals.some((each) => each.envelope?.id === envelope.id)
    if (!isKnown) arrivals.push({ place: at, envelope, state: 'here' })
  }
  const onEvent = async ({ id, event, data }: StreamEvent): Promise<void> => {
    const said = parsed(data)
    if (event === DIRECTORY_EVENT) {
      const read = directorySchema.safeParse(said)
      if (read.success) setDirectory(read.data)
      // What could not be acknowledged by the last stream.
      void outbox.flushAcks()
    } else if (event === 'message') addMail(said, id)
    arrived.emit()
    if (arrivals.length < MOST_HERE || isClosed) return
    await new Promise<void>((resolveRoom) => (giveRoom = resolveRoom))
  }
  const onState = (now: Failure | null): void => {
    problem = now
    failures = now === null ? 0 : failures + 1
    if (now === null) outbox.unblock()
    else if (failures === LASTING) arrived.emit()
  }
  /** A stream that was cut is mostly open again before anybody can look. */
  const lasting = (): Failure | null =>
    failures >= LASTING || (problem && retryAfterMs(problem) !== null) ? problem : null
  /** What waits there now, so that it is known what the hub is called, and a single look brings something. */
  const begin = async (
    peers: ReadonlyMap<string, Peer>,
    asked: AbortSignal,
  ): Promise<Result<MailStream, Failure>> => {
    const peer = [...peers.values()].find(({ cursor }) => cursor?.startsWith(`${origin} `))
    knownAs = peer?.id ?? null
    place = peer?.cursor?.slice(origin.length + 1) ?? null
    const signal = AbortSignal.any([asked, closing.signal])
    const path = place === null ? MAIL_PATH : `${MAIL_PATH}?after=${encodeURIComponent(place)}`
    const answer = await hub.ask(path, { signal }, (found) => found.json())
    problem = answer.ok ? null : answer.error
    if (!answer.ok) return answer
    const page = pageSchema.safeParse(answer.value)
    if (!page.success) return fail('not-running', `${url} is no hub of mail`)
    setDirectory(page.data.hub)
    const lastId = String(page.data.next)
    for (const [index, each] of page.data.messages.entries())
      addMail(each, index === page.data.messages.length - 1 ? lastId : null)
    if (isClosed) return fail('not-running', 'it is being closed')
    return ok(openMailStream({ hub, clock, random, lastId, onEvent, onState }))
  }
  const nameOfHub = (): string => directory?.machine ?? knownAs ?? hostname

  return ok({
    send: (all, signal) => outbox.send(all, signal),
    async receive(peers, signal) {
      if (stream === null) {
        const begun = await begin(peers, signal)
        if (!begun.ok) return begun
        stream = begun.value
      } else if (outbox.isNewToken()) stream.retry()
      if (directory === null || directory.machine === machine) return err(sameName(machine))
      const why = lasting()
      if (why && !arrivals.some(({ state }) => state === 'here')) return err(why)
      const reasons = refused
      refused = []
      const envelopes = arrivals.flatMap(({ state, envelope }) =>
        state === 'here' && envelope ? [envelope] : [],
      )
      return ok(
        incomingOf({ directory, envelopes, peers, reasons, cursor: place && `${origin} ${place}` }),
      )
    },
    async taken(envelopes) {
      const ids = new Set<string>(envelopes.map(({ id }) => id))
      for (const each of arrivals)
        if (each.envelope && ids.has(each.envelope.id))
          each.state = bounces.has(each.envelope.id) ? 'settled' : 'taken'
      for (const id of ids) if (bounces.has(id)) bounces.set(id, true)
      settle()
      await outbox.ack([...ids].filter((id) => !bounces.has(id)))
    },
    pollMs: null,
    onArrival: (listener) => arrived.on(listener),
    sights(): PeerSight[] {
      const own = nameOfHub()
      const others = Object.keys(directory?.machines ?? {})
      const clash = directory?.machine === machine ? sameName(machine) : null
      const why = clash ?? lasting() ?? outbox.problem()
      return [
        { machine: own, seenAt: seenAt.get(own) ?? null, problem: why?.message ?? null },
        ...others.map((name) => ({
          machine: name,
          seenAt: seenAt.get(name) ?? null,
          problem: null,
        })),
      ]
    },
    compact: async () => ok('a hub drops by itself what was delivered'),
    async close() {
      isClosed = true
      closing.abort()
      giveRoom()
      await Promise.all([stream?.close(), outbox.close()])
      hub.close()
    },
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // no JSON is no message either
  }
}

/** To the sender of a message that the hub will not have for an address; the same each time. */
function noticeOf(
  { id, from, at }: Envelope,
  { address, why, hub }: { readonly address: string; readonly why: Failure; readonly hub: string },
): Envelope {
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

const sameName = (machine: string): Failure =>
  failure('bad-request', `the hub is called ${machine}, as this machine is`, {
    hint: 'transport.machine gives this one another name',
  })

/** Who is addressed as of the machine that the hub knows is of this one. */
const localised = (envelope: Envelope, you: string | null, machine: string): Envelope => ({
  ...envelope,
  to: envelope.to.map((address) =>
    machineOf(address) === you ? `${memberOf(address)}@${machine}` : address,
  ),
})

interface Come {
  readonly directory: HubDirectory
  readonly envelopes: readonly Envelope[]
  readonly peers: ReadonlyMap<string, Peer>
  readonly reasons: readonly string[]
  readonly cursor: string | null
}

/** By the machine of each sender; the hub comes last, so that its cursor is kept when all else is. */
function incomingOf({ directory, envelopes, peers, reasons, cursor }: Come): Incoming[] {
  const { machine: hub, machines, members } = directory
  const senders = new Set(envelopes.map(({ from }) => machineOf(from)))
  const others = new Set([...Object.keys(machines), ...senders, ...peersByHub(peers)])
  others.delete(hub)
  const incoming = [...others].flatMap((machine): Incoming[] => {
    const sent = envelopes.filter(({ from }) => machineOf(from) === machine)
    const named = machines[machine] ?? []
    const known = peers.get(machine)?.members ?? []
    if (sent.length === 0 && named.join() === known.join()) return []
    return [{ machine, key: null, cursor: null, members: named, envelopes: sent, refused: [] }]
  })
  const own = envelopes.filter(({ from }) => machineOf(from) === hub)
  return [
    ...incoming,
    { machine: hub, key: null, cursor, members, envelopes: own, refused: reasons },
  ]
}

/** Those that have shown no key were told of by a hub; one that it names no more has no members that could be written to. */
const peersByHub = (peers: ReadonlyMap<string, Peer>): string[] =>
  [...peers.values()].flatMap(({ id, key }) => (key === '' ? [id] : []))
