/** Providers that are down, out of quota or signed out: their tasks wait without failing, others go on, and a fallback takes over only where one is named. */
import { afterEach, describe, expect, it } from 'vitest'
import { ok } from '../../src/base/result.ts'
import type { Route } from '../../src/coordinator/ports.ts'
import type { Evidence } from '../../src/domain/completion.ts'
import { workFailure, type FailureClass } from '../../src/domain/failure.ts'
import { taskId } from '../support/plan-builder.ts'
import { createYardBench, endedReport, ROUTE, type YardBench } from './yard-bench.ts'

let bench: YardBench
afterEach(() => bench.close())

const MINUTE = 60_000
const AGENT = { exec: null, executor: 'claude' } as const
const bad = (name: FailureClass, resetAt: number | null = null) => ({
  exit: { code: 1, signal: null },
  failure: workFailure(name, `${name} it said`, { resetAt }),
})

async function open(): Promise<YardBench> {
  bench = await createYardBench()
  await bench.start()
  return bench
}

/** Lets time pass in steps; each agent that lives at the end of one ends as the world says. Gives how many were sent away. */
async function live(ms: number, world: () => ReturnType<typeof bad> | null): Promise<number> {
  let refused = 0
  for (let passed = 0; passed < ms; passed += 5000) {
    await bench.pass(5000)
    for (const id of bench.running()) {
      const failure = world()
      if (failure) refused += 1
      await bench.end(id, failure ?? {})
    }
  }
  return refused
}

const states = () => Object.groupBy([...bench.opened.plan.tasks.values()], (t) => t.state.kind)

describe('an outage of ten minutes under 30 tasks', () => {
  it.each(['overload', 'rate-limit'] as const)(
    '(%s) fails none, is not hammered, and all are done afterwards',
    async (name) => {
      await open()
      for (let i = 0; i < 30; i += 1) await bench.add(`t${i}`, AGENT)
      const refused = await live(10 * MINUTE, () => bad(name))
      expect(Object.keys(states())).toEqual(['open'])
      expect(bench.opened.plan.breakers.get('provider:of-claude')).toMatchObject({
        kind: 'provider',
      })
      // Thirty tasks that each back off alone would ask more than 150 times.
      expect(refused).toBeLessThan(40)
      await live(30 * MINUTE, () => null)
      expect(states()['done']).toHaveLength(30)
      for (const { attempts } of bench.opened.plan.tasks.values()) expect(attempts).toBe(0)
      expect(bench.opened.plan.breakers.size).toBe(0)
    },
  )

  it('(quota) parks them until the reset that it named', async () => {
    await open()
    for (let i = 0; i < 30; i += 1) await bench.add(`t${i}`, AGENT)
    const resetAt = bench.clock.now() + 10 * MINUTE
    const refused = await live(10 * MINUTE - 5000, () => bad('quota', resetAt))
    expect(refused).toBe(4)
    expect(Object.keys(states())).toEqual(['open'])
    await live(10 * MINUTE, () => null)
    expect(states()['done']).toHaveLength(30)
  })

  it('leaves other providers alone', async () => {
    await open()
    for (let i = 0; i < 6; i += 1) await bench.add(`t${i}`, AGENT)
    await live(MINUTE, () => bad('overload'))
    await bench.add('other', { exec: null, executor: 'codex' })
    expect(bench.running()).toEqual(['other'])
  })
})

describe('rests of a provider', () => {
  it('grow while it stays down, up to five minutes, and are short again once it has answered', async () => {
    await open()
    for (let i = 0; i < 8; i += 1) await bench.add(`t${i}`, AGENT)
    const rests = new Set<number>()
    const note = (): void => {
      const breaker = bench.opened.plan.breakers.get('provider:of-claude')
      if (breaker?.until) rests.add(Math.round((breaker.until - breaker.since) / 1000))
    }
    for (let i = 0; i < 400; i += 1) {
      await live(5000, () => bad('overload'))
      note()
    }
    expect([...rests]).toEqual([30, 60, 120, 240, 300])
    await live(40 * MINUTE, () => null)
    rests.clear()
    for (let i = 0; i < 4; i += 1) await bench.add(`u${i}`, AGENT)
    await live(5000, () => bad('overload'))
    note()
    expect([...rests]).toEqual([30])
  })

  it('that a person ends begin again, longer, where it is still down', async () => {
    await open()
    for (let i = 0; i < 4; i += 1) await bench.add(`t${i}`, AGENT)
    await live(5000, () => bad('overload'))
    const key = 'provider:of-claude'
    expect(bench.opened.plan.breakers.has(key)).toBe(true)
    await bench.send({ type: 'breaker.clear', key })
    await bench.send({ type: 'task.retry', id: taskId('t0'), fresh: false })
    expect(bench.running()).toEqual(['t0'])
    await bench.end('t0', bad('overload'))
    const { since, until } = bench.opened.plan.breakers.get(key) ?? { since: 0, until: 0 }
    expect((until ?? 0) - since).toBe(60_000)
  })

  it('are not for one task that is sent away alone now and then', async () => {
    await open()
    await bench.add('a', AGENT)
    await bench.end('a', bad('overload'))
    await bench.pass(10_000)
    await bench.end('a', bad('overload'))
    expect(bench.opened.plan.breakers.size).toBe(0)
  })
})

describe('a program that is not on this machine', () => {
  const missing: Partial<Evidence> = {
    how: 'not-launched',
    exit: null,
    failure: workFailure('missing-program', 'claude was not found'),
  }

  it('keeps its task ready, and it starts at the beat once it is there', async () => {
    await open()
    bench.canRun = ({ executor }) => executor !== 'claude'
    await bench.add('a', AGENT)
    await bench.pass(10 * MINUTE)
    expect(bench.runtime.launched).toEqual([])
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 0 })
    bench.canRun = () => true
    await bench.pass(bench.caps.pollIntervalMs)
    expect(bench.running()).toEqual(['a'])
  })

  it('is looked for at once when somebody asks', async () => {
    await open()
    bench.canRun = () => false
    await bench.add('a', AGENT)
    bench.canRun = () => true
    bench.coordinator.wake()
    await bench.turns.idle()
    expect(bench.running()).toEqual(['a'])
  })

  it('spends no attempt when it went just before the launch', async () => {
    await open()
    await bench.add('a', { ...AGENT, maxAttempts: 1 })
    bench.canRun = () => false
    await bench.end('a', missing)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open' },
      attempts: 0,
      lastFailure: { class: 'missing-program' },
    })
    bench.canRun = () => true
    bench.coordinator.wake()
    await bench.turns.idle()
    await bench.end('a', { failure: null })
    expect(bench.task('a').state.kind).toBe('done')
  })
})

describe('a sign-in that is missing', () => {
  it('is no word of the provider where a key is missing here: others go on', async () => {
    await open()
    const route = bench.route
    bench.route = (task) => {
      const found = route(task)
      return found.ok ? ok({ ...found.value, provider: 'anthropic' }) : found
    }
    await bench.add('keyless', { exec: null, executor: 'native' })
    const failure = workFailure('auth', 'MY_KEY is not set')
    await bench.end('keyless', { how: 'not-launched', exit: null, failure })
    expect(bench.task('keyless').state).toMatchObject({ kind: 'waiting', provider: null })
    expect(bench.opened.plan.breakers.size).toBe(0)
    await bench.add('other', AGENT)
    expect(bench.running()).toEqual(['other'])
  })

  const retry = (id: string) => bench.send({ type: 'task.retry', id: taskId(id), fresh: false })

  it('stops the provider for all until a person acts, and then wakes all', async () => {
    await open()
    for (let i = 0; i < 10; i += 1) await bench.add(`t${i}`, AGENT)
    const refused = await live(60 * MINUTE, () => bad('auth'))
    expect(refused).toBe(4)
    expect(bench.opened.plan.breakers.get('provider:of-claude')).toMatchObject({ until: null })
    expect(states()).toMatchObject({ waiting: { length: 4 }, open: { length: 6 } })
    await retry('t1')
    expect(bench.running()).toHaveLength(4)
    await live(10 * MINUTE, () => null)
    expect(states()['done']).toHaveLength(10)
  })

  it('is forgotten when no task waits for it any more', async () => {
    await open()
    await bench.add('a', AGENT)
    await bench.end('a', bad('auth'))
    await bench.add('b', AGENT)
    await bench.pass(MINUTE)
    expect(bench.running()).toEqual([])
    await bench.send({ type: 'task.abandon', id: taskId('a'), withDependents: false })
    expect(bench.running()).toEqual(['b'])
  })
})

describe('a fallback', () => {
  const standIn = (): Route => ({
    ...ROUTE,
    executor: 'codex',
    executorType: 'codex',
    provider: 'of-codex',
    model: 'other',
  })
  const withFallback = async (): Promise<void> => {
    await open()
    const plain = bench.route
    bench.route = (task) => {
      const route = plain(task)
      return route.ok && task.executor === 'claude'
        ? ok({ ...route.value, fallback: standIn() })
        : route
    }
  }
  const agentOn = (id: string) => bench.opened.plan.agents.get(bench.agentOf(id))

  it('takes over while the provider sleeps, says why, and begins a conversation of its own', async () => {
    await withFallback()
    await bench.add('a', AGENT)
    const first = bench.agentOf('a')
    bench.runtime.report(first, 1, { kind: 'conversation', id: 'talk-1' })
    const resetAt = bench.clock.now() + 60 * MINUTE
    const end = { ...endedReport(bench.clock.now(), bad('quota', resetAt)) }
    bench.runtime.report(first, 1, { ...end, conversation: 'talk-1' })
    await bench.turns.idle()
    expect(agentOn('a')).toMatchObject({
      executor: 'codex',
      model: 'other',
      resumed: false,
      conversation: null,
    })
    expect(agentOn('a')?.provenance.executor).toMatch(
      /^fallback of "claude" while of-claude sleeps until \d{4}-/,
    )
    await bench.add('b', AGENT)
    expect(agentOn('b')?.executor).toBe('codex')
    await bench.pass(61 * MINUTE)
    await bench.add('c', AGENT)
    expect(agentOn('c')?.executor).toBe('claude')
  })

  it('that sleeps too makes the task wait for whoever wakes first', async () => {
    await withFallback()
    const now = bench.clock.now()
    await bench.add('a', AGENT)
    await bench.end('a', bad('quota', now + 60 * MINUTE))
    await bench.end('a', bad('quota', now + 30 * MINUTE))
    expect(bench.task('a')).toMatchObject({ attempts: 0, state: { kind: 'open' } })
    await bench.pass(29 * MINUTE)
    expect(bench.running()).toEqual([])
    await bench.pass(2 * MINUTE)
    expect(agentOn('a')?.executor).toBe('codex')
  })

  it('is off where the profile names none', async () => {
    await open()
    await bench.add('a', AGENT)
    await bench.end('a', bad('quota', bench.clock.now() + 60 * MINUTE))
    await bench.add('b', AGENT)
    await bench.pass(59 * MINUTE)
    expect(bench.running()).toEqual([])
  })
})
