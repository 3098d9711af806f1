/** A yard that others reach as a hub: its endpoint on a real port, clients with tokens, and the streams that they read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../../src/base/log.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { derivedMessageId } from '../../../src/domain/messages/derived-id.ts'
import type { Envelope } from '../../../src/fleet/mail/envelope.ts'
import { createEventParser, type StreamEvent } from '../../../src/fleet/mail/hub/event-parser.ts'
import { MAIL_PATH } from '../../../src/fleet/mail/hub/hub-wire.ts'
import { type FleetAnswer, openFleetClient } from '../../../src/fleet/pinned-client.ts'
import { openFleetEndpoint } from '../../../src/headless/fleet/endpoint.ts'
import { createManualClock, START_AT } from '../../support/manual-clock.ts'
import { openPageBench, type PageBench } from '../../yard/page-client.ts'

export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects
  readonly json: any
}

export interface MailReader {
  /** The next event; `null` = the stream has ended. */
  next(): Promise<StreamEvent | null>
  close(): void
}

export interface HubBench extends PageBench {
  readonly url: string
  readonly pin: string
  /** Makes a member token; gives its text. */
  token(name: string, ...as: string[]): Promise<string>
  call(path: string, token: string, more?: HubCall): Promise<Told>
  post(token: string, envelope: object): Promise<Told>
  /** Sends from the hub as a person; gives the id. */
  send(to: string | string[], text: string): Promise<string>
  /** A stream, to be read. */
  open(token: string, lastId?: string): Promise<FleetAnswer>
  read(token: string, lastId?: string): Promise<MailReader>
  /** Requests that its endpoint was sent. */
  requests(): number
  /** A file that holds a token, for its owner alone. */
  tokenFile(text: string): string
}

interface HubCall {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

let made = 0
/** One that was never sent before. */
export const envelope = (more: Partial<Record<keyof Envelope, unknown>> = {}) =>
  ({
    v: 1,
    id: derivedMessageId(START_AT, `envelope ${(made += 1)}`),
    from: 'back@ben',
    to: ['dev@anna'],
    kind: 'message',
    priority: 'normal',
    at: new Date(START_AT).toISOString(),
    hops: 0,
    replyTo: null,
    conversation: null,
    text: 'The schema is in docs/schema.md',
    ...more,
  }) as Envelope

export async function configureYard(
  { test }: Pick<PageBench, 'test'>,
  edits: Record<string, string | null>,
): Promise<void> {
  const list = Object.entries(edits).map(([key, value]) => ({ key, value }))
  const changed = await test.yard.configure('project', list)
  if (!changed.ok) throw new Error(changed.error.message)
}

/** Its machine is called `anna`, its member `dev`. */
export async function openHubBench(endpointClock?: Clock): Promise<HubBench> {
  const bench = await openPageBench(createManualClock())
  await configureYard(bench, {
    'transport.machine': 'anna',
    'members.dev.executor': 'shell',
    'fleet.listen': '127.0.0.1:0',
  })
  let requests = 0
  const { access } = bench.test.yard.fleet
  const { admit } = access
  access.admit = (address, bearer) => {
    requests += 1
    return admit(address, bearer)
  }
  const kept = await openFleetEndpoint(bench.test.yard, {
    clock: endpointClock ?? bench.clock,
    log: silentLog,
  })
  const endpoint = bench.test.yard.fleet.endpoint()
  if (!endpoint?.url || !endpoint.pin) throw new Error(endpoint?.problem ?? 'no endpoint')
  const { url, pin } = endpoint
  const folder = mkdtempSync(join(tmpdir(), 'yard-hub-'))
  const closers: (() => void)[] = []
  const clientOf = (token: string) => {
    const client = openFleetClient({ url, pin, token: () => token })
    if (!client.ok) throw new Error(client.error.message)
    closers.push(() => client.value.close())
    return client.value
  }
  const clients = new Map<string, ReturnType<typeof clientOf>>()
  const of = (token: string) => {
    const client = clients.get(token) ?? clientOf(token)
    clients.set(token, client)
    return client
  }
  const call: HubBench['call'] = async (path, token, more = {}) => {
    const answer = await of(token).call(path, more)
    return { status: answer.status, headers: answer.headers, json: await answer.json() }
  }
  const open: HubBench['open'] = async (token, lastId) => {
    const headers = {
      accept: 'text/event-stream',
      ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
    }
    const answer = await of(token).call(MAIL_PATH, { headers })
    if (answer.status !== 200) throw new Error(`the stream was refused: ${answer.status}`)
    closers.push(() => answer.body.destroy())
    return answer
  }
  let files = 0
  return {
    ...bench,
    url,
    pin,
    async token(name, ...as) {
      return (await bench.client.token.create({ name, kind: 'member', as })).token
    },
    call,
    requests: () => requests,
    post: (token, body) =>
      call(MAIL_PATH, token, {
        method: 'POST',
        headers: { 'idempotency-key': String(Reflect.get(body, 'id')) },
        body,
      }),
    async send(to, text) {
      return (await bench.client.message.send({ to: [to].flat(), text })).id
    },
    open,
    read: async (token, lastId) => readerOf((await open(token, lastId)).body),
    tokenFile(text) {
      const file = join(folder, `token-${(files += 1)}`)
      writeFileSync(file, `${text}\n`, { mode: 0o600 })
      return file
    },
    async close() {
      for (const close of closers) close()
      await kept.close()
      await bench.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function readerOf(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): MailReader {
  const parse = createEventParser()
  const pieces = body[Symbol.asyncIterator]()
  let waiting: StreamEvent[] = []
  return {
    async next() {
      while (waiting.length === 0) {
        const piece = await pieces.next().catch(() => ({ done: true, value: undefined }) as const)
        if (piece.done) return null
        waiting = parse(piece.value)
      }
      return waiting.shift() ?? null
    },
    close: () => void body.destroy(),
  }
}
