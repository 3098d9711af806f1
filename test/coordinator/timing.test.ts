import { afterEach, describe, expect, it } from 'vitest'
import {
  CAPS,
  createYardBench,
  endedReport,
  type YardBench,
  type YardBenchOptions,
} from './yard-bench.ts'
import type { NewTask } from '../../src/domain/task.ts'
import { asAgent, taskId, taskIds } from '../support/plan-builder.ts'

const HOUR = 3_600_000
let bench: YardBench
const open = async (options?: YardBenchOptions): Promise<YardBench> => {
  bench = await createYardBench(options)
  await bench.start()
  return bench
}
afterEach(() => bench.close())

describe('a time to wait for', () => {
  it('is met to the millisecond by one timer, without polling', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, pollIntervalMs: 24 * HOUR }
    await yard.add('a', { delayMs: 90_000 })
    await yard.add('b', { notBefore: yard.clock.now() + 30_000 })
    expect(yard.clock.timers).toBe(1)
    expect(yard.clock.nextInMs()).toBe(30_000)
    await yard.pass(29_999)
    expect(yard.running()).toEqual([])
    await yard.pass(1)
    expect(yard.running()).toEqual(['b'])
    await yard.pass(60_000)
    expect(yard.running()).toEqual(['a', 'b'])
  })

  it('counts from the wall clock, so that a machine that slept starts what fell due by its next look', async () => {
    const yard = await open()
    await yard.add('a', { delayMs: 8 * HOUR })
    yard.clock.jump(9 * HOUR)
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.running()).toEqual(['a'])
  })

  it('is not forgotten when the clock is set back', async () => {
    const yard = await open()
    await yard.add('a', { delayMs: 60_000 })
    yard.clock.jump(-HOUR)
    await yard.pass(60_000)
    expect(yard.running()).toEqual([])
    await yard.pass(HOUR)
    expect(yard.running()).toEqual(['a'])
  })
})

describe('a schedule', () => {
  const spec = { spec: String(HOUR), tz: null }

  it('fires, waits for its next time after success, and satisfies dependents from the first on', async () => {
    const yard = await open()
    const first = yard.nextFireAt(spec, yard.clock.now())
    await yard.add('tick', { schedule: spec }, first)
    await yard.add('b', { after: taskIds('tick') })
    await yard.pass(HOUR)
    expect(yard.running()).toEqual(['tick'])
    await yard.end('tick')
    expect(yard.running()).toEqual(['b'])
    expect(yard.task('tick').state).toMatchObject({ kind: 'open', notBefore: (first ?? 0) + HOUR })
    await yard.pass(HOUR)
    expect(yard.running()).toEqual(['b', 'tick'])
  })

  it.each([
    ['once', ['tick', 'later']],
    ['all', ['tick', 'tick', 'tick', 'later']],
    ['skip', ['later']],
  ] as const)('that was missed while nobody was there runs %s', async (missed, expected) => {
    const yard = await open()
    await yard.add('tick', { schedule: spec }, yard.nextFireAt(spec, yard.clock.now()))
    await yard.coordinator.close()
    yard.clock.advance(3 * HOUR + 600_000)
    const second = await createYardBench({ opened: yard.opened, clock: yard.clock })
    second.caps = { ...CAPS, missed }
    await second.start()
    const runs: string[] = []
    for (let [id] = second.running(); id !== undefined; [id] = second.running()) {
      runs.push(id)
      await second.end(id)
    }
    await second.pass(50 * 60_000)
    expect([...runs, second.running()[0] === 'tick' ? 'later' : 'nothing']).toEqual(expected)
    await second.coordinator.close()
  })

  it('with `skip` leaves out what fell due while the machine slept', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, missed: 'skip' }
    await yard.add('tick', { schedule: spec }, yard.nextFireAt(spec, yard.clock.now()))
    yard.clock.jump(2 * HOUR + 600_000)
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.running()).toEqual([])
    expect(yard.task('tick').state).toMatchObject({
      notBefore: yard.nextFireAt(spec, yard.clock.now()),
    })
  })

  it.each([
    [59_999, ['tick']],
    [60_000, []],
  ])('with `skip` runs what is late by %i ms: %j', async (lateMs, expected) => {
    const yard = await open()
    const first = yard.nextFireAt(spec, yard.clock.now()) ?? 0
    await yard.add('tick', { schedule: spec }, first)
    await yard.coordinator.close()
    yard.clock.jump(first + lateMs - yard.clock.now())
    const second = await createYardBench({ opened: yard.opened, clock: yard.clock })
    second.caps = { ...CAPS, missed: 'skip' }
    await second.start()
    expect(second.running()).toEqual(expected)
    await second.coordinator.close()
  })

  describe('after a clock that went a day ahead and back', () => {
    const DAY = 24 * HOUR
    const firesWithinItsPeriod = async (yard: YardBench): Promise<boolean> => {
      await yard.pass(HOUR)
      return yard.running().includes('tick')
    }
    const openAhead = async (missed: 'once' | 'skip'): Promise<YardBench> => {
      const yard = await open()
      yard.caps = { ...CAPS, missed }
      await yard.add('tick', { schedule: spec }, yard.nextFireAt(spec, yard.clock.now()))
      await yard.pass(600_000)
      yard.clock.jump(DAY)
      await yard.pass(CAPS.pollIntervalMs)
      return yard
    }

    it('fires within its period: its run ended on the false clock', async () => {
      const yard = await openAhead('once')
      await yard.end('tick')
      yard.clock.jump(-DAY)
      expect(await firesWithinItsPeriod(yard)).toBe(true)
    })

    it('fires within its period: its run went on when the clock was set back', async () => {
      const yard = await openAhead('once')
      yard.clock.jump(-DAY)
      await yard.end('tick')
      expect(await firesWithinItsPeriod(yard)).toBe(true)
    })

    it('fires within its period: a run was skipped on the false clock', async () => {
      const yard = await openAhead('skip')
      expect(yard.running()).toEqual([])
      yard.clock.jump(-DAY)
      expect(await firesWithinItsPeriod(yard)).toBe(true)
    })

    it('fires within its period: nobody was there when the clock was set back', async () => {
      const yard = await openAhead('once')
      await yard.end('tick')
      await yard.coordinator.close()
      yard.clock.jump(-DAY)
      const second = await createYardBench({ opened: yard.opened, clock: yard.clock })
      await second.start()
      expect(await firesWithinItsPeriod(second)).toBe(true)
      await second.coordinator.close()
    })
  })

  it('can be put off and started now', async () => {
    const yard = await open()
    const first = yard.nextFireAt(spec, yard.clock.now()) ?? 0
    await yard.add('tick', { schedule: spec }, first)
    await yard.send({ type: 'schedule.skip', id: taskId('tick'), nextFireAt: first + HOUR })
    await yard.pass(HOUR + 60_000)
    expect(yard.running()).toEqual([])
    await yard.send({ type: 'schedule.fireNow', id: taskId('tick') })
    expect(yard.running()).toEqual(['tick'])
  })

  it.each([-5, -5000, -20 * 60_000])(
    'does not repeat a run because the clock was set back by %i ms while it went on',
    async (stepMs) => {
      const yard = await open()
      const first = yard.nextFireAt(spec, yard.clock.now()) ?? 0
      await yard.add('tick', { schedule: spec }, first)
      await yard.pass(HOUR)
      yard.clock.jump(stepMs)
      await yard.end('tick')
      expect(yard.task('tick').state).toMatchObject({ notBefore: first + HOUR })
    },
  )

  it.each([
    ['ends before it, it stays', 60_000, 0],
    ['ends before it on a clock that was set back, it stays', -5000, 0],
    ['lasts beyond it, the next one comes', HOUR + 60_000, HOUR],
  ])('has a planned time: when a run that was started early %s', async (_, passMs, laterMs) => {
    const yard = await open()
    const first = yard.nextFireAt(spec, yard.clock.now()) ?? 0
    await yard.add('tick', { schedule: spec }, first)
    await yard.send({ type: 'schedule.fireNow', id: taskId('tick') })
    if (passMs < 0) yard.clock.jump(passMs)
    else await yard.pass(passMs)
    await yard.end('tick')
    expect(yard.task('tick').state).toMatchObject({ notBefore: first + laterMs })
  })

  it('that was started just after its run waits for the time it had, whatever the clock says', async () => {
    const yard = await open()
    const first = yard.nextFireAt(spec, yard.clock.now()) ?? 0
    await yard.add('tick', { schedule: spec }, first)
    await yard.pass(HOUR)
    await yard.end('tick')
    await yard.send({ type: 'schedule.fireNow', id: taskId('tick') })
    expect(yard.running()).toEqual(['tick'])
    yard.clock.jump(-2000)
    await yard.end('tick')
    expect(yard.task('tick').state).toMatchObject({ notBefore: first + HOUR })
  })
})

describe('a back-off of a clock that was a day ahead', () => {
  const DAY = 24 * HOUR
  const failAhead = async (yard: YardBench, more: Partial<NewTask> = {}): Promise<void> => {
    await yard.add('a', { maxAttempts: 3, ...more })
    yard.clock.jump(DAY)
    await yard.pass(CAPS.pollIntervalMs)
    await yard.end('a', { exit: { code: 3, signal: null } })
    expect(yard.task('a').state).toMatchObject({ notBefore: yard.clock.now() + 10_000 })
  }

  it('lasts no longer when the clock is set back', async () => {
    const yard = await open()
    await failAhead(yard)
    yard.clock.jump(-DAY)
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.running()).toEqual(['a'])
    expect(yard.task('a').attempts).toBe(1)
  })

  it('lasts no longer when nobody was there as the clock was set back', async () => {
    const yard = await open()
    yard.clock.jump(DAY)
    await yard.add('a', { maxAttempts: 3 })
    await yard.end('a', { exit: { code: 3, signal: null } })
    await yard.coordinator.close()
    yard.clock.jump(-DAY)
    const second = await createYardBench({ opened: yard.opened, clock: yard.clock })
    await second.start()
    await second.pass(CAPS.pollIntervalMs)
    expect(second.running()).toEqual(['a'])
    await second.coordinator.close()
  })

  it('is not taken for a time that a person has set', async () => {
    const yard = await open()
    await failAhead(yard)
    const notBefore = yard.clock.now() + 2 * HOUR
    const id = taskId('a')
    await yard.send({ type: 'task.edit', id, edit: { notBefore }, nextFireAt: null })
    yard.clock.jump(-DAY)
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.task('a').state).toMatchObject({ notBefore })
  })

  it('of a whole provider or profile is over when the clock is set back', async () => {
    const yard = await open()
    yard.clock.jump(DAY)
    await yard.send({
      type: 'breaker.trip',
      key: 'launch:shell',
      kind: 'launch',
      subject: 'shell',
      reason: 'three launches failed',
      until: yard.clock.now() + 30_000,
    })
    await yard.add('a')
    expect(yard.running()).toEqual([])
    yard.clock.jump(-DAY)
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.running()).toEqual(['a'])
  })
})

describe('time limits', () => {
  it('end an agent at its limit and retry it', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 10 * 60_000 })
    await yard.begin('a')
    await yard.pass(10 * 60_000 - 1)
    expect(yard.runtime.stops).toEqual([])
    await yard.pass(1)
    expect(yard.runtime.stops).toEqual([{ id: 'agent-1', force: false }])
    await yard.end('a', { exit: { code: null, signal: 'SIGTERM' } })
    expect(yard.task('a').lastFailure?.class).toBe('timeout')
    await yard.pass(10_000)
    expect(yard.running()).toEqual(['a'])
  })

  it('do not count a sleep of the machine, nor a clock that is set', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 10 * 60_000 })
    await yard.begin('a')
    await yard.pass(60_000)
    yard.clock.jump(30 * 24 * HOUR)
    await yard.pass(60_000)
    yard.clock.jump(-60 * 24 * HOUR)
    await yard.pass(7 * 60_000)
    expect(yard.runtime.stops).toEqual([])
    await yard.pass(60_000)
    expect(yard.runtime.stops).toHaveLength(1)
  })

  it('of an agent of an earlier owner count what its process has run, whatever the clock says', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 4 * HOUR })
    await yard.begin('a')
    await yard.coordinator.close()
    yard.clock.jump(24 * HOUR)
    const second = await createYardBench({ opened: yard.opened, clock: yard.clock })
    second.runtime.liveFacts.set(yard.agentOf('a'), {
      lastHeardAt: 0,
      outputBytes: 0,
      isBusy: true,
      waitsForProviderUntil: null,
      doing: null,
      ranMs: HOUR,
    })
    await second.start()
    await second.pass(3 * HOUR - 1)
    expect(second.runtime.stops).toEqual([])
    await second.pass(1)
    expect(second.runtime.stops).toHaveLength(1)
    await second.coordinator.close()
  })

  it('do not end what ended in time while this process stood still', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 15_000 })
    await yard.begin('a')
    const { id, generation } = yard.opened.plan.agents.get(yard.agentOf('a')) ?? {}
    if (!id || !generation) throw new Error('no agent')
    const endedAt = yard.clock.now() + 4000
    yard.clock.stall(20_000)
    yard.runtime.look = async () => yard.runtime.report(id, generation, endedReport(endedAt))
    await yard.pass(1)
    expect(yard.runtime.stops).toEqual([])
    expect(yard.task('a')).toMatchObject({ state: { kind: 'done' }, generation: 1 })
  })

  it('leave what an agent left at least a minute to be collected and verified', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 15_000 })
    await yard.begin('a')
    const facts = { lastHeardAt: 0, outputBytes: 0, isBusy: false, waitsForProviderUntil: null }
    yard.clock.stall(20_000)
    yard.runtime.look = async () =>
      void yard.runtime.liveFacts.set(yard.agentOf('a'), { ...facts, doing: null, hasEnded: true })
    await yard.pass(59_999)
    expect(yard.runtime.stops).toEqual([])
    await yard.pass(2)
    expect(yard.runtime.stops).toHaveLength(1)
  })

  it('go on counting in the next owner', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 10 * 60_000 })
    await yard.begin('a')
    await yard.pass(6 * 60_000)
    await yard.coordinator.close()
    const second = await createYardBench({ opened: yard.opened, clock: yard.clock })
    await second.start()
    await second.pass(4 * 60_000)
    expect(second.runtime.stops).toHaveLength(1)
    await second.coordinator.close()
  })

  it('give an agent of an earlier owner a minute when the clock was set forward meanwhile', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 10 * 60_000 })
    await yard.begin('a')
    await yard.coordinator.close()
    yard.clock.jump(30 * 24 * HOUR)
    const second = await createYardBench({ opened: yard.opened, clock: yard.clock })
    await second.start()
    await second.add('b', { timeoutMs: 1000 })
    await second.begin('b')
    await second.pass(1000)
    expect(second.runtime.stops.map(({ id }) => id)).toEqual(['agent-2'])
    await second.end('b')
    await second.pass(58_999)
    expect(second.opened.plan.agents.get(second.agentOf('a'))?.state.kind).not.toBe('stopping')
    await second.pass(1)
    expect(second.runtime.stops.at(-1)?.id).toBe('agent-1')
    await second.coordinator.close()
  })
})

describe('an agent that has reported its end', () => {
  const agentState = ({ opened }: YardBench) => [...opened.plan.agents.values()][0]?.state
  const report = (yard: YardBench) =>
    yard.send(
      {
        type: 'task.complete',
        id: taskId('a'),
        agentId: yard.agentOf('a'),
        generation: 1,
        artifacts: [],
        force: false,
        nextFireAt: null,
      },
      asAgent(1, 'a'),
    )

  it.each(['claude', 'shell'])(
    'is stopped politely after its grace, and its report counts (%s)',
    async (executor) => {
      const yard = await open()
      await yard.add('a', { executor })
      await yard.begin('a')
      await yard.pass(60_000)
      await report(yard)
      await yard.pass(CAPS.doneGraceMs - 1)
      expect(yard.runtime.stops).toEqual([])
      await yard.pass(1)
      expect(yard.runtime.stops).toEqual([{ id: 'agent-1', force: false }])
      await yard.end('a', { exit: { code: null, signal: 'SIGTERM' } })
      expect(yard.task('a')).toMatchObject({ state: { kind: 'done' }, attempts: 0 })
    },
  )

  it('keeps its time limit while it is stopped: what goes on then is no part of its report', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: HOUR })
    await yard.begin('a')
    await report(yard)
    await yard.pass(CAPS.doneGraceMs)
    yard.runtime.liveFacts.set(yard.agentOf('a'), {
      lastHeardAt: 0,
      outputBytes: 0,
      isBusy: true,
      waitsForProviderUntil: null,
      doing: null,
      hasEnded: true,
    })
    await yard.pass(HOUR - CAPS.doneGraceMs - 1)
    expect(agentState(yard)).toMatchObject({ reason: 'reported' })
    await yard.pass(1)
    expect(agentState(yard)).toMatchObject({ reason: 'timeout' })
    await yard.end('a', { verify: { code: 75, tail: 'it was stopped' } })
    expect(yard.task('a').lastFailure).toMatchObject({ class: 'timeout' })
  })

  it('gets the time back for which this process stood still', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.begin('a')
    await report(yard)
    yard.clock.stall(10 * CAPS.doneGraceMs)
    await yard.pass(1)
    expect(yard.runtime.stops).toEqual([])
  })
})

describe('silence', () => {
  it('is not counted while this process stood still', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, endSilent: true }
    await yard.add('a', { exec: null, executor: 'claude' })
    await yard.begin('a')
    await yard.pass(CAPS.pollIntervalMs)
    yard.clock.stall(10 * CAPS.heartbeatTimeoutMs)
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.opened.plan.breakers.size).toBe(0)
    expect(yard.runtime.stops).toEqual([])
  })
})

describe('the backstop', () => {
  it('looks at the world at its interval however busy the yard is', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, pollIntervalMs: 10_000 }
    yard.coordinator.onSettings()
    await yard.turns.idle()
    for (let i = 0; i < 60; i += 1) {
      await yard.send({
        type: 'breaker.trip',
        key: `k${i}`,
        kind: 'launch',
        subject: 's',
        reason: 'r',
        until: null,
      })
      await yard.pass(1000)
    }
    expect(yard.runtime.looks.count).toBeGreaterThanOrEqual(5)
  })

  it('is one timer, which goes with the coordinator', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.begin('a')
    expect(yard.clock.timers).toBe(1)
    await yard.coordinator.close()
    expect(yard.clock.timers).toBe(0)
  })
})
