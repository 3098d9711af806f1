import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import type { TreeUse } from '../../src/domain/executor.ts'
import { agentIdOf, type AgentId } from '../../src/domain/ids.ts'
import {
  createMetrics,
  createRates,
  RATE_STEP_MS,
  RATE_STEPS,
  systemProbe,
} from '../../src/yard/metrics.ts'
import { createBench } from '../support/plan-builder.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { settled } from '../support/memory-store.ts'
import { addTask, isOver, makeRealPlace, untilTask, type RealPlace } from './real-place.ts'

const one = agentIdOf(1)

describe('the vitals of agents', () => {
  function setUp() {
    const clock = createManualClock()
    let looks = 0
    let uses = new Map<AgentId, TreeUse>()
    const runtime = {
      measure: () => {
        looks += 1
        return Promise.resolve(uses)
      },
    }
    const vitals = createMetrics({ runtime, clock, log: silentLog })
    return {
      clock,
      vitals,
      looks: () => looks,
      async use(cpuMs: number, afterMs: number) {
        await settled() // the look before is over
        uses = new Map([[one, { cpuMs, memoryBytes: 1000, processes: 3 }]])
        clock.advance(afterMs)
        await settled()
      },
    }
  }

  it('are per cent of one core between two looks, and unknown before', async () => {
    const { vitals, use } = setUp()
    const stop = vitals.watch()
    await use(500, 2000)
    expect(vitals.of(one)).toEqual({ cpuPercent: null, memoryBytes: 1000, processes: 3 })
    await use(3500, 2000)
    expect(vitals.of(one).cpuPercent).toBe(150)
    await use(100, 2000)
    expect(vitals.of(one).cpuPercent).toBe(0)
    stop()
  })

  it('are not asked for again while the last look is not over', async () => {
    const clock = createManualClock()
    const looks: PromiseWithResolvers<Map<AgentId, TreeUse>>[] = []
    const measure = () => {
      const look = Promise.withResolvers<Map<AgentId, TreeUse>>()
      looks.push(look)
      return look.promise
    }
    const stop = createMetrics({ runtime: { measure }, clock, log: silentLog }).watch()
    clock.advance(10_000)
    expect(looks).toHaveLength(1)
    looks[0]?.reject(new Error('ps was too slow'))
    await settled()
    clock.advance(2000)
    expect(looks).toHaveLength(2)
    stop()
  })

  it('are looked at only while somebody watches, once for all of them', async () => {
    const { vitals, clock, looks, use } = setUp()
    clock.advance(60_000)
    expect([looks(), clock.timers]).toEqual([0, 0])
    const stops = [vitals.watch(), vitals.watch()]
    for (let n = 0; n < 10; n += 1) await use(1, 2000)
    expect(looks()).toBe(11)
    stops[0]?.()
    stops[0]?.()
    await use(1, 2000)
    expect(looks()).toBe(12)
    stops[1]?.()
    await use(1, 60_000)
    expect([looks(), clock.timers, vitals.of(one).processes]).toEqual([12, 0, null])
  })
})

describe('the machine', () => {
  it('is measured by what its cores did between two looks', () => {
    const clock = createManualClock()
    let busyMs = 0
    let totalMs = 0
    const probe = {
      look: () => ({ cores: 4, busyMs, totalMs, memoryBytes: 2 ** 34, memoryUsedBytes: 2 ** 33 }),
    }
    const runtime = { measure: () => Promise.resolve(new Map()) }
    const vitals = createMetrics({ runtime, clock, log: silentLog, probe })
    expect(vitals.machine()).toMatchObject({ cores: 4, cpuPercent: null, memoryUsedBytes: 2 ** 33 })
    const stop = vitals.watch()
    busyMs += 2000
    totalMs += 8000
    clock.advance(2000)
    expect(vitals.machine().cpuPercent).toBe(25)
    stop()
    expect(vitals.machine().cpuPercent).toBeNull()
  })

  it('of this test has cores and memory', () => {
    const { cores, memoryBytes, memoryUsedBytes, busyMs, totalMs } = systemProbe.look()
    expect(cores).toBeGreaterThan(0)
    expect(memoryUsedBytes).toBeGreaterThan(0)
    expect(memoryBytes).toBeGreaterThan(memoryUsedBytes)
    expect(totalMs).toBeGreaterThan(busyMs)
  })
})

describe('rates of output', () => {
  it('are bytes per step, kept for ninety steps, and end with the agent', () => {
    const clock = createManualClock()
    const bench = createBench()
    bench.add('a')
    bench.claim('a', 1)
    let outputBytes = 5000
    const facts = () => ({
      lastHeardAt: 0,
      isBusy: false,
      waitsForProviderUntil: null,
      doing: null,
      outputBytes,
    })
    const rates = createRates({ plan: bench.plan, runtime: { facts }, clock })
    clock.advance(RATE_STEP_MS)
    expect(rates.all().get(one)).toEqual([])
    for (let n = 1; n <= 3; n += 1) {
      outputBytes += n * 100
      clock.advance(RATE_STEP_MS)
    }
    expect(rates.all().get(one)).toEqual([100, 200, 300])
    clock.advance(RATE_STEPS * RATE_STEP_MS)
    expect(rates.all().get(one)).toEqual(Array.from({ length: RATE_STEPS }, () => 0))
    bench.end(1, 1)
    clock.advance((RATE_STEPS - 1) * RATE_STEP_MS)
    expect(rates.all().has(one)).toBe(true)
    clock.advance(RATE_STEP_MS)
    expect(rates.all().has(one)).toBe(false)
    rates.close()
    expect(clock.timers).toBe(0)
  })
})

describe('a real agent', () => {
  let place: RealPlace
  beforeEach(async () => {
    place = await makeRealPlace()
  })
  afterEach(() => place.remove())

  it('is measured with everything that it started', async () => {
    const yard = await place.open()
    const stop = yard.vitals.watch()
    const exec = 'sleep 1000 & while [ ! -e stop ]; do :; done; kill $!'
    await addTask(yard, { title: 'a', exec })
    const task = await untilTask(yard, 'a', ({ state }) => state.kind === 'in-progress')
    const id = task.lastAgentId ?? one
    await expect.poll(() => yard.vitals.of(id).cpuPercent).toBeGreaterThan(10)
    const { memoryBytes, processes } = yard.vitals.of(id)
    expect(processes).toBeGreaterThanOrEqual(2)
    expect(memoryBytes).toBeGreaterThan(500_000)
    expect(memoryBytes).toBeLessThan(1_000_000_000)
    await yard.dispatch(
      { type: 'agent.stop', agentId: id, reason: 'killed', force: true },
      {
        kind: 'person',
        name: null,
      },
    )
    await untilTask(yard, 'a', (one) => one.held || isOver(one))
    stop()
    await yard.close()
  })
})
