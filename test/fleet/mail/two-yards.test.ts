/** Two real yards, one of them the hub of the other, over a line that is cut: nothing is missing, nothing comes twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { deliveryIdOf } from '../../../src/domain/messages/message.ts'
import { envelopeOf, machineOf, messageFrom } from '../../../src/fleet/mail/envelope.ts'
import { createHubTransport } from '../../../src/fleet/mail/hub/hub-transport.ts'
import type { MailTransport, Outgoing } from '../../../src/fleet/mail/transport.ts'
import { recipientOf } from '../../../src/yard/messages/recipients.ts'
import { sendingOf } from '../../../src/yard/messages/send.ts'
import { COORDINATOR } from '../../support/plan-builder.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'
import { openTcpRelay, type TcpRelay } from '../../support/tcp-relay.ts'
import { openPageBench, type PageBench } from '../../yard/page-client.ts'
import { configureYard, openHubBench, type HubBench } from './hub-bench.ts'

const CUTS = 20
const EACH_WAY = 100

let hub: HubBench
let client: PageBench
let relay: TcpRelay
let exchange: { close(): Promise<void> }
let transport: MailTransport

beforeEach(async () => {
  hub = await openHubBench()
  const token = await hub.token('ben', 'back', 'ada')
  const random = createSeededRandom(20)
  // From the handshake over single messages to many.
  const after = Array.from({ length: CUTS }, () => random.int(200, 9000))
  relay = await openTcpRelay(Number(new URL(hub.url).port), after)
  client = await openPageBench()
  const url = `https://127.0.0.1:${relay.port}`
  await configureYard(client, {
    'transport.type': 'hub',
    'transport.machine': 'laptop',
    'members.back.executor': 'shell',
  })
  const made = createHubTransport({
    transport: { url, tokenFile: hub.tokenFile(token), pin: hub.pin },
    machine: 'laptop',
    root: '/',
    env: {},
    clock: systemClock,
    random: () => 0,
    log: silentLog,
  })
  if (!made.ok) throw new Error(made.error.message)
  transport = made.value
  exchange = exchangeMail(client, transport)
})
afterEach(async () => {
  await exchange.close()
  await client.close()
  await relay.close()
  await hub.close()
})

/** Sends what waits and takes what comes, again after each failure. */
function exchangeMail({ test: { yard }, run }: PageBench, by: MailTransport) {
  const ends = new AbortController()
  let work = Promise.resolve()
  const again = (): void => void (work = work.then(round))
  const round = async (): Promise<void> => {
    if (ends.signal.aborted) return
    const held = await by.send(outgoing(), ends.signal)
    for (const { envelope } of held.ok ? held.value : [])
      for (const to of envelope.to)
        await run({ type: 'delivery.forwarded', id: deliveryIdOf(envelope.id, to) }, COORDINATOR)
    const came = await by.receive(yard.plan.peers, ends.signal)
    for (const { machine, cursor, members, envelopes } of came.ok ? came.value : []) {
      for (const envelope of envelopes) {
        if (yard.store.mail.message(envelope.id)) continue
        const { settings } = yard.config()
        const recipient = recipientOf({ plan: yard.plan, settings }, 'back')
        if (!recipient.ok) throw new Error(recipient.error.message)
        const source = { settings, store: yard.store, now: yard.now() }
        const sending = sendingOf(source, messageFrom(envelope, yard.now()), [recipient.value])
        await run({ type: 'message.send', ...sending }, COORDINATOR)
      }
      await by.taken(envelopes, ends.signal)
      const peer = { id: machine, key: '', pinnedAt: 0, members: [], cursor, refused: 0 }
      await run({ type: 'peer.pin', peer: { ...peer, lastRefusal: null } }, COORDINATOR)
      await run({ type: 'peer.read', id: machine, cursor, members, refused: [] }, COORDINATOR)
    }
    if (!held.ok || !came.ok) again()
  }
  const outgoing = (): Outgoing[] =>
    [...yard.plan.deliveries.values()].flatMap(({ recipient, recipientKind, messageId }) => {
      const stored = recipientKind === 'remote' ? yard.store.mail.message(messageId) : null
      return stored
        ? [
            {
              machine: machineOf(recipient),
              envelope: envelopeOf(stored.message, [recipient], 'laptop'),
            },
          ]
        : []
    })
  const stops = [
    by.onArrival(again),
    yard.onCommitted(({ changes }) => {
      if (changes.some(({ entity, before }) => entity === 'delivery' && before === null)) again()
    }),
  ]
  again()
  return {
    async close() {
      for (const stop of stops) stop()
      ends.abort()
      await by.close()
      await work
    },
  }
}

const textsIn = async ({ client: of }: PageBench, to: string): Promise<string[]> => {
  const found: string[] = []
  for (let before: string | undefined; ;) {
    const page = await of.message.list({ to, limit: 100, ...(before ? { before } : {}) })
    found.push(...page.filter(({ from }) => from.includes('@')).map(({ text }) => text))
    before = page.at(-1)?.id
    if (before === undefined) return found
  }
}
const numbered = (what: string): string[] =>
  Array.from({ length: EACH_WAY }, (_, n) => `${what} no. ${n}`)

describe('a hub and its client', () => {
  it('bring 100 messages each way over a line that is cut 20 times, each once', async () => {
    const sizes = createSeededRandom(7)
    for (let n = 0; n < EACH_WAY; n += 1) {
      const more = ' '.repeat(sizes.int(0, 300))
      await client.client.message.send({ to: ['dev@anna'], text: `up no. ${n}${more}` })
      await hub.send('back@ben', `down no. ${n}${more}`)
    }
    const trimmed = (texts: string[]): string[] => texts.map((text) => text.trim()).toSorted()
    await expect.poll(() => relay.cuts).toBe(CUTS)
    await expect.poll(async () => (await textsIn(hub, 'dev')).length).toBe(EACH_WAY)
    await expect.poll(async () => (await textsIn(client, 'back')).length).toBe(EACH_WAY)
    expect(trimmed(await textsIn(hub, 'dev'))).toEqual(numbered('up').toSorted())
    expect(trimmed(await textsIn(client, 'back'))).toEqual(numbered('down').toSorted())
    const remote = ({ test: { yard } }: PageBench): string[] =>
      [...yard.plan.deliveries.values()].flatMap(({ id, recipientKind }) =>
        recipientKind === 'remote' ? [id] : [],
      )
    // Each side knows that the other holds all of it.
    await expect.poll(() => [remote(hub), remote(client)]).toEqual([[], []])
  })
})
