/** What was asked and is not begun waits while the yard is paused; what is ended without its reply is paid for all the same. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import { judgementIdOf } from '../../src/domain/judging/evaluation.ts'
import type { Judgement, JudgementReply, Paid } from '../../src/domain/judging/judgement.ts'
import { answered, policyOf } from '../support/evaluations.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { JUDGE } from '../support/recorded-evaluations.ts'
import { taskId } from '../support/plan-builder.ts'
import { createYardBench, type YardBench, type YardBenchOptions } from './yard-bench.ts'

const USAGE = {
  inputTokens: 100,
  outputTokens: 10,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: 0.25,
}
const PAID: Paid = { usage: USAGE, costSource: 'cli' }

interface Script {
  readonly asked: { readonly id: string; readonly settle: (reply: JudgementReply) => void }[]
  /** Of which a folder is there. */
  readonly begun: Set<string>
}

let bench: YardBench
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-held-'))
})
afterEach(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(
  options: YardBenchOptions = {},
  begun: readonly string[] = [],
  lane = 9,
): Promise<Script> {
  const script: Script = { asked: [], begun: new Set(begun) }
  const judging: JudgingPort = {
    judge: {
      choose: () => ({ kind: 'judge', judge: JUDGE }),
      ask: ({ id }) => new Promise((settle) => void script.asked.push({ id, settle })),
      hasBegun: ({ id }) => script.begun.has(id),
      paidFor: () => PAID,
    },
    policyOf: () => policyOf('0.7'),
    triage: () => ({ timeoutMs: 30_000 }),
    agentOf: (id) => bench.opened.store.agent(id),
    lane: () => lane,
  }
  bench = await createYardBench({ judging, ...options })
  await bench.start()
  return script
}

const judged = (number: number): Judgement | null =>
  bench.opened.store.judging.judgement(judgementIdOf(number))

async function work(id: string): Promise<void> {
  await bench.add(id)
  await bench.end(id)
}

it('a paused yard that is opened again adopts what has begun, and begins nothing until it is resumed', async () => {
  const path = join(folder, 'yard.db')
  await open({ opened: await openMemoryStore(path) })
  await work('a')
  await work('b')
  await bench.send({ type: 'yard.pause' })
  await bench.close()
  const { asked } = await open({ opened: await openMemoryStore(path) }, ['judge-1'])
  await bench.pass(600_000)
  expect(asked.map(({ id }) => id)).toEqual(['judge-1'])
  asked[0]?.settle(answered(0.9))
  await bench.turns.idle()
  expect([bench.task('a').state.kind, bench.task('b').state.kind]).toEqual(['done', 'pending-eval'])
  await bench.pass(600_000)
  expect(asked).toHaveLength(1)
  await bench.send({ type: 'yard.resume' })
  expect(asked.map(({ id }) => id)).toEqual(['judge-1', 'judge-2'])
})

describe('what was paid before its end without a reply', () => {
  it('counts where nobody waits any longer', async () => {
    await open()
    await bench.add('a', { exec: null, executor: 'claude' })
    await bench.end('a', { how: 'lost', exit: null, work: 'found' })
    await bench.pass(30_000)
    expect(judged(1)).toMatchObject({ state: { outcome: 'unanswered' }, ...PAID })
    expect(bench.opened.store.spending.judgingSince(0)).toMatchObject({ costUsd: 0.25 })
  })

  it('counts where it gave way to another question', async () => {
    const { asked } = await open({}, [], 1)
    await work('a')
    await work('b')
    await bench.send({ type: 'task.approve', id: taskId('a'), note: null, nextFireAt: null })
    expect(judged(1)).toMatchObject({ state: { outcome: 'unanswered' }, ...PAID })
    expect(asked.map(({ id }) => id)).toEqual(['judge-1'])
  })

  it('counts where a person ended it, and that says nothing of its judge', async () => {
    await open()
    await work('a')
    const about = { judgementId: judgementIdOf(1), policy: policyOf('0.7'), nextFireAt: null }
    await bench.send({ type: 'judgement.kill', ...about, paid: PAID })
    expect(judged(1)).toMatchObject({
      state: { outcome: 'unanswered', isCutShort: true },
      ...PAID,
    })
    expect(bench.opened.store.spending.judgingSince(0)).toMatchObject({ costUsd: 0.25 })
  })
})
