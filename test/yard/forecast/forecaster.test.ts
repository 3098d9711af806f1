/** The forecast of a real yard, worker and all, under a manual clock. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ForecastView } from '../../../src/contract/forecast.ts'
import type { Command } from '../../../src/domain/command.ts'
import {
  addCommand,
  asAgent,
  claimOf,
  COORDINATOR,
  endCommand,
  taskId,
} from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

const MINUTE = 60_000

let bench: PageBench
let number = 0
beforeEach(async () => {
  bench = await openPageBench()
  number = 0
})
afterEach(() => bench.close())

const forecast = (ids?: readonly string[]): Promise<ForecastView> =>
  bench.client.service.forecast(ids === undefined ? {} : { ids: [...ids] })

/** One try from its start to its end, `minutes` later. */
async function tried(
  task: string,
  minutes: number,
  how: { code?: number; costUsd?: number; executor?: 'shell' | 'claude' } = {},
): Promise<void> {
  const { code = 0, costUsd, executor = 'shell' } = how
  number += 1
  const claim = claimOf(task, number, { executor, executorType: executor })
  await bench.run({ type: 'agents.claim', claims: [claim] }, COORDINATOR)
  await begun(number, task)
  bench.clock.advance(minutes * MINUTE)
  const generation = bench.test.yard.plan.tasks.get(taskId(task))?.generation ?? 1
  const end = endCommand(number, generation, { exit: { code, signal: null } })
  const usage = costUsd === undefined ? null : { ...NO_USAGE, costUsd }
  await bench.run({ ...end, endedAt: bench.clock.now(), usage } as Command, COORDINATOR)
}

const NO_USAGE = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
}

async function begun(agent: number, task: string): Promise<void> {
  const { generation } = bench.test.yard.plan.tasks.get(taskId(task)) ?? { generation: 1 }
  const agentId = `agent-${agent}`
  const startedAt = bench.clock.now()
  const started = { agentId, generation, startedAt, pid: 1, pidStartTime: null }
  await bench.run({ type: 'agent.started', ...started } as Command, COORDINATOR)
}

/** Docs tasks that took about ten minutes each. */
async function history(tries: number, minutes = (at: number): number => 9 + (at % 3)) {
  for (let at = 0; at < tries; at += 1) {
    await bench.run(addCommand(`old-${at}`, { tags: ['docs'] }))
    await tried(`old-${at}`, minutes(at))
  }
}

const minutesOf = ({ at }: ForecastView, iso: string | null | undefined): number =>
  (Date.parse(iso ?? '') - Date.parse(at)) / MINUTE

describe('a forecast', () => {
  it('of nothing says that nothing is left', async () => {
    await history(1)
    expect(await forecast()).toMatchObject({
      left: 0,
      waitsForPeople: 0,
      rough: false,
      finish: null,
      costUsd: null,
      criticalPath: [],
      tasks: {},
      calibration: { tries: { n: 0, held50: null, held90: null }, graphs: { n: 0 } },
    })
  })

  it('of nothing says so again after the next change', async () => {
    await history(1)
    expect(await forecast()).toMatchObject({ left: 0, finish: null })
    bench.clock.advance(MINUTE)
    expect(await forecast()).toMatchObject({ left: 0, finish: null })
  })

  it('on too little says that it is rough, and claims no 90 %', async () => {
    await history(2)
    await bench.run(addCommand('a', { tags: ['docs'] }))
    const rough = await forecast()
    expect(rough).toMatchObject({ rough: true, history: { tries: 2, fewKinds: ['docs on shell'] } })
    expect(rough.finish).toMatchObject({ p05: null, p95: null, p50: expect.any(String) })
    await bench.run(addCommand('third', { tags: ['docs'] }))
    await tried('third', 10)
    expect(await forecast()).toMatchObject({ rough: false, history: { tries: 3, fewKinds: [] } })
  })

  it('follows the dependencies, and tells of each task when', async () => {
    await history(12)
    await bench.run(addCommand('a', { tags: ['docs'] }))
    await bench.run(addCommand('b', { tags: ['docs'], after: [taskId('a')] }))
    await bench.run(addCommand('c', { tags: ['docs'], after: [taskId('b')] }))
    await bench.run(addCommand('aside', { exec: 'true', tags: ['docs'], priority: 'low' }))
    const told = await forecast()
    const { finish, tasks, criticalPath } = told
    expect(told.left).toBe(4)
    const places = ['p05', 'p25', 'p50', 'p75', 'p95'] as const
    const times = places.map((place) => minutesOf(told, finish?.[place]))
    expect(times.toSorted((a, b) => a - b)).toEqual(times)
    expect(times[2]).toBeGreaterThan(24)
    expect(times[2]).toBeLessThan(45)
    expect(minutesOf(told, tasks['a']?.start.p50)).toBe(0)
    expect(minutesOf(told, tasks['b']?.start.p50)).toBeCloseTo(
      minutesOf(told, tasks['a']?.end.p50),
      3,
    )
    expect(criticalPath.slice(0, 3).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(criticalPath[0]?.share).toBeGreaterThan(0.9)
    expect(criticalPath.map(({ id }) => id)).not.toContain('aside')
  })

  it('is the same until something is committed, and the same when it is made anew', async () => {
    await history(6)
    await bench.run(addCommand('a', { tags: ['docs'] }))
    const [first, second] = await Promise.all([forecast(), forecast()])
    expect(second).toEqual(first)
    // Beyond its life: made again, of the same moment of the journal.
    bench.clock.advance(MINUTE)
    const later = await forecast()
    expect(later.seq).toBe(first.seq)
    expect(minutesOf(later, later.finish?.p50)).toBe(minutesOf(first, first.finish?.p50))
    await bench.run(addCommand('b', { tags: ['docs'], after: [taskId('a')] }))
    const next = await forecast()
    expect(next.seq).toBeGreaterThan(first.seq)
    expect(next.left).toBe(2)
  })

  it('counts apart what waits for a person or a claim, and what waits for that', async () => {
    await history(4)
    const docs = { tags: ['docs'] }
    await bench.run(addCommand('goes', docs))
    await bench.run({
      type: 'task.add',
      task: { id: taskId('by-hand'), title: 'x', executor: 'manual' },
      nextFireAt: null,
    })
    await bench.run(addCommand('behind', { ...docs, after: [taskId('by-hand')] }))
    await bench.run(addCommand('further', { ...docs, after: [taskId('behind'), taskId('goes')] }))
    await bench.run(addCommand('draft', { ...docs, paused: true }))
    await bench.run(addCommand('broken', docs))
    await tried('broken', 1, { code: 1 })
    const told = await forecast()
    expect(told).toMatchObject({ left: 1, waitsForPeople: 5 })
    expect(Object.keys(told.tasks)).toEqual(['goes'])
  })

  it('of chosen tasks is of these and what they wait for, beside all others', async () => {
    await history(8)
    const docs = { tags: ['docs'] }
    await bench.run(addCommand('a', docs))
    await bench.run(addCommand('b', { ...docs, after: [taskId('a')] }))
    await bench.run(addCommand('c', { ...docs, after: [taskId('b')] }))
    await bench.run(addCommand('held', { ...docs, paused: true }))
    const [all, some, waiting] = [await forecast(), await forecast(['b']), await forecast(['held'])]
    expect(some.left).toBe(2)
    expect(Object.keys(some.tasks).toSorted()).toEqual(['a', 'b'])
    // The same runs: what is said of a task does not depend on who else was asked for.
    expect(some.tasks['b']).toEqual(all.tasks['b'])
    expect(some.finish?.p50).toBe(all.tasks['b']?.end.p50)
    expect(waiting).toMatchObject({ left: 0, waitsForPeople: 1, finish: null })
    expect(await failureOf(forecast(['bb']))).toMatchObject({
      kind: 'unknown-task',
      message: expect.stringContaining('bb'),
    })
  })

  it('of what runs already is of the rest, and that costs only what is to come', async () => {
    const claude = { executor: 'claude', exec: null, tags: ['docs'] } as const
    for (let at = 0; at < 5; at += 1) {
      await bench.run(addCommand(`old-${at}`, claude as never))
      await tried(`old-${at}`, 10, { executor: 'claude', costUsd: 1 })
    }
    await bench.run(addCommand('a', claude as never))
    const before = await forecast()
    expect(before.costUsd?.p50).toBeGreaterThan(0.5)
    number += 1
    const claim = claimOf('a', number, { executor: 'claude', executorType: 'claude' })
    await bench.run({ type: 'agents.claim', claims: [claim] }, COORDINATOR)
    await begun(number, 'a')
    bench.clock.advance(7 * MINUTE)
    const during = await forecast()
    expect(minutesOf(during, during.finish?.p50)).toBeLessThan(
      minutesOf(before, before.finish?.p50) - 3,
    )
    expect(during.costUsd?.p50).toBeLessThan((before.costUsd?.p50 ?? 0) / 1.5)
    expect(minutesOf(during, during.tasks['a']?.start.p50)).toBeCloseTo(-7, 1)
  })

  it('knows no cost where nobody knows a price', async () => {
    await bench.run(addCommand('a', { executor: 'claude', exec: null } as never))
    expect((await forecast()).costUsd).toBeNull()
  })

  it('passes over a repeating task between its runs', async () => {
    const schedule = { spec: '09:00', tz: 'UTC' }
    const at = bench.clock.now() + 9 * 60 * MINUTE
    await bench.run(addCommand('daily', { schedule }, at))
    const first = await forecast()
    expect(first.left).toBe(1)
    expect(minutesOf(first, first.tasks['daily']?.start.p50)).toBeCloseTo(540, 1)
    bench.clock.advance(9 * 60 * MINUTE)
    number = 50
    await bench.run({ type: 'agents.claim', claims: [claimOf('daily', 50)] }, COORDINATOR)
    await begun(50, 'daily')
    bench.clock.advance(MINUTE)
    const end = { ...endCommand(50, 1), endedAt: bench.clock.now(), nextFireAt: at + 86_400_000 }
    await bench.run(end as Command, COORDINATOR)
    expect((await forecast()).left).toBe(0)
  })

  it('waits for judgements, and for no person who has to judge', async () => {
    await history(6)
    await bench.run(addCommand('a', { tags: ['docs'], gate: '0.7' }))
    const judged = await forecast()
    // Nobody has judged anything yet.
    expect(judged).toMatchObject({ rough: true, history: { fewKinds: ['judgements'] } })
    await bench.run(addCommand('b', { tags: ['docs'] }))
    const plain = await forecast(['b'])
    expect(plain.rough).toBe(false)
    // About a minute is assumed.
    expect(minutesOf(judged, judged.finish?.p50)).toBeGreaterThan(
      minutesOf(plain, plain.finish?.p50) + 0.5,
    )
    await bench.run(addCommand('c', { tags: ['docs'], gate: 'person' }))
    await bench.run(addCommand('d', { tags: ['docs'], after: [taskId('c')] }))
    expect(await forecast()).toMatchObject({ left: 2, waitsForPeople: 2 })
  })

  it('takes the word of a task for its kind', async () => {
    await history(5)
    await bench.run(addCommand('a', { tags: ['docs'], kind: 'audit' }))
    expect((await forecast()).history.fewKinds).toEqual(['audit on shell'])
  })

  it('leaves out the times of tasks where they are not asked for', async () => {
    await bench.run(addCommand('a'))
    const told = await bench.client.service.forecast({ tasks: false })
    expect(told.tasks).toEqual({})
    expect(told.finish).not.toBeNull()
  })

  it('is not for agents', async () => {
    await bench.run(addCommand('a'))
    await bench.run({ type: 'agents.claim', claims: [claimOf('a', 1)] }, COORDINATOR)
    const agent = bench.clientOf(asAgent(1, 'a'))
    expect(await failureOf(agent.service.forecast({}))).toMatchObject({ kind: 'not-allowed' })
  })
})

describe('how often it held', () => {
  it('is told of tries, each against what was known as it began, and survives them', async () => {
    await history(20)
    await bench.run(addCommand('a', { tags: ['docs'] }))
    await forecast()
    const { calibration } = await forecast()
    // The first three are the ones that the others are told by.
    expect(calibration.tries.n).toBe(17)
    expect(calibration.tries.held90).toBeGreaterThan(0.8)
    const ids = bench.test.yard.store.agents({ which: 'dead' }).map(({ id }) => id)
    await bench.run({ type: 'agents.forget', ids })
    expect((await forecast()).calibration.tries.n).toBe(17)
  })

  it('is lower where tries take what nobody could foresee', async () => {
    await history(24, (at) => (at < 12 ? 10 + (at % 2) : 200))
    await bench.run(addCommand('a', { tags: ['docs'] }))
    const { calibration } = await forecast()
    expect(calibration.tries.held90).toBeLessThan(0.9)
  })
})
