/**
 * Mail by way of a hub: another yard's endpoint, which this machine reaches by a member token. Messages are sent one request each; what
 * comes arrives over a stream that is kept open, and is acknowledged once it is stored here. This machine is called by the hub as its
 * token is, and by its own yard as its settings say; between the two names is translated here.
 */
import type { z } from 'zod'
import type { Clock } from '../../../base/clock.ts'
import { createEmitter } from '../../../base/emitter.ts'
import type { Log } from '../../../base/log.ts'
import { err, ok, orElse, type Result } from '../../../base/result.ts'
import { fail, failure, type Failure } from '../../../domain/failure.ts'
import type { Peer } from '../../../domain/messages/peer.ts'
import { type Envelope, machineOf } from '../envelope.ts'
import type { Incoming, MailTransport, PeerSight } from '../transport.ts'
import type { StreamEvent } from './event-parser.ts'
import { type HubClient, type HubTarget, openHubClient, retryAfterMs } from './hub-client.ts'
import { createHubInbox } from './hub-inbox.ts'
import { createHubOutbox } from './hub-outbox.ts'
import {
  DIRECTORY_EVENT,
  directorySchema,
  type HubDirectory,
  MAIL_PATH,
  pageSchema,
} from './hub-wire.ts'
import { type MailStream, openMailStream } from './mail-stream.ts'

export interface HubTransportParts extends HubTarget {
  /** Name of this machine, as its yard has it. */
  readonly machine: string
  readonly clock: Clock
  /** 0 to 1, of the waits between two tries. */
  readonly random: () => number
  readonly log: Log
}

/** Messages of one answer: on a bad line a few come through where many do not. */
const PAGE = 10

/** A first end is no news. */
const LASTING = 2

/** Failures are of the settings. What lies outside of them is tried again and again. */
export function createHubTransport(parts: HubTransportParts): Result<MailTransport, Failure> {
  const { machine, clock, random, log } = parts
  const opened = openHubClient(parts, clock)
  if (!opened.ok) return opened
  const hub = opened.value
  const { origin, hostname } = hub.url
  const arrived = createEmitter<boolean>((error) =>
    log.error('a listener of mail threw', { error: String(error) }),
  )
  const inbox = createHubInbox(machine)
  const outbox = createHubOutbox({
    hub,
    machine,
    clock,
    random,
    isBounced,
    onAcked: inbox.acked,
    onNewToken() {
      notBefore = 0
      stream?.retry()
    },
  })
  const closing = new AbortController()
  let stream: MailStream | null = null
  let directory: HubDirectory | null = null
  /** As the peers know the hub from earlier. */
  let knownAs: string | null = null
  /** Of the last event that came; the hub goes on behind it. */
  let lastId: string | null = null
  let problem: Failure | null = null
  /** Until then the hub is not asked again, by the monotonic clock. */
  let notBefore = 0
  /** Ends of streams and failed tries since one was open. */
  let failures = 0
  const seenAt = new Map<string, number>()

  /** Its sender is told by a message of the hub, once it is known how that is called. */
  function isBounced(envelope: Envelope, address: string, why: Failure): boolean {
    if (directory === null) return false
    const state = inbox.addBounce({ envelope, address, why, hub: directory.machine })
    if (state === 'new') arrived.emit(false)
    return state === 'stored'
  }
  const setDirectory = (now: HubDirectory): void => {
    directory = now
    seenAt.set(now.machine, clock.now())
  }
  const addMail = (sent: unknown, at: string | null): void => {
    const sender = inbox.add(sent, at, directory?.you ?? null)
    if (sender !== null) seenAt.set(sender, clock.now())
  }
  const onEvent = ({ id, event, data }: StreamEvent): Promise<void> => {
    const said = orElse(() => JSON.parse(data) as unknown, null) // no JSON is no message either
    if (event === DIRECTORY_EVENT) {
      const read = directorySchema.safeParse(said)
      if (read.success) setDirectory(read.data)
      // What could not be acknowledged by the last stream.
      void outbox.flushAcks()
    } else if (event === 'message') addMail(said, id)
    lastId = id ?? lastId
    arrived.emit(false)
    return closing.signal.aborted ? Promise.resolve() : inbox.room()
  }
  const onState = (now: Failure | null): void => {
    const waitMs = now && retryAfterMs(now)
    const isBack = problem !== null && now === null
    problem = now
    notBefore = clock.monotonic() + (waitMs ?? 0)
    failures = now === null ? 0 : failures + 1
    if (now === null) outbox.unblock()
    if (isBack || failures === LASTING || waitMs !== null) arrived.emit(isBack)
  }
  /** A stream that was cut is mostly open again before anybody can look. */
  const lasting = (): Failure | null =>
    failures >= LASTING || (problem && retryAfterMs(problem) !== null) ? problem : null
  /** The first time: where it went on earlier. */
  const begin = (peers: ReadonlyMap<string, Peer>): void => {
    const peer = [...peers.values()].find(({ cursor }) => cursor?.startsWith(`${origin} `))
    knownAs = peer?.id ?? null
    lastId = peer?.cursor?.slice(origin.length + 1) ?? null
    inbox.beginAt(lastId)
  }
  /** True = there may be more. */
  const lookOnce = async (signal: AbortSignal): Promise<Result<boolean, Failure>> => {
    const page = await pageBehind(hub, lastId, signal)
    if (!page.ok) return page
    const { hub: named, messages, next } = page.value
    setDirectory(named)
    lastId = String(next)
    for (const [index, each] of messages.entries())
      addMail(each, index === messages.length - 1 ? lastId : null)
    return ok(messages.length === PAGE)
  }
  /** What waits there now: a single look brings something, and tells what the hub is called. */
  const look = async (asked: AbortSignal): Promise<Result<null, Failure>> => {
    const signal = AbortSignal.any([asked, closing.signal])
    const first = await lookOnce(signal)
    if (!first.ok) {
      ;[problem, failures] = [first.error, LASTING]
      notBefore = clock.monotonic() + (retryAfterMs(first.error) ?? 0)
      return first
    }
    ;[problem, failures] = [null, 0]
    outbox.unblock()
    // Where that fails, the stream goes on.
    for (let page: Result<boolean, Failure> = first; page.ok && page.value && inbox.hasRoom();)
      page = await lookOnce(signal)
    if (stream) stream.retry()
    else stream = openMailStream({ hub, clock, random, lastId: () => lastId, onEvent, onState })
    return ok(null)
  }
  const nameOfHub = (): string => directory?.machine ?? knownAs ?? hostname

  return ok({
    send: (all, signal) => outbox.send(all, signal),
    async receive(peers, signal) {
      if (stream === null) begin(peers)
      else outbox.lookForToken()
      const isDue = stream === null || (problem !== null && clock.monotonic() >= notBefore)
      const looked = isDue ? await look(signal) : ok(null)
      if (!looked.ok && inbox.here().length === 0) return looked
      if (directory === null || directory.machine === machine) return err(sameName(machine))
      const envelopes = inbox.here()
      const why = envelopes.length === 0 ? lasting() : null
      if (why) return err(why)
      const place = inbox.place()
      const cursor = place && `${origin} ${place}`
      const reasons = inbox.takeRefused()
      return ok(incomingOf({ directory, envelopes, peers, reasons, cursor }))
    },
    taken: (envelopes) => outbox.ack(inbox.taken(envelopes)),
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
      closing.abort()
      inbox.open()
      await Promise.all([stream?.close(), outbox.close()])
      hub.close()
    },
  })
}

async function pageBehind(
  hub: HubClient,
  place: string | null,
  signal: AbortSignal,
): Promise<Result<z.output<typeof pageSchema>, Failure>> {
  const path = `${MAIL_PATH}?limit=${PAGE}&after=${encodeURIComponent(place ?? '0')}`
  const answer = await hub.ask(path, { signal }, (found) => found.json())
  if (!answer.ok) return answer
  const page = pageSchema.safeParse(answer.value)
  return page.success ? ok(page.data) : fail('not-running', 'what answers is no hub of mail')
}

const sameName = (machine: string): Failure =>
  failure('bad-request', `the hub is called ${machine}, as this machine is`, {
    hint: 'transport.machine gives this one another name',
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
