/** The exchange with other machines on virtual time, over the real rules and store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { err, ok } from '../../../src/base/result.ts'
import { failure } from '../../../src/domain/failure.ts'
import type { Envelope } from '../../../src/fleet/mail/envelope.ts'
import type { Incoming } from '../../../src/fleet/mail/transport.ts'
import { createMailRunner, type RunnerParts } from '../../../src/yard/mail-transport/mail-runner.ts'
import { createFakeTransport, type FakeTransport } from '../../support/fake-transport.ts'
import { letter } from '../../support/mail-machines.ts'
import { settled } from '../../support/memory-store.ts'
import { START_AT } from '../../support/manual-clock.ts'
import { asAgent, claimOf, COORDINATOR } from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
let fake: FakeTransport
let opened: number
let isTrusted: boolean
let runner: ReturnType<typeof createMailRunner>

async function start(more: Partial<RunnerParts> = {}): Promise<void> {
  const { yard } = bench.test
  runner = createMailRunner({
    plan: yard.plan,
    store: yard.store,
    clock: bench.clock,
    log: silentLog,
    dispatch: (command, by, commandId) => yard.dispatch(command, by, commandId),
    settings: () => yard.config().settings,
    isTrusted: () => isTrusted,
    async open() {
      opened += 1
      return ok(fake)
    },
    isLive: true,
    random: () => 1,
    ...more,
  })
  yard.onCommitted((batch) => runner.note(batch))
  await settle()
}

/** All that is under way, as far as it goes without time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await settled()
}
async function pass(ms: number): Promise<void> {
  bench.clock.advance(ms)
  await settle()
}
const set = (edits: Readonly<Record<string, string>>) =>
  bench.test.yard.configure(
    'project',
    Object.entries(edits).map(([key, value]) => ({ key, value })),
  )

beforeEach(async () => {
  bench = await openPageBench()
  fake = createFakeTransport()
  opened = 0
  isTrusted = true
  await set({
    'transport.type': 'git',
    'transport.machine': 'here',
    'members.back-end.person': 'true',
    'members.code_rev.executor': 'shell',
  })
})
afterEach(async () => {
  await runner.close()
  await bench.close()
})

const incoming = (...envelopes: Envelope[]): Incoming => ({
  machine: 'ben',
  key: 'key of ben',
  cursor: `after ${envelopes.at(-1)?.id}`,
  members: null,
  envelopes,
  refused: [],
})
let sentByBen = 0
const fromBen = (text: string, more: Partial<Envelope> = {}): Envelope => ({
  ...letter('dev@ben', 'back-end@here', text, START_AT + ++sentByBen),
  ...more,
})
const arrive = async (...all: Incoming[]): Promise<void> => {
  fake.inbox.push(all)
  await pass(10_000)
}
const stateOf = async (id: string) => (await bench.client.message.get({ id })).deliveries[0]?.state
const textsHere = async () =>
  (await bench.client.message.list({})).map(({ text }) => text).toReversed()
const send = (text: string, to = 'dev@ben') => bench.client.message.send({ to: [to], text })

describe('the outbox', () => {
  it('sends what is committed, together, and closes it when the other side has it', async () => {
    await start()
    await pass(0)
    const [one, two] = [await send('one'), await send('two')]
    expect(await stateOf(one.id)).toBe('waiting')
    await pass(1000)
    expect(fake.held.map(({ envelope: { text, to, from } }) => [text, to, from])).toEqual([
      ['one', ['dev@ben'], 'ada@here'],
      ['two', ['dev@ben'], 'ada@here'],
    ])
    expect(fake.sends).toBe(2)
    expect(await bench.client.message.get({ id: two.id })).toMatchObject({
      deliveries: [{ state: 'closed', how: 'sent' }],
    })
  })

  it('gives each machine its own copy of one message', async () => {
    await start()
    const to = ['dev@ben', 'qa@carl', 'ops@ben']
    const { id } = await bench.client.message.send({ to, text: 'all of you' })
    await pass(1000)
    expect(fake.held.map(({ machine, envelope }) => [machine, envelope.id, envelope.to])).toEqual([
      ['ben', id, ['dev@ben', 'ops@ben']],
      ['carl', id, ['qa@carl']],
    ])
  })

  it('G2: what could not be sent is sent again, later and later, until it is held, and after a restart', async () => {
    await start()
    await pass(0)
    fake.fates.push(...Array.from({ length: 13 }, () => 'cut' as const))
    const { id } = await send('stubborn')
    await pass(50)
    const times: number[] = []
    let last = bench.clock.monotonic()
    fake.receive = async () => ok([])
    for (let before = fake.sends; times.length < 11; before = fake.sends) {
      while (fake.sends === before) await pass(500)
      times.push(Math.round((bench.clock.monotonic() - last) / 1000))
      last = bench.clock.monotonic()
    }
    expect(times).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    expect(await stateOf(id)).toBe('waiting')
    await runner.close()
    await start()
    await pass(0)
    expect(fake.held).toEqual([])
    await pass(1000)
    expect(fake.held.map(({ envelope }) => envelope.text)).toEqual(['stubborn'])
    expect(await stateOf(id)).toBe('closed')
  })

  it('waits at random within that, and as long as the other side asks', async () => {
    await start({ random: () => 0.25 })
    await pass(0)
    fake.fates.push('cut', failure('too-many', 'slow down', { facts: { retryAfterSec: 30 } }))
    await send('x')
    await pass(50)
    expect(fake.sends).toBe(2)
    await pass(250)
    expect(fake.sends).toBe(3)
    await pass(29_999)
    expect(fake.sends).toBe(3)
    await pass(1)
    expect(fake.held).toHaveLength(1)
  })

  it('sends again where the answer was lost, under the same id', async () => {
    await start()
    await pass(0)
    fake.fates.push('lost')
    const { id } = await send('x')
    await pass(50)
    expect(await stateOf(id)).toBe('waiting')
    await pass(1000)
    expect(fake.held.map(({ envelope }) => envelope.id)).toEqual([id, id])
    expect(await stateOf(id)).toBe('closed')
  })

  it('sends at once what could not be sent, when the way is open again', async () => {
    await start()
    await pass(0)
    fake.fates.push(...Array.from({ length: 8 }, () => 'cut' as const))
    fake.inbox.push(...Array.from({ length: 7 }, () => 'cut' as const))
    await send('x')
    const looks = fake.receives
    while (fake.receives < looks + 7) await pass(500)
    const sends = fake.sends
    while (fake.receives === looks + 7) await pass(500)
    await pass(0)
    // The last of those that were cut, and one as soon as the way is open.
    expect(fake.sends).toBe(sends + 2)
    expect(fake.held).toHaveLength(1)
    expect(runner.status()).toMatchObject({ outbox: 0, problem: null })
  })

  it('keeps what the other side has not taken', async () => {
    await start()
    await pass(0)
    fake.fates.push('part')
    await send('one')
    const two = await send('two')
    await pass(50)
    expect(await stateOf(two.id)).toBe('waiting')
    await pass(1000)
    expect(await stateOf(two.id)).toBe('closed')
  })
})

describe('what comes', () => {
  it('is a message here, once, and the cursor is kept after it', async () => {
    await start()
    const one = fromBen('one')
    await arrive(incoming(one))
    await arrive(incoming(one, fromBen('two')), incoming(one))
    expect(await textsHere()).toEqual(['one', 'two'])
    expect(await bench.client.message.get({ id: one.id })).toMatchObject({
      from: 'dev@ben',
      to: ['back-end'],
      deliveries: [{ recipient: 'back-end', recipientKind: 'person', state: 'waiting' }],
    })
    expect(bench.test.yard.plan.peers.get('ben')).toMatchObject({
      key: 'key of ben',
      cursor: `after ${one.id}`,
      refused: 0,
    })
  })

  it('has one effect where the owner is killed between taking it and keeping the cursor', async () => {
    const { yard } = bench.test
    const one = fromBen('one')
    const killed = err(failure('locked', 'this owner is gone'))
    await start({
      dispatch: async (command, by, commandId) =>
        command.type === 'peer.read' ? killed : yard.dispatch(command, by, commandId),
    })
    await arrive(incoming(one))
    expect(await textsHere()).toEqual(['one'])
    expect(yard.plan.peers.get('ben')?.cursor).toBeNull()
    await runner.close()
    await start()
    await arrive(incoming(one))
    expect(await textsHere()).toEqual(['one'])
    expect(yard.plan.peers.get('ben')?.cursor).not.toBeNull()
  })

  it('is not passed over where it could not be saved', async () => {
    const { yard } = bench.test
    const one = fromBen('one')
    let isFull = true
    await start({
      dispatch: async (command, by, commandId) =>
        isFull && command.type === 'message.send'
          ? err(failure('read-only', 'the disk is full'))
          : yard.dispatch(command, by, commandId),
    })
    await arrive(incoming(one))
    expect(yard.plan.peers.get('ben')?.cursor).toBeNull()
    expect(fake.acked).toEqual([])
    isFull = false
    await arrive(incoming(one))
    expect(await textsHere()).toEqual(['one'])
    expect(fake.acked).toHaveLength(1)
  })

  it('is looked for after a time, and at once when it is told of', async () => {
    await start()
    await pass(0)
    expect(fake.receives).toBe(1)
    await pass(9999)
    expect(fake.receives).toBe(1)
    await pass(1)
    expect(fake.receives).toBe(2)
    fake.arrive()
    await pass(0)
    expect(fake.receives).toBe(3)
  })

  it('is refused with another key than the first', async () => {
    await start()
    await arrive(incoming(fromBen('one')))
    await arrive({ ...incoming(fromBen('two')), key: 'another' })
    expect(await textsHere()).toEqual(['one'])
    expect(runner.status().peers).toMatchObject([
      { machine: 'ben', refused: 1, lastRefusal: expect.stringContaining('another key') },
    ])
    expect(runner.alerts()).toMatchObject([{ text: expect.stringContaining('ben') }])
  })

  it('G6: is refused in the name of another machine', async () => {
    await start()
    await arrive(incoming(fromBen('x', { from: 'boss@carl' })))
    expect(await textsHere()).toEqual([])
    expect(runner.status().peers).toMatchObject([{ machine: 'ben', refused: 1 }])
  })

  it('for somebody unknown is refused, counted, and its sender is told once', async () => {
    await start()
    const lost = fromBen('to nobody', { to: ['nobody@here'] })
    await arrive(incoming(lost))
    await arrive(incoming(lost))
    expect(fake.held.map(({ envelope }) => envelope)).toMatchObject([
      {
        from: 'yard@here',
        to: ['dev@ben'],
        priority: 'low',
        replyTo: lost.id,
        text: expect.stringContaining(lost.id),
      },
    ])
    expect(runner.status().peers).toMatchObject([{ refused: 2 }])
  })

  it('from another yard itself is never answered', async () => {
    await start()
    await arrive(incoming(fromBen('x', { from: 'yard@ben', to: ['nobody@here'] })))
    await pass(60_000)
    expect(fake.held).toEqual([])
    expect(runner.status().peers).toMatchObject([{ refused: 1 }])
  })

  it('is not passed on to a third machine', async () => {
    await start()
    const carl = { ...incoming(), machine: 'carl', key: 'of carl', members: ['qa'] }
    await arrive({ ...carl, cursor: 'c' })
    await arrive(incoming(fromBen('x', { to: ['qa@here'] })))
    await pass(60_000)
    expect(fake.held.map(({ machine }) => machine)).toEqual(['ben'])
  })

  it('wakes a member, whose answer goes back and closes nothing twice', async () => {
    await start()
    const asked = fromBen('what is it?', { to: ['code_rev@here'], kind: 'question' })
    await bench.run(
      { type: 'members.sync', members: [{ name: 'code_rev', title: 'Messages' }] },
      COORDINATOR,
    )
    await arrive(incoming(asked))
    await bench.run({ type: 'agents.claim', claims: [claimOf('@code_rev', 1)] }, COORDINATOR)
    const agent = bench.clientOf(asAgent(1, '@code_rev'))
    await agent.message.reply({ id: asked.id, text: 'it is this' })
    await pass(1000)
    expect(fake.held.map(({ envelope }) => envelope)).toMatchObject([
      { from: 'code_rev@here', to: ['dev@ben'], replyTo: asked.id, text: 'it is this', hops: 1 },
    ])
    expect(await bench.client.message.get({ id: asked.id })).toMatchObject({
      deliveries: [{ state: 'closed', how: 'replied' }],
    })
  })
})

describe('questions and delegations over the border', () => {
  async function ask(): Promise<string> {
    await bench.client.task.add({ id: 'api', title: 'Write it', exec: 'true' })
    await bench.run({ type: 'agents.claim', claims: [claimOf('api', 1)] }, COORDINATOR)
    const agent = bench.clientOf(asAgent(1, 'api'))
    await agent.task.ask({ id: 'api', text: 'which one?', to: 'dev@ben' })
    await pass(1000)
    return fake.held[0]?.envelope.id ?? ''
  }
  const noted = async () =>
    (await bench.client.task.get({ id: 'api' })).timeline.map(({ text }) => text).join('\n')

  it('an answer reaches the task that asked', async () => {
    await start()
    const id = (await ask()) as Envelope['id']
    await arrive(incoming(fromBen('the second', { replyTo: id, to: ['task:api@here'] })))
    expect(await noted()).toContain('dev@ben answers: the second')
  })

  it('a person over there may answer in the place of the member', async () => {
    await start()
    const id = (await ask()) as Envelope['id']
    const answer = { from: 'person@ben', replyTo: id, to: ['task:api@here'] }
    await arrive(incoming(fromBen('the third', answer)))
    expect(await noted()).toContain('person@ben answers: the third')
  })

  it('an answer of somebody who was not asked is a message and no more', async () => {
    await start()
    const id = (await ask()) as Envelope['id']
    const other = fromBen('mine', { from: 'eve@ben', replyTo: id, to: ['task:api@here'] })
    await arrive(incoming(other))
    expect(await noted()).not.toContain('answers')
    expect(await textsHere()).toContain('mine')
  })

  it('an answer to a person without a name reaches whoever looks at the yard', async () => {
    await start()
    const { id } = await send('how are you?')
    await pass(1000)
    await arrive(incoming(fromBen('well', { replyTo: id, to: ['person@here'] })))
    expect((await bench.client.message.list({ to: 'person' }))[0]).toMatchObject({ text: 'well' })
  })

  it('what another yard itself says takes no answer, and is closed by an acknowledgement', async () => {
    await start()
    const told = fromBen('it is done', { from: 'yard@ben' })
    await arrive(incoming(told))
    const answer = bench.client.message.reply({ id: told.id, text: 'thanks' })
    expect(await failureOf(answer)).toMatchObject({ kind: 'wrong-state' })
    await pass(1000)
    expect(fake.held).toEqual([])
    expect(await stateOf(told.id)).toBe('waiting')
    await bench.client.message.ack({ id: told.id })
    expect(await stateOf(told.id)).toBe('closed')
  })

  it('a delegation is a task here', async () => {
    await start()
    const wanted = fromBen('Build the parser', { kind: 'delegation', to: ['code_rev@here'] })
    await arrive(incoming(wanted))
    const [task] = await bench.client.task.list({})
    expect(task).toMatchObject({ title: 'Build the parser' })
    expect(bench.test.yard.plan.tasks.get(task?.id as never)?.delegation).toMatchObject({
      from: 'dev@ben',
      messageId: wanted.id,
    })
  })
})

describe('names', () => {
  it('a name that one machine alone has is enough, one of two is refused with both', async () => {
    await start()
    const of = (machine: string, ...members: string[]): Incoming => ({
      ...incoming(),
      machine,
      members,
      key: `of ${machine}`,
      cursor: 'c',
    })
    await arrive(of('ben', 'qa-lead', 'ops'), of('carl', 'ops'))
    expect((await send('x', 'qa-lead')).deliveries).toMatchObject([
      { recipient: 'qa-lead@ben', recipientKind: 'remote' },
    ])
    expect(await failureOf(send('x', 'ops'))).toMatchObject({
      kind: 'bad-request',
      hint: expect.stringContaining('ops@ben, ops@carl'),
    })
  })

  it('a text that no other machine would take is refused at once', async () => {
    await start()
    expect(await failureOf(send('\u0001'.repeat(20_000)))).toMatchObject({ kind: 'bad-request' })
    expect((await send('漢'.repeat(20_000))).deliveries).toHaveLength(1)
  })
})

describe('when', () => {
  it('nothing is exchanged by a yard that is not trusted, nor without a transport', async () => {
    isTrusted = false
    await start()
    await pass(60_000)
    expect(opened).toBe(0)
    expect(await runner.sync()).toMatchObject({ ok: false, error: { kind: 'untrusted' } })
    isTrusted = true
    await set({ 'transport.type': 'local' })
    await runner.follow()
    await pass(60_000)
    expect(opened).toBe(0)
    expect(await runner.sync()).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
    expect(runner.status()).toMatchObject({ type: 'local', machine: 'here', problem: null })
  })

  it('the transport is opened anew when the settings change, and ended with the yard', async () => {
    await start()
    await pass(0)
    const first = fake
    fake = createFakeTransport()
    await set({ 'transport.poll': '30s' })
    await runner.follow()
    await pass(0)
    expect(first.isClosed).toBe(true)
    expect(opened).toBe(2)
    await runner.close()
    expect(fake.isClosed).toBe(true)
  })

  it('one call sends and receives where no owner lives, and ends what it opened', async () => {
    await start({ isLive: false })
    await send('out')
    await pass(60_000)
    expect(opened).toBe(0)
    fake.inbox.push([incoming(fromBen('in'))])
    expect(await runner.sync()).toEqual(ok({ sent: 1, received: 1, refused: 0, outbox: 0 }))
    expect(fake.isClosed).toBe(true)
    expect(await runner.compact()).toEqual(ok('2 messages were dropped'))
  })

  it('the status says what waits, for whom, and what keeps it', async () => {
    await start()
    await pass(0)
    fake.fates.push('cut', 'cut')
    fake.seen = [{ machine: 'carl', seenAt: null, problem: 'its tree cannot be listed' }]
    await send('x')
    await pass(50)
    expect(runner.status()).toEqual({
      type: 'git',
      machine: 'here',
      outbox: 1,
      problem: 'the remote does not answer',
      peers: [
        {
          machine: 'ben',
          lastSeen: null,
          waiting: 1,
          refused: 0,
          lastRefusal: null,
          problem: null,
        },
        {
          machine: 'carl',
          lastSeen: null,
          waiting: 0,
          refused: 0,
          lastRefusal: null,
          problem: 'its tree cannot be listed',
        },
      ],
    })
  })
})
