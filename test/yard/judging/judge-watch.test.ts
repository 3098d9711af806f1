/** What is known of judges while their canaries are asked and answered, over the real rules and store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Judge } from '../../../src/domain/judging/evaluation.ts'
import type { Settings } from '../../../src/domain/settings.ts'
import { CANARIES, canaryScore } from '../../../src/judging/canaries/canaries.ts'
import { createJudgeWatch } from '../../../src/yard/judging/judge-watch.ts'
import { createYardBench, type YardBench } from '../../coordinator/yard-bench.ts'
import { COORDINATOR, taskId } from '../../support/plan-builder.ts'

const config = loadConfig({ globalFile: 'no-such-file', projectFile: null, env: {} })
if (!config.ok) throw new Error(config.error.message)
const base = config.value.settings

let bench: YardBench
let settings: Settings
let spent: number
let watch: ReturnType<typeof createJudgeWatch>

beforeEach(async () => {
  spent = 0
  set({ executors: ['claude'], canaries: 'auto' })
  // Nothing is asked by itself here: the test is the coordinator.
  bench = await createYardBench({ startsAgents: false })
  await bench.start()
  const { plan, store } = bench.opened
  watch = createJudgeWatch({
    plan,
    store,
    settings: () => settings,
    sourceAt: () => ({
      settings,
      plan,
      isTrusted: true,
      spentToday: () => ({ usd: spent, tokens: null }),
      workerProvider: null,
      hostProblem: () => null,
      shortage: () => null,
      flagOf: (judge) => watch.flagOf(judge),
      promptOf: () => 'v2',
    }),
  })
  bench.dispatcher.onCommitted((batch) => watch.note(batch))
})
afterEach(() => bench.close())

function set(judging: Partial<Settings['judging']>, gate = 'gated' as 'gated' | 'off'): void {
  const evaluation = {
    ...base.evaluation,
    gate: gate === 'off' ? { mode: gate } : { mode: gate, threshold: 0.7 },
  }
  settings = { ...base, evaluation, judging: { ...base.judging, ...judging } }
}

const issues = () => watch.issues(bench.clock.now())
const CANARY_IDS = CANARIES.map(({ id }) => id)

/** Asks it all canaries; its answers are off by `by`, or none. */
async function check(by: number | null, more: Partial<Judge> = {}): Promise<void> {
  const [issue] = issues()
  const { executor = 'claude', model = null } = issue ?? {}
  await bench.send({ type: 'evaluator.check', executor, model, canaries: CANARY_IDS })
  for (const { id: judgementId, subject } of [...bench.opened.plan.judgements.values()]) {
    const judge = { executor, model, modelId: null, provider: null, provenance: '', prompt: 'v2' }
    if (by !== null || Object.keys(more).length > 0)
      await bench.send(
        { type: 'judgement.ask', judgementId, judge: { ...judge, ...more } },
        COORDINATOR,
      )
    const canary = CANARIES.find(({ id }) => id === subject)
    const score = by === null || !canary ? null : Math.min(1, canaryScore(canary) + by)
    const value = score === null ? null : ({ purpose: 'canary', score } as const)
    const reason = value ? null : 'it was silent'
    const reply = { value, reason, usage: null, costSource: null }
    await bench.send(
      { type: 'judgement.end', judgementId, reply, policy: null, nextFireAt: null },
      COORDINATOR,
    )
  }
}

describe('a judge that would gate something', () => {
  it('is due until its check is under way, and fine once it has answered well', async () => {
    expect(issues()).toMatchObject([{ executor: 'claude', kind: 'unmeasured', isDue: true }])
    const [issue] = issues()
    await bench.send({
      type: 'evaluator.check',
      executor: 'claude',
      model: issue?.model ?? null,
      canaries: ['one'],
    })
    expect(issues()).toMatchObject([{ isUnderWay: true, isDue: false }])
  })

  it('has no issue any more once it has answered well', async () => {
    await check(0)
    expect(issues()).toEqual([])
  })

  it('is flagged where it is lenient, and is not due again', async () => {
    await check(0.4)
    expect(issues()).toMatchObject([
      { kind: 'flagged', flag: { code: 'lenient' }, isDue: false, measuredAt: expect.anything() },
    ])
    expect(
      watch.flagOf({ executor: 'claude', model: issues()[0]?.model ?? null, prompt: 'v2' }),
    ).toContain('too high')
  })

  it('has changed once the question is another', async () => {
    await check(0, { prompt: 'v1' })
    expect(issues()).toMatchObject([{ kind: 'changed', isDue: true, hold: null }])
  })

  it('that nobody answered for is asked again after a day, and not sooner', async () => {
    await check(null)
    expect(issues()).toMatchObject([
      { kind: 'unmeasured', isDue: false, hold: expect.stringContaining('unanswered') },
    ])
    await bench.pass(86_400_000)
    expect(issues()).toMatchObject([{ isDue: true }])
  })

  it('waits where judging has used up its day', () => {
    set({ executors: ['claude'], canaries: 'auto', dayUsd: 1 })
    expect(issues()).toMatchObject([{ isDue: true }])
    spent = 0.8
    const left = expect.stringMatching(/about \$0\.\d+, more than judging\.day_usd leaves/)
    expect(issues()).toMatchObject([{ isDue: false, hold: left }])
  })

  it('is any that may be asked, not only the first', () => {
    set({ executors: ['claude', 'codex', 'shell'], canaries: 'ask' })
    expect(issues().map(({ executor }) => executor)).toEqual(['claude', 'codex'])
  })
})

describe('where no score decides anything', () => {
  it('nobody is to be measured, until a task brings a gate of its own and while it is not over', async () => {
    set({ executors: ['claude'] }, 'off')
    expect(issues()).toEqual([])
    await bench.add('a', { gate: 'person' })
    expect(issues()).toEqual([])
    await bench.add('b', { gate: '0.7' })
    expect(issues()).toHaveLength(1)
    await bench.send({ type: 'task.abandon', id: taskId('b'), withDependents: false })
    expect(issues()).toEqual([])
  })
})
