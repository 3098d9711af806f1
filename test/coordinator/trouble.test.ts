import { afterEach, describe, expect, it } from 'vitest'
import {
  ROUTE,
  createYardBench,
  endedReport,
  CAPS,
  type YardBench,
  type YardBenchOptions,
} from './yard-bench.ts'
import { PERSON, taskId } from '../support/plan-builder.ts'
import { workFailure, type FailureClass } from '../../src/domain/failure.ts'
import { agentIdOf } from '../../src/domain/ids.ts'

let bench: YardBench
const open = async (options?: YardBenchOptions): Promise<YardBench> => {
  bench = await createYardBench(options)
  await bench.start()
  return bench
}
afterEach(() => bench.close())

const bad = (cls: FailureClass, more: Parameters<typeof workFailure>[2] = {}) => ({
  exit: { code: 1, signal: null },
  failure: workFailure(cls, cls, more),
})

describe('a failure', () => {
  it('of class crash is retried after 10 s and 20 s, three tries in all', async () => {
    const yard = await open()
    await yard.add('a', { exec: null, executor: 'claude' })
    await yard.end('a', bad('crash'))
    await yard.pass(9_999)
    expect(yard.running()).toEqual([])
    await yard.pass(1)
    expect(yard.running()).toEqual(['a'])
    await yard.end('a', bad('crash'))
    await yard.pass(19_999)
    expect(yard.running()).toEqual([])
    await yard.pass(1)
    await yard.end('a', bad('crash'))
    expect(yard.task('a')).toMatchObject({ attempts: 3, state: { kind: 'failed' } })
  })

  it('of a shell task is final, unless it asks for more tries', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.add('b', { maxAttempts: 2 })
    await yard.end('a', { exit: { code: 3, signal: null } })
    await yard.end('b', { exit: { code: 3, signal: null } })
    expect(yard.task('a').state).toMatchObject({
      kind: 'failed',
      failure: { class: 'exit', exitCode: 3 },
    })
    expect(yard.task('b').state.kind).toBe('open')
  })

  it('of class overload backs off, longer each time, and spends no attempt', async () => {
    const yard = await open()
    await yard.add('a', { exec: null, executor: 'claude' })
    for (const waitMs of [10_000, 20_000, 40_000]) {
      await yard.end('a', bad('overload'))
      expect(yard.task('a')).toMatchObject({
        attempts: 0,
        state: { notBefore: yard.clock.now() + waitMs },
      })
      await yard.pass(waitMs)
      expect(yard.running()).toEqual(['a'])
    }
  })

  it('of class machine-busy backs off, spends no attempt and says nothing of the provider', async () => {
    const yard = await open()
    await yard.add('a', { exec: null, executor: 'claude', maxAttempts: 1 })
    for (const waitMs of [10_000, 20_000]) {
      await yard.end('a', {
        how: 'not-launched',
        exit: null,
        failure: workFailure('machine-busy', 'no'),
      })
      expect(yard.task('a')).toMatchObject({
        attempts: 0,
        state: { kind: 'open', notBefore: yard.clock.now() + waitMs },
      })
      await yard.pass(waitMs)
      expect(yard.running()).toEqual(['a'])
    }
    await yard.end('a', {
      how: 'not-launched',
      exit: null,
      failure: workFailure('machine-busy', 'no'),
    })
    expect([...yard.opened.plan.breakers.keys()]).toEqual(['launch:claude'])
  })

  it('of a provider that wants a pause of more than a minute parks it until then', async () => {
    const yard = await open()
    await yard.add('a', { exec: null, executor: 'claude' })
    const resetAt = yard.clock.now() + 300_000
    await yard.end('a', bad('rate-limit', { resetAt }))
    expect(yard.task('a')).toMatchObject({ attempts: 0, state: { park: { until: resetAt } } })
    expect(yard.opened.plan.breakers.get('provider:of-claude')).toMatchObject({ until: resetAt })
    await yard.pass(299_000)
    expect(yard.running()).toEqual([])
    await yard.pass(1000)
    expect(yard.running()).toEqual(['a'])
    await yard.end('a', bad('overload', { resetAt: yard.clock.now() + 50_000 }))
    expect(yard.opened.plan.breakers.size).toBe(0)
  })

  it('of class quota parks the provider until its reset, then the conversation goes on', async () => {
    const yard = await open()
    await yard.add('a', { exec: null, executor: 'claude' })
    const id = yard.agentOf('a')
    const resetAt = yard.clock.now() + 3_600_000
    yard.runtime.report(id, 1, { kind: 'conversation', id: 'talk-1' })
    yard.runtime.report(id, 1, endedReport(yard.clock.now(), bad('quota', { resetAt })))
    await yard.turns.idle()
    await yard.add('b', { exec: null, executor: 'claude' })
    await yard.add('c', { exec: null, executor: 'codex' })
    expect(yard.running()).toEqual(['c'])
    expect(yard.opened.plan.breakers.get('provider:of-claude')).toMatchObject({ until: resetAt })
    expect(yard.task('a')).toMatchObject({ attempts: 0, state: { park: { until: resetAt } } })
    await yard.pass(3_600_000)
    expect(yard.running()).toEqual(['a', 'b', 'c'])
    expect(yard.opened.plan.breakers.size).toBe(0)
    const next = yard.opened.plan.agents.get(yard.agentOf('a'))
    expect(next).toMatchObject({ generation: 2, resumed: true, conversation: { id: 'talk-1' } })
  })

  it('of class auth waits for a person, who retries it', async () => {
    const yard = await open()
    await yard.add('a', { exec: null, executor: 'claude' })
    await yard.end('a', bad('auth'))
    expect(yard.task('a').state).toMatchObject({ kind: 'waiting', for: 'sign-in' })
    await yard.pass(3_600_000)
    expect(yard.running()).toEqual([])
    await yard.send({ type: 'task.retry', id: taskId('a'), fresh: false })
    expect(yard.running()).toEqual(['a'])
  })
})

describe('breakers', () => {
  it('let a profile rest when three launches in a row failed', async () => {
    const yard = await open()
    for (const id of ['a', 'b', 'c']) await yard.add(id)
    for (const id of ['a', 'b', 'c'])
      await yard.end(id, { how: 'not-launched', failure: workFailure('launch', 'no memory') })
    await yard.add('d')
    expect(yard.running()).toEqual([])
    expect(yard.opened.plan.breakers.get('launch:shell')).toMatchObject({
      reason: '3 launches in a row failed: no memory',
      until: yard.clock.now() + 30_000,
    })
    await yard.pass(30_000)
    expect(yard.running()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('let a task rest that loses five agents within a minute, and no other', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.add('b')
    for (let i = 0; i < 5; i += 1) await yard.end('a', { how: 'never-ran', exit: null })
    expect(yard.running()).toEqual(['b'])
    expect(yard.opened.plan.breakers.get('respawn:a')).toMatchObject({ kind: 'respawn' })
    await yard.pass(5 * 60_000)
    expect(yard.running()).toEqual(['a', 'b'])
  })

  it('let a task rest that loses five agents in a row, however long each try waited', async () => {
    const yard = await open()
    await yard.add('a', { maxAttempts: 20 })
    for (const waitMs of [10_000, 20_000, 40_000, 80_000]) {
      await yard.end('a', { how: 'lost', exit: null })
      expect(yard.opened.plan.breakers.size).toBe(0)
      await yard.pass(waitMs)
      expect(yard.running()).toEqual(['a'])
    }
    await yard.end('a', { how: 'lost', exit: null })
    expect(yard.opened.plan.breakers.get('respawn:a')).toMatchObject({ kind: 'respawn' })
    expect(yard.task('a').attempts).toBe(5)
  })

  const CLAUDE = { exec: null, executor: 'claude' } as const

  it('tell of silence with the task, its deadline and what helps, and end nobody', async () => {
    const yard = await open()
    await yard.add('a', { ...CLAUDE, timeoutMs: 2 * 3_600_000 })
    await yard.begin('a')
    await yard.pass(CAPS.heartbeatTimeoutMs)
    expect(yard.opened.plan.breakers.size).toBe(0)
    await yard.pass(CAPS.pollIntervalMs)
    const breaker = yard.opened.plan.breakers.get('silence:agent-1')
    expect(breaker).toMatchObject({ kind: 'silence', subject: 'agent-1' })
    expect(breaker?.reason).toContain('task a: agent-1 has shown no sign of life for 6m')
    expect(breaker?.reason).toContain('it is ended at 2024-01-01T02:00Z')
    expect(breaker?.reason).toContain('yard kill agent-1 --redispatch')
    await yard.pass(6 * CAPS.heartbeatTimeoutMs)
    expect(yard.runtime.stops).toEqual([])
  })

  it('of silence end the agent after three times the limit where that is asked for, and retry it as lost', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, endSilent: true }
    await yard.add('a', CLAUDE)
    await yard.begin('a')
    await yard.pass(3 * CAPS.heartbeatTimeoutMs)
    expect(yard.opened.plan.breakers.get('silence:agent-1')?.reason).toContain(
      'ended at 2024-01-01T00:15Z',
    )
    expect(yard.runtime.stops).toEqual([])
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.runtime.stops).toEqual([{ id: 'agent-1', force: false }])
    await yard.end('a', { exit: { code: null, signal: 'SIGKILL' } })
    expect(yard.task('a').lastFailure?.class).toBe('lost')
    expect(yard.opened.plan.breakers.size).toBe(0)
  })

  it.each(['shell', 'command', 'http', 'manual', 'external', 'schedule'] as const)(
    'of silence are nothing to ask a %s agent about',
    async (executorType) => {
      const yard = await open()
      yard.caps = { ...CAPS, endSilent: true }
      yard.route = () => ({ ok: true, value: { ...ROUTE, executorType, timeoutMs: null } })
      await yard.add('a')
      await yard.begin('a')
      await yard.pass(10 * CAPS.heartbeatTimeoutMs)
      expect(yard.opened.plan.breakers.size).toBe(0)
      expect(yard.runtime.stops).toEqual([])
    },
  )

  it.each(['at the start', 'at the next look'])(
    'of silence go with their agent, however that went (%s)',
    async (when) => {
      bench = await createYardBench()
      if (when === 'at the next look') await bench.start()
      const key = 'silence:agent-77'
      await bench.send({
        type: 'breaker.trip',
        key,
        kind: 'silence',
        subject: 'agent-77',
        reason: 'it has said nothing',
        until: null,
      })
      if (when === 'at the start') await bench.start()
      else await bench.coordinator.tick()
      await bench.turns.idle()
      expect(bench.opened.plan.breakers.size).toBe(0)
    },
  )

  it('of a provider give way to a person who retries what it had parked', async () => {
    const yard = await open()
    await yard.add('a', { exec: null, executor: 'claude' })
    await yard.end('a', bad('quota', { resetAt: yard.clock.now() + 3_600_000 }))
    await yard.add('b', { exec: null, executor: 'claude' })
    expect(yard.running()).toEqual([])
    await yard.send({ type: 'task.retry', id: taskId('a'), fresh: false })
    expect(yard.running()).toEqual(['a', 'b'])
  })

  it('leave a busy, quiet agent and one that waits for its provider alone', async () => {
    const yard = await open()
    yard.caps = { ...CAPS, endSilent: true }
    await yard.add('a', CLAUDE)
    await yard.begin('a')
    yard.runtime.liveFacts.set(yard.agentOf('a'), {
      lastHeardAt: 1,
      outputBytes: 0,
      isBusy: true,
      waitsForProviderUntil: null,
      doing: null,
    })
    await yard.pass(10 * CAPS.heartbeatTimeoutMs)
    yard.runtime.liveFacts.set(yard.agentOf('a'), {
      lastHeardAt: 1,
      outputBytes: 0,
      isBusy: false,
      waitsForProviderUntil: yard.clock.now() + 5 * CAPS.heartbeatTimeoutMs,
      doing: null,
    })
    await yard.pass(4 * CAPS.heartbeatTimeoutMs)
    expect(yard.opened.plan.breakers.size).toBe(0)
    expect(yard.runtime.stops).toEqual([])
  })

  it('see silence however busy the rest of the yard is', async () => {
    const yard = await open()
    await yard.add('a', CLAUDE)
    await yard.begin('a')
    for (let i = 0; i < 40; i += 1) {
      await yard.send({ type: 'task.log', id: taskId('a'), text: 'a person writes' })
      await yard.pass(CAPS.heartbeatTimeoutMs / 20)
    }
    expect(yard.opened.plan.breakers.has('silence:agent-1')).toBe(true)
  })
})

describe('stopping', () => {
  it('of a claimed agent asks the runtime, which has the last word', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.send({ type: 'agent.stop', agentId: agentIdOf(1), reason: 'killed', force: false })
    expect(yard.runtime.stops).toEqual([{ id: 'agent-1', force: false }])
    await yard.send({ type: 'agent.stop', agentId: agentIdOf(1), reason: 'killed', force: true })
    expect(yard.runtime.stops.at(-1)).toEqual({ id: 'agent-1', force: true })
    await yard.end('a', { how: 'never-ran', exit: null })
    expect(yard.task('a')).toMatchObject({ held: true, attempts: 0, state: { kind: 'open' } })
    await yard.pass(3_600_000)
    expect(yard.running()).toEqual([])
  })

  it('of an agent that was never launched has it settled by its folder', async () => {
    bench = await createYardBench()
    const { dispatcher, runtime, opened } = bench
    runtime.onRecover = () => endedReport(1, { how: 'never-ran', exit: null })
    dispatcher.onCommitted(({ changes }) => {
      if (changes.some((change) => change.entity === 'agent' && change.before === null))
        void dispatcher.dispatch(
          { type: 'task.abandon', id: taskId('a'), withDependents: false },
          PERSON,
        )
    })
    await bench.start()
    await bench.add('a')
    expect(runtime.launched).toEqual([])
    expect(opened.store.agent(agentIdOf(1))?.state).toMatchObject({ outcome: 'killed' })
    expect(bench.task('a').state.kind).toBe('abandoned')
  })

  it('by a person counts more than a time limit that came first', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 60_000 })
    await yard.begin('a')
    await yard.pass(60_000)
    await yard.send({ type: 'agent.stop', agentId: agentIdOf(1), reason: 'killed', force: false })
    await yard.end('a', { exit: { code: null, signal: 'SIGTERM' } })
    expect(yard.task('a')).toMatchObject({ held: true, attempts: 0 })
  })
})

describe('a report of an end', () => {
  const notLaunched = endedReport(0, { how: 'not-launched', exit: null })

  it('is believed while it is being saved: nobody launches that agent again', async () => {
    const yard = await open()
    await yard.add('a')
    yard.runtime.report(agentIdOf(1), 1, notLaunched)
    await yard.coordinator.tick()
    expect(yard.runtime.launched).toEqual(['agent-1'])
    await yard.turns.idle()
    expect(yard.opened.plan.agents.size).toBe(0)
  })

  it('of an older generation changes nothing', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.end('a', { how: 'never-ran', exit: null })
    const seq = yard.opened.store.seq
    yard.runtime.report(agentIdOf(1), 1, endedReport(0))
    yard.runtime.report(agentIdOf(2), 1, endedReport(0))
    await yard.turns.idle()
    expect(yard.opened.store.seq).toBe(seq)
    expect(yard.running()).toEqual(['a'])
  })
})
