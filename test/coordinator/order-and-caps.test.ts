import { afterEach, describe, expect, it } from 'vitest'
import { ok } from '../../src/base/result.ts'
import { CAPS, createYardBench, type YardBench, type YardBenchOptions } from './yard-bench.ts'
import { taskIds } from '../support/plan-builder.ts'
import { RISE_MS } from '../../src/domain/graph/ready-queue.ts'

let bench: YardBench
const open = async (options?: YardBenchOptions): Promise<YardBench> => {
  bench = await createYardBench(options)
  await bench.start()
  return bench
}
afterEach(() => bench.close())

/** Ends the running tasks one by one and gives the order in which all of them started. */
async function startOrder(yard: YardBench): Promise<string[]> {
  const order: string[] = []
  for (let [id] = yard.running(); id !== undefined; [id] = yard.running()) {
    order.push(id)
    await yard.end(id)
  }
  return order
}

describe('the order of starts', () => {
  it('is priority, then the longer chain, then age', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, maxAgents: 1 }
    await yard.send({ type: 'yard.pause' })
    await yard.add('old')
    yard.clock.advance(1000)
    await yard.add('young')
    await yard.add('chain')
    await yard.add('chain-2', { after: taskIds('chain'), priority: 'idle' })
    await yard.add('chain-3', { after: taskIds('chain-2'), priority: 'idle' })
    await yard.add('urgent', { priority: 'critical' })
    await yard.send({ type: 'yard.resume' })
    expect(await startOrder(yard)).toEqual([
      'urgent',
      'chain',
      'old',
      'young',
      'chain-2',
      'chain-3',
    ])
  })

  it('lets a task that waits rise one class every half hour, so that it starts before fresher ones', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, maxAgents: 1, pollIntervalMs: 10 * RISE_MS }
    await yard.add('busy')
    await yard.add('humble', { priority: 'low' })
    await yard.pass(2 * RISE_MS)
    await yard.add('fresh', { priority: 'high' })
    await yard.add('fresh-normal')
    expect(await startOrder(yard)).toEqual(['busy', 'humble', 'fresh', 'fresh-normal'])
  })

  it('follows an edit of priority', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, maxAgents: 1 }
    await yard.add('busy')
    await yard.add('a')
    await yard.add('b', { priority: 'low' })
    await yard.send({
      type: 'task.edit',
      id: taskIds('b')[0] ?? never(),
      edit: { priority: 'critical' },
      nextFireAt: null,
    })
    expect(await startOrder(yard)).toEqual(['busy', 'b', 'a'])
  })
})

const never = (): never => {
  throw new Error('no id')
}

describe('caps', () => {
  it('hold max_agents', async () => {
    const yard = await open()
    for (const id of 'abcdef') await yard.add(id)
    expect(yard.running()).toEqual(['a', 'b', 'c', 'd'])
    await yard.end('b')
    expect(yard.running()).toEqual(['a', 'c', 'd', 'e'])
  })

  it('hold per executor, model and tag, and let others pass a full one', async () => {
    const yard = await open()
    yard.caps = {
      ...CAPS,
      maxAgents: 10,
      executors: { claude: 1 },
      models: { opus: 1 },
      tags: { db: 1 },
    }
    await yard.add('c1', { exec: null, executor: 'claude' })
    await yard.add('c2', { exec: null, executor: 'claude' })
    await yard.add('m1', { exec: null, executor: 'codex', model: 'opus' })
    await yard.add('m2', { exec: null, executor: 'codex', model: 'opus' })
    await yard.add('t1', { tags: ['db', 'x'] })
    await yard.add('t2', { tags: ['y', 'db'] })
    await yard.add('free')
    expect(yard.running()).toEqual(['c1', 'free', 'm1', 't1'])
    await yard.end('c1')
    await yard.end('m1')
    await yard.end('t1')
    expect(yard.running()).toEqual(['c2', 'free', 'm2', 't2'])
  })

  it('let one agent at a time have a folder of its own', async () => {
    const yard = await open()
    await yard.add('a', { repo: '/work' })
    await yard.add('b', { repo: '/work' })
    await yard.add('c', { repo: '/other' })
    expect(yard.running()).toEqual(['a', 'c'])
    await yard.end('a')
    expect(yard.running()).toEqual(['b', 'c'])
  })

  it('keep a folder taken when the task that works in it is edited meanwhile', async () => {
    const yard = await open()
    await yard.add('a', { repo: '/work' })
    await yard.send({
      type: 'task.edit',
      id: taskIds('a')[0] ?? never(),
      edit: { repo: '/elsewhere' },
      nextFireAt: null,
    })
    await yard.add('b', { repo: '/work' })
    expect(yard.running()).toEqual(['a'])
  })

  it.each([
    ['in the folder itself', '/work', null, ['a', 'c']],
    ['in a worktree', '/trees/a', 'yard/a', ['a', 'b', 'c']],
  ])(
    'keep the folder in which an agent really works (%s) after an edit and a restart',
    async (_, cwd, branch, expected) => {
      const yard = await open()
      await yard.add('a', { exec: null, executor: 'claude', repo: '/work' })
      const workplace = { cwd, branch, baseCommit: null }
      yard.runtime.report(yard.agentOf('a'), 1, { kind: 'placed', workplace, worktreeName: null })
      await yard.turns.idle()
      const edit = { repo: '/elsewhere', executor: 'codex' }
      await yard.send({ type: 'task.edit', id: taskIds('a')[0] ?? never(), edit, nextFireAt: null })
      await yard.coordinator.close()
      const next = await createYardBench({ opened: yard.opened, clock: yard.clock })
      const plain = next.route
      /** `codex` edits nothing here. */
      next.route = (task) => {
        const found = plain(task)
        const shares = task.executor === 'codex'
        return found.ok && shares ? ok({ ...found.value, exclusive: null }) : found
      }
      await next.start()
      await next.add('b', { exec: null, executor: 'claude', repo: '/work' })
      await next.add('c', { exec: null, executor: 'claude', repo: '/elsewhere' })
      expect(next.running()).toEqual(expected)
      await next.coordinator.close()
    },
  )

  it('that shrink while agents run start nobody until there is room, and that grow act at once', async () => {
    const yard = await open()
    for (const id of 'abcdef') await yard.add(id)
    yard.caps = { ...CAPS, maxAgents: 2 }
    yard.coordinator.onSettings()
    await yard.end('a')
    await yard.end('b')
    expect(yard.running()).toEqual(['c', 'd'])
    await yard.end('c')
    expect(yard.running()).toEqual(['d', 'e'])
    yard.caps = { ...CAPS, maxAgents: 3 }
    yard.coordinator.onSettings()
    await yard.turns.idle()
    expect(yard.running()).toEqual(['d', 'e', 'f'])
  })

  it('of a tag that come by a reload hold for tasks that waited before', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, maxAgents: 0 }
    for (const id of ['a', 'b', 'c']) await yard.add(id, { tags: ['db'] })
    yard.caps = { ...CAPS, maxAgents: 9, tags: { db: 2 } }
    yard.coordinator.onSettings()
    await yard.turns.idle()
    expect(yard.running()).toEqual(['a', 'b'])
  })
})

describe('who is never started', () => {
  it('is a task for people: it can be taken, and counts for no cap', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, maxAgents: 1 }
    await yard.add('sign', { exec: null, executor: 'manual' })
    await yard.pass(3_600_000)
    expect(yard.running()).toEqual([])
    await yard.send({
      type: 'task.take',
      claim: {
        taskId: yard.task('sign').id,
        agentId: 'agent-77' as never,
        executor: 'manual',
        executorType: 'manual',
        model: null,
        modelId: null,
        provider: null,
        provenance: { executor: 'test', model: 'test' },
        timeoutMs: null,
      },
      workplaceCwd: '/work',
    })
    await yard.add('a')
    expect(yard.running()).toEqual(['a', 'sign'])
    expect(yard.runtime.launched).toHaveLength(1)
  })

  it('is a draft, until it is published with what waits for it', async () => {
    const yard = await open()
    await yard.add('a', { paused: true })
    await yard.add('b', { paused: true, after: taskIds('a') })
    expect(yard.running()).toEqual([])
    await yard.send({ type: 'task.publish', id: yard.task('a').id, only: false })
    await yard.end('a')
    expect(yard.running()).toEqual(['b'])
  })

  it('is anybody while the yard is paused, also after a restart', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.send({ type: 'yard.pause' })
    await yard.add('b')
    await yard.end('a')
    await yard.pass(3_600_000)
    expect(yard.running()).toEqual([])
    await yard.coordinator.close()
    const second = await createYardBench({ opened: yard.opened, clock: yard.clock })
    await second.start()
    await second.pass(3_600_000)
    expect(second.running()).toEqual([])
    await second.send({ type: 'yard.resume' })
    expect(second.running()).toEqual(['b'])
    await second.coordinator.close()
  })

  it('is anybody after drain, and in a process that starts no agents', async () => {
    const yard = await open()
    yard.coordinator.drain()
    await yard.add('a')
    expect(yard.running()).toEqual([])
    await yard.coordinator.close()
    const settler = await createYardBench({
      opened: yard.opened,
      clock: yard.clock,
      startsAgents: false,
    })
    await settler.start()
    await settler.pass(600_000)
    expect(settler.running()).toEqual([])
    await settler.coordinator.close()
  })
})
