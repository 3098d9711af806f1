/** Requests about messages, over the real rules and store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asAgent, claimOf, COORDINATOR } from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
  await bench.client.task.add({ id: 'api', title: 'Write the API', exec: 'true' })
})
afterEach(() => bench.close())

const toTask = { to: ['task:api'], text: 'The schema is in docs/schema.md' }

describe('sending', () => {
  it('has one effect and one reply for one command id', async () => {
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
    expect(await failureOf(dead)).toMatchObject({ kind: 'wrong-state' })
  })
})

describe('reading', () => {
  it('changes nothing', async () => {
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
