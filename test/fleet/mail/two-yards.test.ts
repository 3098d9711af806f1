/** Two real yards, one of them the hub of the other, over a line that is cut: nothing is missing, nothing comes twice. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { systemClock } from '../../../src/base/clock.ts'
import type { Client } from '../../../src/cli/connect/owner.ts'
import { createHubTransport } from '../../../src/fleet/mail/hub/hub-transport.ts'
import { createYardClient } from '../../../src/yard/handlers/router.ts'
import type { OpenTransport } from '../../../src/yard/mail-transport/mail-runner.ts'
import { createLiveView } from '../../../src/yard/views/live-view.ts'
import { openTestYard, type TestYard } from '../../headless/served-yard.ts'
import { PERSON } from '../../support/plan-builder.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'
import { openTcpRelay } from '../../support/tcp-relay.ts'
import { failureOf } from '../../yard/page-client.ts'
import { configureYard, openHubBench, type HubBench } from './hub-bench.ts'

const CUTS = 20
const EACH_WAY = 100

let hub: HubBench
let token: string
beforeEach(async () => {
  hub = await openHubBench()
  token = await hub.token('ben', 'back', 'person', 'ada')
})
afterEach(() => hub.close())

interface Other {
  readonly test: TestYard
  readonly client: Client
}

/** A yard of another machine, which calls itself `laptop`; it exchanges mail by itself. */
async function openOther(url: string, transport?: OpenTransport): Promise<Other> {
  const test = await openTestYard(transport ? { transport } : {})
  const { yard } = test
  const view = createLiveView(yard, systemClock)
  onTestFinished(async () => {
    view.close()
    await test.close()
  })
  await configureYard(
    { test },
    {
      'members.back.person': 'true',
      'transport.type': 'hub',
      'transport.machine': 'laptop',
      'transport.url': url,
      'transport.token_file': hub.tokenFile(token),
      'transport.pin': hub.pin,
    },
  )
  const host = { url: () => null, pageUrl: () => null, stop: () => {} }
  return { test, client: createYardClient({ yard, host, actor: PERSON, view }) }
}

/** It waits for nothing between two tries. */
const impatient: OpenTransport = async ({ transport }) =>
  createHubTransport({
    transport,
    machine: 'laptop',
    root: '/',
    env: {},
    clock: systemClock,
    random: () => 0,
    log: silentLog,
  })

/** Texts of all messages to a member that came from another machine. */
async function textsTo(client: Client, to: string): Promise<string[]> {
  const found: string[] = []
  for (let before: string | undefined; ;) {
    const page = await client.message.list({ to, limit: 100, ...(before ? { before } : {}) })
    found.push(...page.filter(({ from }) => from.includes('@')).map(({ text }) => text.trim()))
    before = page.at(-1)?.id
    if (before === undefined) return found
  }
}
const waitingIn = ({ yard }: TestYard): string[] =>
  [...yard.plan.deliveries.values()].flatMap(({ id, recipientKind }) =>
    recipientKind === 'remote' ? [id] : [],
  )
const numbered = (what: string): string[] =>
  Array.from({ length: EACH_WAY }, (_, n) => `${what} no. ${n}`)

describe('a hub and its client', () => {
  it('bring 100 messages each way over a line that is cut 20 times, each once', async () => {
    const random = createSeededRandom(20)
    // From a handshake with a message or two to many messages.
    const after = Array.from({ length: CUTS }, () => random.int(3000, 14_000))
    const relay = await openTcpRelay(Number(new URL(hub.url).port), after)
    onTestFinished(() => relay.close())
    const other = await openOther(`https://127.0.0.1:${relay.port}`, impatient)
    for (let n = 0; n < EACH_WAY; n += 1) {
      const more = ' '.repeat(random.int(0, 300))
      await other.client.message.send({ to: ['dev@anna'], text: `up no. ${n}${more}` })
      await hub.send('back@ben', `down no. ${n}${more}`)
    }
    const counts = async (): Promise<number[]> => {
      // A person who does not wait for its next try.
      await other.client.transport.sync({}).catch(() => {})
      return [
        (await textsTo(hub.client, 'dev')).length,
        (await textsTo(other.client, 'back')).length,
      ]
    }
    await expect.poll(counts).toEqual([EACH_WAY, EACH_WAY])
    expect((await textsTo(hub.client, 'dev')).toSorted()).toEqual(numbered('up').toSorted())
    expect((await textsTo(other.client, 'back')).toSorted()).toEqual(numbered('down').toSorted())
    // Each side knows that the other holds all of it.
    await expect.poll(() => [waitingIn(hub.test), waitingIn(other.test)]).toEqual([[], []])
    expect(relay.cuts).toBe(CUTS)
  })

  it('know each other by what the settings say, and a bare name reaches the one that has it', async () => {
    const other = await openOther(hub.url)
    await expect.poll(() => other.test.yard.plan.peers.get('anna')?.members).toEqual(['dev'])
    const { id } = await other.client.message.send({
      to: ['dev'],
      text: 'Which schema?',
      kind: 'question',
    })
    await expect.poll(() => textsTo(hub.client, 'dev')).toEqual(['Which schema?'])
    await hub.client.message.reply({ id, text: 'The second' })
    await expect
      .poll(async () =>
        (await other.client.message.list({})).map(({ replyTo, text }) => [replyTo, text]),
      )
      .toContainEqual([id, 'The second'])
    await expect.poll(() => [waitingIn(hub.test), waitingIn(other.test)]).toEqual([[], []])
    expect(await other.client.transport.status()).toMatchObject({
      type: 'hub',
      problem: null,
      peers: [{ machine: 'anna', waiting: 0, refused: 0, problem: null }],
    })
  })

  it('tell a sender what the hub will not have, once', async () => {
    const other = await openOther(hub.url)
    const { id } = await other.client.message.send({ to: ['nobody@anna'], text: 'Hello?' })
    await expect.poll(() => waitingIn(other.test)).toEqual([])
    const notices = (await other.client.message.list({})).filter(({ from }) => from === 'yard@anna')
    expect(notices).toMatchObject([{ replyTo: id, text: expect.stringMatching(/not delivered/) }])
    const [notice] = notices
    const answer = other.client.message.reply({ id: notice?.id ?? '', text: 'Why?' })
    expect(await failureOf(answer)).toMatchObject({ kind: 'wrong-state' })
  })

  it('says whom it waits for, and does not send that to anybody else', async () => {
    await hub.send('back@ben', 'Hello')
    expect(await hub.client.transport.status()).toMatchObject({
      type: 'local',
      outbox: 0,
      peers: [{ machine: 'ben', waiting: 1 }],
    })
  })
})
