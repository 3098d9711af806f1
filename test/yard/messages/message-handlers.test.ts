/** Requests about messages, over the real rules and store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asAgent, claimOf, COORDINATOR } from '../../support/plan-builder.ts'
import { messageAt, sendingTo } from '../../support/mail.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
  await bench.client.task.add({ id: 'api', title: 'Write the API', exec: 'true' })
})
afterEach(() => bench.close())

const toTask = { to: ['task:api'], text: 'The schema is in docs/schema.md' }

describe('sending', () => {
  it('W12: has one effect and one reply for one command id', async () => {
    const once = await bench.client.message.send({ ...toTask, commandId: 'c1' })
    bench.clock.advance(5)
    expect((await bench.client.message.send({ ...toTask, commandId: 'c1' })).id).toBe(once.id)
    expect(await bench.client.message.list({})).toHaveLength(1)
  })

  it('refuses another message under the same command id', async () => {
    await bench.client.message.send({ ...toTask, commandId: 'c1' })
    const other = bench.client.message.send({ ...toTask, text: 'Something else', commandId: 'c1' })
    expect(await failureOf(other)).toMatchObject({ kind: 'in-use' })
  })

  it('names who is not known, with the near match where there is one', async () => {
    const unknown = bench.client.message.send({ to: ['nobody'], text: 'Hello' })
    expect(await failureOf(unknown)).toMatchObject({ kind: 'unknown-member' })
    const gone = bench.client.message.send({ to: ['task:apo'], text: 'Hello' })
    expect(await failureOf(gone)).toMatchObject({ kind: 'unknown-task' })
    const dead = bench.client.message.send({ to: ['agent-7'], text: 'Hello' })
    expect(await failureOf(dead)).toMatchObject({ kind: 'unknown-agent' })
  })
})

describe('a text that cannot be handed on', () => {
  it.each(['a\0b', 'half \ud83d'])('is refused: %j', async (text) => {
    const { message, task, job } = bench.client
    const { id } = await message.send(toTask)
    const calls = [
      () => message.send({ ...toTask, text }),
      () => message.reply({ id, text }),
      () => task.ask({ id: 'api', text, to: 'person' }),
      () => job.add({ name: 'nightly', member: 'dev', message: text, schedule: '07:00' }),
    ]
    for (const call of calls)
      expect(await failureOf(call())).toMatchObject({
        kind: 'bad-request',
        message: expect.stringContaining('holds a NUL or half a surrogate pair'),
      })
  })
})

describe('a delegation to person', () => {
  it('is refused: no turn would ever work on its task', async () => {
    const sent = bench.client.message.send({ to: ['person'], text: 'Do it', kind: 'delegation' })
    expect(await failureOf(sent)).toMatchObject({ kind: 'bad-request' })
    expect(await bench.client.message.list({})).toEqual([])
  })
})

describe('reading', () => {
  it('W13: changes nothing', async () => {
    const { id } = await bench.client.message.send(toTask)
    await bench.client.message.get({ id })
    await bench.client.message.list({ to: 'api', open: true })
    expect(await bench.client.message.get({ id })).toMatchObject({
      deliveries: [{ recipient: 'task:api', state: 'waiting', tries: 0 }],
    })
  })
})

describe('a thread', () => {
  it('is the same from each of its messages, oldest first, and has nothing else', async () => {
    const first = await bench.client.message.send(toTask)
    await bench.client.message.send({ ...toTask, text: 'Something else' })
    const more = { ...toTask, text: 'And the tests', replyTo: first.id }
    const second = await bench.client.message.send(more)
    const ids = [first.id, second.id]
    for (const id of ids)
      expect((await bench.client.message.thread({ id })).map((each) => each.id)).toEqual(ids)
  })

  it('goes on by one more word of its sender, which closes nothing', async () => {
    const { id } = await bench.client.message.send(toTask)
    await bench.client.message.send({ ...toTask, text: 'And the tests', replyTo: id })
    expect((await bench.client.message.get({ id })).deliveries).toMatchObject([
      { state: 'waiting' },
    ])
    await bench.client.message.reply({ id, text: 'I have done it myself' })
    expect((await bench.client.message.get({ id })).deliveries).toMatchObject([
      { state: 'closed', how: 'replied' },
    ])
  })
})

describe('the messages of a task', () => {
  it('are those to and from its agents, and those about it', async () => {
    const own = await bench.client.message.send(toTask)
    const about = await bench.client.message.send({ to: ['person'], text: 'Look', task: 'api' })
    await bench.client.message.send({ to: ['person'], text: 'Something else' })
    const listed = await bench.client.message.list({ task: 'api' })
    expect(listed.map(({ id }) => id)).toEqual([about.id, own.id])
    await bench.client.message.ack({ id: about.id, for: 'person' })
    const open = await bench.client.message.list({ task: 'api', open: true })
    expect(open.map(({ id }) => id)).toEqual([own.id])
    const unknown = bench.client.message.list({ task: 'apo' })
    expect(await failureOf(unknown)).toMatchObject({ kind: 'unknown-task' })
  })
})

describe('an agent', () => {
  const claim = () => bench.run({ type: 'agents.claim', claims: [claimOf('api', 1)] }, COORDINATOR)

  it('is handed what waits for its task as it is claimed, and may answer it', async () => {
    const { id } = await bench.client.message.send(toTask)
    await claim()
    expect((await bench.client.message.get({ id })).deliveries).toMatchObject([
      { state: 'taken', agent: 'agent-1' },
    ])
    const agent = bench.clientOf(asAgent(1, 'api'))
    const reply = await agent.message.reply({ id, text: 'Read it' })
    expect(reply).toMatchObject({ from: 'task:api', replyTo: id, hops: 1 })
    expect((await bench.client.message.get({ id })).deliveries).toMatchObject([
      { state: 'closed', how: 'replied' },
    ])
  })

  it('reads no messages of others', async () => {
    await bench.client.task.add({ id: 'other', title: 'Another', exec: 'true' })
    const { id } = await bench.client.message.send({ to: ['task:other'], text: 'For you' })
    await claim()
    const agent = bench.clientOf(asAgent(1, 'api'))
    expect(await failureOf(agent.message.get({ id }))).toMatchObject({ kind: 'not-allowed' })
    expect(await agent.message.list({})).toEqual([])
    expect(await failureOf(agent.message.list({ to: 'other' }))).toMatchObject({
      kind: 'not-allowed',
    })
    expect(await failureOf(agent.message.drop({ id }))).toMatchObject({ kind: 'not-allowed' })
  })
})

describe('messages of an agent', () => {
  const agentOfApi = async () => {
    await bench.run({ type: 'agents.claim', claims: [claimOf('api', 1)] }, COORDINATOR)
    return bench.clientOf(asAgent(1, 'api'))
  }

  it('are counted one by one, however many come at once', async () => {
    const agent = await agentOfApi()
    const all = Array.from({ length: 14 }, (_, i) =>
      failureOf(agent.message.send({ to: ['person'], text: `${i}` })),
    )
    const kinds = (await Promise.all(all)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'done')).toHaveLength(10)
    expect(kinds.filter((kind) => kind === 'too-many')).toHaveLength(4)
  })

  it('that are refused are shown to people, once for a turn and whom they were for', async () => {
    await bench.client.task.add({ id: 'other', title: 'Another', exec: 'true' })
    await bench.run({ type: 'agents.claim', claims: [claimOf('other', 2)] }, COORDINATOR)
    const agent = await agentOfApi()
    for (let i = 0; i < 10; i += 1) await agent.message.send({ to: ['task:other'], text: `${i}` })
    for (let i = 0; i < 3; i += 1)
      expect(
        await failureOf(agent.message.send({ to: ['task:other'], text: 'more' })),
      ).toMatchObject({ kind: 'too-many' })
    expect(
      await failureOf(agent.task.ask({ id: 'api', text: 'Which?', to: 'person' })),
    ).toMatchObject({ kind: 'done' })
    const shown = await bench.client.message.list({ to: 'person' })
    expect(shown.filter(({ from }) => from === 'yard')).toMatchObject([
      {
        from: 'yard',
        to: ['person'],
        task: 'api',
        text: expect.stringMatching(/task:api \(agent-1\) to task:other.*10 messages/),
        deliveries: [{ recipientKind: 'person', state: 'waiting' }],
      },
    ])
  })

  it('that wait are counted, and urgent ones taken alone', async () => {
    const agent = await agentOfApi()
    expect(await agent.message.waiting()).toEqual({ waiting: 0, urgent: 0 })
    await bench.client.message.send(toTask)
    await bench.client.message.send({ ...toTask, text: 'Now', priority: 'urgent' })
    expect(await agent.message.waiting()).toEqual({ waiting: 2, urgent: 1 })
    const taken = await agent.message.take({ urgent: true, commandId: 'k1' })
    expect(taken.map(({ text }) => text)).toEqual(['Now'])
    expect(await agent.message.waiting()).toEqual({ waiting: 1, urgent: 0 })
    // The answer was lost: what it handed over is told again, and nothing more is taken.
    const again = await agent.message.take({ urgent: true, commandId: 'k1' })
    expect(again.map(({ text }) => text)).toEqual(['Now'])
    expect((await agent.message.take({})).map(({ text }) => text)).toEqual([toTask.text])
    expect(await agent.message.take({})).toEqual([])
  })
})

describe('mail of a member that has gone from the settings', () => {
  it('is listed by that name, and dropped; sent anew it would reach no member', async () => {
    const { yard } = bench.test
    const message = messageAt(yard.now(), 'one')
    const sending = sendingTo(['gone'], message)
    await yard.dispatch({ type: 'message.send', ...sending }, COORDINATOR)
    await yard.dispatch({ type: 'members.sync', members: [] }, COORDINATOR)
    const { id } = message
    const listed = await bench.client.message.list({ to: 'gone', dead: true })
    expect(listed).toMatchObject([{ id, deliveries: [{ recipient: 'gone', state: 'dead' }] }])
    expect(await bench.client.message.ackAll({ for: 'gone' })).toEqual({ acked: [] })
    const again = bench.client.message.retry({ id })
    expect(await failureOf(again)).toMatchObject({ kind: 'unknown-member' })
    await bench.client.message.drop({ id })
    expect(await bench.client.message.list({ to: 'gone', dead: true })).toEqual([])
  })
})

describe('a dead message that two retry at once', () => {
  it('is sent anew once', async () => {
    const { yard } = bench.test
    const { id } = await bench.client.message.send(toTask)
    await bench.client.task.abandon({ id: 'api', withDependents: false })
    await bench.client.task.reopen({ id: 'api' })
    expect(yard.store.mail.dead(9)).toHaveLength(1)
    const both = await Promise.allSettled([
      bench.client.message.retry({ id }),
      bench.client.message.retry({ id }),
    ])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await bench.client.message.list({})).toHaveLength(2)
  })
})

describe('a dead message', () => {
  const dead = async (): Promise<string> => {
    const { id } = await bench.client.message.send(toTask)
    await bench.client.task.abandon({ id: 'api', withDependents: false })
    return id
  }

  it('is sent anew and dropped once for one command id, with the same answer', async () => {
    const id = await dead()
    const refused = await failureOf(bench.client.message.retry({ id, commandId: 'r0' }))
    expect(refused).toMatchObject({ kind: 'wrong-state', hint: expect.stringContaining('reopen') })
    await bench.client.task.reopen({ id: 'api' })
    const first = await bench.client.message.retry({ id, commandId: 'r1' })
    expect(first.deliveries).toMatchObject([{ recipient: 'task:api', state: 'waiting' }])
    bench.clock.advance(5)
    expect((await bench.client.message.retry({ id, commandId: 'r1' })).id).toBe(first.id)
    expect(await failureOf(bench.client.message.retry({ id }))).toMatchObject({
      kind: 'wrong-state',
    })
    await bench.client.task.abandon({ id: 'api', withDependents: false })
    const drop = { id: first.id, commandId: 'd1' }
    for (let i = 0; i < 2; i += 1)
      expect(await bench.client.message.drop(drop)).toMatchObject({
        deliveries: [{ state: 'closed', how: 'dropped' }],
      })
    const other = bench.client.message.retry(drop)
    expect(await failureOf(other)).toMatchObject({ kind: 'in-use' })
  })
})

describe('a member with two tasks', () => {
  it('has one turn at a time, and the other says whose it waits for', async () => {
    await bench.client.page.configure({
      scope: 'project',
      edits: [{ key: 'members.bob.executor', value: '"shell"' }],
    })
    for (const id of ['first', 'second'])
      await bench.client.task.add({ id, title: id, exec: 'true', member: 'bob' })
    await bench.run(
      { type: 'agents.claim', claims: [claimOf('first', 1), claimOf('second', 2)] },
      COORDINATOR,
    )
    const living = [...bench.test.yard.plan.agents.values()]
    expect(living).toMatchObject([{ id: 'agent-1', taskId: 'first', member: 'bob' }])
    const why = await bench.client.task.why({ id: 'second' })
    expect(why.waitsFor).toContainEqual(
      expect.objectContaining({ kind: 'cap', subject: 'member bob' }),
    )
  })
})
