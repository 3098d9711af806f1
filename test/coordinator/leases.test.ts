import { describe, expect, it } from 'vitest'
import type { Claim } from '../../src/domain/command.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import { taskId } from '../support/plan-builder.ts'
import { createLeaseMemory } from '../support/lease-book.ts'
import { createYardBench, ROUTE, type YardBench, type YardBenchOptions } from './yard-bench.ts'

const LEASE_MS = 30_000

const claimOf = (id: string, agent: number): Claim => ({
  taskId: taskId(id),
  agentId: agentIdOf(agent),
  executor: 'external',
  executorType: 'external',
  model: null,
  modelId: null,
  provider: null,
  provenance: { executor: 'test', model: 'test' },
  timeoutMs: null,
  leaseMs: LEASE_MS,
  claimedBy: 'n8n',
})

const take = (bench: YardBench, id: string, agent: number) =>
  bench.send({ type: 'task.take', claim: claimOf(id, agent), workplaceCwd: '/project' })

async function openBench(options: YardBenchOptions = {}): Promise<YardBench> {
  const bench = await createYardBench(options)
  bench.route = () => ({ ok: true, value: { ...ROUTE, isForPeople: true } })
  await bench.start()
  return bench
}

const stateOf = (bench: YardBench, id: string) =>
  bench.opened.plan.tasks.get(taskId(id))?.state.kind

describe('a claim', () => {
  it('that nobody renews is lost: the task is open again, later, and an attempt is spent', async () => {
    const bench = await openBench()
    await bench.add('flow')
    expect((await take(bench, 'flow', 1)).ok).toBe(true)
    await bench.pass(LEASE_MS - 1)
    expect(stateOf(bench, 'flow')).toBe('in-progress')
    await bench.pass(1)
    expect(bench.opened.store.agent(agentIdOf(1))?.state).toMatchObject({
      kind: 'ended',
      outcome: 'lost',
      failure: { class: 'lost', reason: 'its lease ran out: nothing was heard for 30 s' },
    })
    expect(bench.opened.plan.tasks.get(taskId('flow'))).toMatchObject({
      state: { kind: 'open' },
      attempts: 1,
    })
  })

  it('holds as long as heartbeats come', async () => {
    const bench = await openBench()
    await bench.add('flow')
    await take(bench, 'flow', 1)
    for (let beat = 0; beat < 10; beat += 1) {
      await bench.pass(LEASE_MS - 1000)
      bench.coordinator.heard(agentIdOf(1))
    }
    expect(stateOf(bench, 'flow')).toBe('in-progress')
    expect(bench.coordinator.leaseUntil(agentIdOf(1))).toBe(bench.clock.now() + LEASE_MS)
  })

  it('does not run out while the machine sleeps', async () => {
    const bench = await openBench()
    await bench.add('flow')
    await take(bench, 'flow', 1)
    bench.clock.jump(8 * 3_600_000)
    await bench.pass(1000)
    expect(stateOf(bench, 'flow')).toBe('in-progress')
  })

  it('is whole again for an owner that has just come, and judged by the clock in a command that only settles', async () => {
    const leases = createLeaseMemory()
    const first = await openBench({ leases })
    await first.add('flow')
    await take(first, 'flow', 1)
    first.coordinator.heard(agentIdOf(1))
    await first.pass(LEASE_MS - 1)
    await first.coordinator.close()
    const parts = { opened: first.opened, clock: first.clock, leases }
    first.clock.jump(1)
    const later = await openBench(parts)
    expect(stateOf(later, 'flow')).toBe('in-progress')
    await later.coordinator.close()
    const command = await openBench({ ...parts, startsAgents: false })
    expect(stateOf(command, 'flow')).toBe('in-progress')
    await command.coordinator.close()
    first.clock.jump(LEASE_MS)
    await openBench({ ...parts, startsAgents: false })
    expect(stateOf(command, 'flow')).toBe('open')
  })

  it('that was renewed lasts from then on, for whoever looks next', async () => {
    const leases = createLeaseMemory()
    const first = await openBench({ leases })
    await first.add('flow')
    await take(first, 'flow', 1)
    await first.pass(20_000)
    first.coordinator.heard(agentIdOf(1))
    await first.coordinator.close()
    const parts = { opened: first.opened, clock: first.clock, leases, startsAgents: false }
    first.clock.jump(2 * LEASE_MS - 1)
    const before = await openBench(parts)
    expect(stateOf(before, 'flow')).toBe('in-progress')
    expect(before.coordinator.leaseUntil(agentIdOf(1))).toBe(first.clock.now() - LEASE_MS + 1)
    await before.coordinator.close()
    first.clock.jump(1)
    await openBench(parts)
    expect(stateOf(first, 'flow')).toBe('open')
  })

  it('has run out before a command that only settles is answered', async () => {
    const first = await openBench()
    await first.add('flow')
    await take(first, 'flow', 1)
    await first.coordinator.close()
    first.clock.jump(2 * LEASE_MS)
    const command = await createYardBench({
      opened: first.opened,
      clock: first.clock,
      startsAgents: false,
    })
    const started = command.coordinator.start().then(() => stateOf(command, 'flow'))
    await command.turns.idle()
    expect(await started).toBe('open')
  })

  it.each([
    ['while this process stood still gets that time back', 40_000, false],
    ['is looked at after the requests that came meanwhile', 2000, true],
  ])('that ran out %s', async (_, stalledMs, isHeard) => {
    const bench = await openBench()
    await bench.add('flow')
    await take(bench, 'flow', 1)
    await bench.pass(LEASE_MS - 1000)
    bench.clock.stall(stalledMs)
    if (isHeard) bench.runtime.look = async () => bench.coordinator.heard(agentIdOf(1))
    await bench.pass(1000)
    expect(stateOf(bench, 'flow')).toBe('in-progress')
    bench.runtime.look = async () => {}
    await bench.pass(LEASE_MS)
    expect(stateOf(bench, 'flow')).toBe('open')
  })

  it('is not made while the yard is paused', async () => {
    const bench = await openBench()
    await bench.add('flow')
    await bench.send({ type: 'yard.pause' })
    const refused = await take(bench, 'flow', 1)
    expect(refused).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
  })

  it('is ended by its holder’s own word, and a late word changes nothing', async () => {
    const bench = await openBench()
    await bench.add('flow')
    await take(bench, 'flow', 1)
    const [id, agentId] = [taskId('flow'), agentIdOf(1)]
    const by = {
      kind: 'agent',
      agentId,
      taskId: id,
      generation: 1,
      subtasks: 'own',
      maxSubtasks: 1,
    } as const
    const how = { generation: 1, artifacts: [], force: false, nextFireAt: null }
    const complete = { type: 'task.complete', id, agentId, ...how } as const
    expect((await bench.send(complete, by)).ok).toBe(true)
    expect(stateOf(bench, 'flow')).toBe('done')
    expect(bench.opened.store.agent(agentIdOf(1))?.state).toMatchObject({ outcome: 'done' })
    expect(await bench.send(complete, by)).toMatchObject({
      ok: false,
      error: { kind: 'stale-generation' },
    })
  })
})
