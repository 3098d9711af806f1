/** Dead and silent agents are asked about, with a deadline, across crashes of the owner. */
import { afterEach, describe, expect, it } from 'vitest'
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import { retryDelayMs } from '../../src/domain/failure.ts'
import { agentIdOf, type AgentId } from '../../src/domain/ids.ts'
import type { Judgement, JudgementReply } from '../../src/domain/judging/judgement.ts'
import type { Withdrawal } from '../../src/domain/landing.ts'
import type { NewTask } from '../../src/domain/task.ts'
import { policyOf, verdict } from '../support/evaluations.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { JUDGE } from '../support/recorded-evaluations.ts'
import {
  CAPS,
  createYardBench,
  endedReport,
  type YardBench,
  type YardBenchOptions,
} from './yard-bench.ts'

const TIMEOUT_MS = 30_000
const HEARTBEAT_MS = CAPS.heartbeatTimeoutMs

let bench: YardBench
let isUnreadable = false
afterEach(async () => {
  isUnreadable = false
  await bench.close()
})

interface Asked {
  readonly judgement: Judgement
  readonly withdrawn: Withdrawal
  readonly settle: (reply: JudgementReply) => void
}

async function open(options: YardBenchOptions = {}, isAsked = true): Promise<Asked[]> {
  const asked: Asked[] = []
  const opened = options.opened ?? (await openMemoryStore())
  const judging: JudgingPort = {
    judge: {
      choose: () => ({ kind: 'judge', judge: JUDGE }),
      ask: (judgement, withdrawn) =>
        new Promise((settle) => void asked.push({ judgement, withdrawn, settle })),
    },
    policyOf: () => policyOf('off'),
    triage: () => (isAsked ? { timeoutMs: TIMEOUT_MS } : null),
    agentOf(id) {
      if (isUnreadable) throw new Error('disk I/O error')
      return opened.store.agent(id)
    },
    lane: () => 9,
  }
  bench = await createYardBench({ judging, opened, ...options })
  await bench.start()
  return asked
}

const add = (more: Partial<NewTask> = {}): Promise<void> =>
  bench.add('a', { exec: null, executor: 'claude', ...more })

async function fall(more: Partial<NewTask> = {}): Promise<void> {
  await add(more)
  await bench.end('a', { how: 'lost', exit: null, work: 'found' })
}

async function say(asked: Asked | undefined, reply: JudgementReply): Promise<void> {
  if (!asked) throw new Error('nobody was asked')
  asked.settle(reply)
  await bench.turns.idle()
}

const triageOf = (number: number) => bench.opened.store.agent(agentIdOf(number))?.triage

describe('an agent that was lost', () => {
  it('is asked about, and its verdict starts the next one at once', async () => {
    const asked = await open()
    await fall()
    expect(asked).toHaveLength(1)
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 1 })
    await say(asked[0], verdict('restart'))
    expect(bench.agentOf('a')).toBe('agent-2')
    expect(triageOf(1)).toMatchObject({ verdict: 'restart', outcome: 'open', by: 'judge-1' })
  })

  it('is waited for no longer than that: its task goes on, and the answer is not wanted any more', async () => {
    const asked = await open()
    await fall()
    await bench.pass(TIMEOUT_MS)
    expect(bench.opened.plan.judgements.size).toBe(0)
    expect(asked[0]?.withdrawn.aborted).toBe(true)
    expect(triageOf(1)).toMatchObject({ verdict: null, reason: 'no answer within 30s' })
    expect(bench.agentOf('a')).toBe('agent-2')
    await say(asked[0], verdict('done'))
    expect(bench.agentOf('a')).toBe('agent-2')
    expect(triageOf(1)?.verdict).toBeNull()
  })

  it('whose end could not be read when its time was over is ended later', async () => {
    await open()
    await fall({ maxAttempts: 1 })
    isUnreadable = true
    await bench.pass(TIMEOUT_MS)
    expect(bench.task('a').state.kind).toBe('open')
    isUnreadable = false
    await bench.pass(60_000)
    expect(bench.task('a').state).toMatchObject({ kind: 'failed', failure: { class: 'lost' } })
  })

  it('fails without an answer where that was its last attempt, and not before', async () => {
    await open()
    await fall({ maxAttempts: 1 })
    await bench.pass(TIMEOUT_MS - 1)
    expect(bench.task('a').state.kind).toBe('open')
    await bench.pass(1)
    expect(bench.task('a').state).toMatchObject({ kind: 'failed', failure: { class: 'lost' } })
    expect(bench.running()).toEqual([])
  })

  it('fails so also where its budget is used up meanwhile: more of that gives no further attempt', async () => {
    await open()
    await add({ maxAttempts: 1, budgetTokens: 50 })
    const id = bench.agentOf('a')
    const rest = { outputTokens: null, cachedTokens: null, reasoningTokens: null, costUsd: null }
    const usage = { inputTokens: 100, ...rest }
    const lost = endedReport(bench.clock.now(), { how: 'lost', exit: null, work: 'found' })
    bench.runtime.report(id, bench.task('a').generation, { ...lost, usage })
    await bench.turns.idle()
    await bench.pass(TIMEOUT_MS - 1)
    expect(bench.task('a').state.kind).toBe('open')
    await bench.pass(1)
    expect(bench.task('a').state).toMatchObject({ kind: 'failed', failure: { class: 'lost' } })
  })

  it('is not asked about while the yard is paused, and goes on by its time', async () => {
    const asked = await open()
    await add()
    await bench.send({ type: 'yard.pause' })
    await bench.end('a', { how: 'lost', exit: null, work: 'found' })
    expect(asked).toEqual([])
    await bench.pass(TIMEOUT_MS)
    expect(bench.opened.plan.judgements.size).toBe(0)
    expect(triageOf(1)?.reason).toBe('it was not sent within 30s: the yard is paused')
    expect(bench.task('a').state.kind).toBe('open')
  })

  it('is asked about again by the next owner, who has no more time than the first', async () => {
    const opened = await openMemoryStore()
    await open({ opened })
    await fall({ maxAttempts: 1 })
    await bench.coordinator.close()
    const { clock } = bench
    clock.advance(TIMEOUT_MS - 1000)
    const asked = await open({ opened, clock })
    expect(asked.map(({ judgement }) => judgement.id)).toEqual(['judge-1'])
    expect(bench.running()).toEqual([])
    await say(asked[0], verdict('wait'))
    expect(bench.task('a')).toMatchObject({ state: { kind: 'open' }, attempts: 0, backOffs: 1 })
  })

  it('fails under the next owner where nobody answered in time', async () => {
    const opened = await openMemoryStore()
    await open({ opened })
    await fall({ maxAttempts: 1 })
    await bench.coordinator.close()
    bench.clock.advance(10 * TIMEOUT_MS)
    await open({ opened, clock: bench.clock })
    expect(bench.task('a').state.kind).toBe('failed')
    expect(bench.running()).toEqual([])
  })

  it('that a person asks about while no owner runs has its time when one does', async () => {
    const opened = await openMemoryStore()
    await open({ opened })
    await fall()
    await bench.pass(TIMEOUT_MS)
    await bench.send({ type: 'yard.pause' })
    await bench.end('a', { how: 'lost', exit: null, work: 'found' })
    await bench.pass(TIMEOUT_MS)
    const agent = opened.store.agent(agentIdOf(2))
    const policy = { timeoutMs: TIMEOUT_MS }
    const request = { type: 'triage.request', agentId: agentIdOf(2), agent, policy } as const
    await bench.send({ ...request, isAgain: true })
    await bench.coordinator.close()
    bench.clock.advance(10 * TIMEOUT_MS)
    const asked = await open({ opened, clock: bench.clock })
    await bench.send({ type: 'yard.resume' })
    expect(asked).toHaveLength(1)
    expect(bench.running()).toEqual([])
    await say(asked[0], verdict('restart'))
    expect(bench.agentOf('a')).toBe('agent-3')
  })
})

describe('an agent that ran out of time', () => {
  const LIMIT_MS = 600_000
  const SETTLE_MS = 60_000
  const begin = async (): Promise<AgentId> => {
    await add({ timeoutMs: LIMIT_MS, verify: 'true', maxAttempts: 2 })
    await bench.begin('a')
    return bench.agentOf('a')
  }
  const fact = (id: AgentId, hasEnded: boolean): void => {
    const facts = { lastHeardAt: bench.clock.now(), outputBytes: 1, isBusy: true, hasEnded }
    bench.runtime.liveFacts.set(id, { ...facts, waitsForProviderUntil: null, doing: null })
  }
  const kept = () => bench.runtime.stopOptions.map(({ force, keepsResult }) => [force, keepsResult])
  const late = async (options: YardBenchOptions = {}, isAsked = true) => {
    const asked = await open(options, isAsked)
    const id = await begin()
    fact(id, false)
    await bench.pass(LIMIT_MS)
    return { asked, id }
  }

  it('is stopped for what it leaves, and its verdict goes by that', async () => {
    const { asked } = await late()
    expect(kept().at(-1)).toEqual([false, true])
    const verify = { code: 0, tail: '' }
    await bench.end('a', { exit: { code: null, signal: 'SIGTERM' }, work: 'found', verify })
    expect(bench.task('a').lastFailure?.class).toBe('timeout')
    await say(asked[0], verdict('done'))
    expect(bench.task('a').state.kind).toBe('done')
  })

  it('is waited for no longer than that where its verify line does not end', async () => {
    const { id } = await late()
    fact(id, true)
    await bench.pass(SETTLE_MS - 1000)
    expect(kept().some(([force]) => force)).toBe(false)
    await bench.pass(2 * SETTLE_MS)
    expect(kept().at(-1)).toEqual([true, false])
  })

  it('leaves nothing that is verified where no model is asked', async () => {
    await late({}, false)
    expect(kept().at(-1)).toEqual([false, false])
  })
})

describe('a silent agent', () => {
  const hear = (id: AgentId): void =>
    void bench.runtime.liveFacts.set(id, {
      lastHeardAt: bench.clock.now(),
      outputBytes: 1,
      isBusy: false,
      waitsForProviderUntil: null,
      doing: null,
    })
  const fallSilent = async (caps = CAPS): Promise<AgentId> => {
    bench.caps = caps
    await add()
    await bench.begin('a')
    const id = bench.agentOf('a')
    hear(id)
    await bench.pass(HEARTBEAT_MS + 2 * CAPS.pollIntervalMs)
    return id
  }

  it('is asked about once, and stopped where the verdict says so', async () => {
    const asked = await open()
    const id = await fallSilent()
    expect(asked).toHaveLength(1)
    expect(bench.runtime.stops).toEqual([])
    await say(asked[0], verdict('continue'))
    expect(bench.runtime.stops.map((stop) => stop.id)).toEqual([id])
    await bench.end('a', { exit: { code: null, signal: 'SIGTERM' } })
    expect(bench.agentOf('a')).toBe('agent-2')
    expect(asked).toHaveLength(1)
  })

  it('is left alone for good where the verdict is wait', async () => {
    const asked = await open()
    await fallSilent({ ...CAPS, endSilent: true })
    await say(asked[0], verdict('wait'))
    await bench.pass(10 * HEARTBEAT_MS)
    expect(bench.runtime.stops).toEqual([])
    expect(asked).toHaveLength(1)
  })

  it('is ended as ever where nobody answers', async () => {
    const asked = await open()
    await fallSilent({ ...CAPS, endSilent: true })
    await bench.pass(3 * HEARTBEAT_MS)
    expect(new Set(bench.runtime.stops.map((stop) => stop.id)).size).toBe(1)
    expect(asked).toHaveLength(1)
    const endedAt = bench.clock.now()
    await bench.end('a', { exit: { code: null, signal: 'SIGTERM' } })
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: endedAt + retryDelayMs(1) },
      attempts: 1,
    })
  })

  it('that speaks before the answer is left alone', async () => {
    const asked = await open()
    const id = await fallSilent()
    hear(id)
    await say(asked[0], verdict('restart'))
    expect(bench.runtime.stops).toEqual([])
    expect(bench.opened.plan.agents.get(id)?.triage).toMatchObject({ outcome: null })
  })
})
