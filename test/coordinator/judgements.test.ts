/** Which judgements are asked and when, what ends one that nobody wants any more, and that nothing is asked twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import type { EvaluationPolicy } from '../../src/domain/judging/evaluation.ts'
import {
  judgementIdOf,
  judgementNumberOf,
  type JudgementId,
} from '../../src/domain/judging/evaluation.ts'
import type {
  JudgeChoice,
  JudgePort,
  Judgement,
  JudgementReply,
  Postponement,
} from '../../src/domain/judging/judgement.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import type { Withdrawal } from '../../src/domain/landing.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { answered, policyOf, unanswered } from '../support/evaluations.ts'
import { START_AT } from '../support/manual-clock.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { COORDINATOR, taskId } from '../support/plan-builder.ts'
import { JUDGE } from '../support/recorded-evaluations.ts'
import {
  createYardBench,
  endedReport,
  type YardBench,
  type YardBenchOptions,
} from './yard-bench.ts'

/** Which commits do not work. */
const disk: { isFullFor: ((opened: OpenStore) => boolean) | null } = { isFullFor: null }
const fillable = (opened: OpenStore): OpenStore => ({
  ...opened,
  writer: {
    ...opened.writer,
    commit() {
      if (disk.isFullFor?.(opened))
        throw Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' })
      opened.writer.commit()
    },
  },
})

interface Asked {
  readonly id: string
  readonly judgement: Judgement
  readonly withdrawn: Withdrawal
  readonly settle: (reply: JudgementReply | Postponement | null) => void
}

interface Script {
  readonly judging: JudgingPort
  /** Each call of the port, oldest first. */
  readonly asked: Asked[]
  /** For how many calls it was asked whom to ask. */
  choices: number
  choose: JudgePort['choose']
  policy: EvaluationPolicy
  lane: number
}

const CLAUDE: JudgeChoice = { kind: 'judge', judge: JUDGE }

/** A judge that answers what the test says, when it says so. */
function scripted(policy: EvaluationPolicy): Script {
  const script: Script = {
    asked: [],
    choices: 0,
    choose: () => CLAUDE,
    policy,
    lane: 9,
    judging: {
      judge: {
        choose(judgement, now) {
          script.choices += 1
          return script.choose(judgement, now)
        },
        ask: (judgement, withdrawn) =>
          new Promise((settle) => {
            script.asked.push({ id: judgement.id, judgement, withdrawn, settle })
          }),
      },
      policyOf: () => script.policy,
      lane: () => script.lane,
    },
  }
  return script
}

let bench: YardBench
let folder = ''
beforeEach(() => {
  disk.isFullFor = null
  folder = mkdtempSync(join(tmpdir(), 'yard-judgements-'))
})
afterEach(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(more: Partial<Script> = {}, options: YardBenchOptions = {}): Promise<Script> {
  const script = Object.assign(scripted(policyOf('0.7')), more)
  bench = await createYardBench({ judging: script.judging, wrap: fillable, ...options })
  await bench.start()
  return script
}

/** An agent works on it and ends well. */
async function work(id: string, more: Parameters<YardBench['add']>[1] = {}): Promise<void> {
  await bench.add(id, more)
  await bench.end(id)
}

const stateOf = (id: string) => bench.task(id).state.kind
const living = () =>
  [...bench.opened.plan.judgements.values()].map(({ id, state }) => `${id} ${state.kind}`)
const ids = (asked: readonly Asked[]): string[] => asked.map(({ id }) => id)
const rowsOf = (event: string): number =>
  bench.opened.store.journal(0, 1_000_000).filter((row) => row.event === event).length
const judged = (number: number): Judgement | null =>
  bench.opened.store.judging.judgement(judgementIdOf(number))
async function settle(asked: Asked | undefined, reply: Parameters<Asked['settle']>[0]) {
  if (!asked) throw new Error('nothing was asked')
  asked.settle(reply)
  await bench.turns.idle()
}

describe('the lane', () => {
  it('bounds how many are asked at once; the next follows as soon as there is room', async () => {
    const { asked } = await open({ lane: 2 })
    for (const id of ['a', 'b', 'c', 'd']) await work(id)
    expect(ids(asked)).toEqual(['judge-1', 'judge-2'])
    expect(living()).toEqual(['judge-1 asked', 'judge-2 asked', 'judge-3 queued', 'judge-4 queued'])
    await settle(asked[0], answered(0.9))
    expect(stateOf('a')).toBe('done')
    expect(ids(asked)).toEqual(['judge-1', 'judge-2', 'judge-3'])
    await settle(asked[2], unanswered())
    expect(ids(asked).at(-1)).toBe('judge-4')
  })

  it('saves in one commit the ends of those that answered and who is asked next', async () => {
    const { asked } = await open({ lane: 2 })
    for (const id of ['a', 'b', 'c', 'd']) await work(id)
    const commits: string[][] = []
    bench.dispatcher.onCommitted(({ changes }) => {
      const judgements = changes.filter(({ entity }) => entity === 'judgement')
      commits.push(
        judgements.map(
          ({ id }) => `${id} ${judged(judgementNumberOf(id as JudgementId))?.state.kind}`,
        ),
      )
    })
    for (const each of asked.slice()) each.settle(answered(0.9))
    await bench.turns.idle()
    expect(commits).toEqual([['judge-1 ended', 'judge-2 ended', 'judge-3 asked', 'judge-4 asked']])
    expect(ids(asked)).toEqual(['judge-1', 'judge-2', 'judge-3', 'judge-4'])
  })

  it('holds also while what was chosen is being saved', async () => {
    const script = await open({ lane: 1 })
    script.choose = () => {
      // Another round, before the choice is committed.
      if (script.choices === 1) bench.coordinator.onSettings()
      return CLAUDE
    }
    await bench.add('a')
    await bench.add('b')
    for (const id of ['a', 'b']) {
      const { id: agentId, generation } = bench.opened.plan.agents.get(bench.agentOf(id)) ?? {}
      if (agentId && generation !== undefined)
        bench.runtime.report(agentId, generation, endedReport(bench.clock.now()))
    }
    await bench.turns.idle()
    expect(living()).toEqual(['judge-1 asked', 'judge-2 queued'])
  })

  it('counts what an earlier owner asked, whatever stands before it in the queue', async () => {
    const path = join(folder, 'yard.db')
    const { asked } = await open({}, { opened: await openMemoryStore(path) })
    await work('a')
    await work('b')
    await settle(asked[0], { until: START_AT + 1, reason: 'overload', provider: null, turn: 2 })
    await bench.close()
    const next = scripted(policyOf('0.7'))
    next.lane = 1
    bench = await createYardBench({ judging: next.judging, opened: await openMemoryStore(path) })
    bench.clock.advance(1000)
    await bench.start()
    expect(living()).toEqual(['judge-1 queued', 'judge-2 asked'])
    expect(ids(next.asked)).toEqual(['judge-2'])
  })
})

describe('the order', () => {
  const evaluate = (id: string) =>
    bench.send({
      type: 'evaluation.request',
      id: taskId(id),
      agentId: agentIdOf(1),
      generation: 1,
      executor: null,
      model: null,
    })

  it('is that of what waits for it: gates, then scores that are only recorded, then checks of judges', async () => {
    const script = await open({ lane: 1, policy: policyOf('off') })
    await work('old')
    script.policy = policyOf('0.7')
    await work('a')
    const canaries = ['good-1']
    const check = { type: 'evaluator.check', executor: 'claude', model: null, canaries } as const
    await bench.send(check)
    await evaluate('old')
    await work('b')
    for (const next of [1, 2, 3]) await settle(script.asked[next - 1], answered(0.9))
    expect(ids(script.asked)).toEqual(['judge-1', 'judge-4', 'judge-3', 'judge-2'])
  })
})

describe('a question whose task was settled otherwise', () => {
  const approve = (id: string) =>
    bench.send({ type: 'task.approve', id: taskId(id), note: null, nextFireAt: null })

  it('gives way to one that is waited for, which says nothing of its judge', async () => {
    const { asked } = await open({ lane: 2 })
    for (const id of ['a', 'b', 'c']) await work(id)
    await approve('a')
    expect([judged(1)?.state, asked[0]?.withdrawn.aborted]).toMatchObject([
      { kind: 'ended', outcome: 'unanswered', isCutShort: true },
      true,
    ])
    await settle(asked[0], null)
    expect([ids(asked), living()]).toEqual([
      ['judge-1', 'judge-2', 'judge-3'],
      ['judge-2 asked', 'judge-3 asked'],
    ])
    await approve('b')
    expect([stateOf('b'), living()]).toEqual(['done', ['judge-2 asked', 'judge-3 asked']])
  })

  it('gives way one at a time, and to none that cannot be asked itself', async () => {
    const script = await open({ lane: 2 })
    for (const id of ['a', 'b']) await work(id)
    for (const id of ['a', 'b']) await approve(id)
    script.choose = () => ({ kind: 'wait', reason: 'asleep', until: null })
    await work('c')
    expect(living()).toEqual(['judge-1 asked', 'judge-2 asked', 'judge-3 queued'])
    script.choose = () => CLAUDE
    bench.coordinator.onSettings()
    await bench.turns.idle()
    bench.coordinator.onSettings()
    await bench.turns.idle()
    expect(living()).toEqual(['judge-1 asked', 'judge-3 queued'])
    await settle(script.asked[1], null)
    expect(living()).toEqual(['judge-1 asked', 'judge-3 asked'])
  })
})

describe('a paused yard', () => {
  it('asks nothing new, and lets what is asked finish', async () => {
    const { asked } = await open({ lane: 1 })
    await work('a')
    await work('b')
    await bench.send({ type: 'yard.pause' })
    await settle(asked[0], answered(0.9))
    expect(stateOf('a')).toBe('done')
    await bench.pass(600_000)
    expect([ids(asked), stateOf('b')]).toEqual([['judge-1'], 'pending-eval'])
    await bench.send({ type: 'yard.resume' })
    expect(ids(asked)).toEqual(['judge-1', 'judge-2'])
  })

  it('asks the port again for what was asked before a restart', async () => {
    const path = join(folder, 'yard.db')
    await open({}, { opened: await openMemoryStore(path) })
    await work('a')
    await bench.send({ type: 'yard.pause' })
    await bench.close()
    const next = await open({}, { opened: await openMemoryStore(path) })
    await settle(next.asked[0], answered(0.9))
    expect([stateOf('a'), next.choices, rowsOf('judgement.asked')]).toEqual(['done', 0, 1])
  })
})

describe('what was asked', () => {
  it('is given to the port again after a restart, without being asked for anew', async () => {
    const path = join(folder, 'yard.db')
    await open({}, { opened: await openMemoryStore(path) })
    await work('a')
    await bench.close()
    const next = await open({}, { opened: await openMemoryStore(path) })
    expect(next.asked.map(({ judgement }) => judgement)).toMatchObject([
      { id: 'judge-1', turn: 1, judge: JUDGE, state: { kind: 'asked' } },
    ])
    expect([next.choices, rowsOf('judgement.asked')]).toEqual([0, 1])
    await settle(next.asked[0], answered(0.9))
    expect(stateOf('a')).toBe('done')
    await work('b')
    expect(ids(next.asked)).toEqual(['judge-1', 'judge-2'])
  })

  it('goes on with new numbers where none lives any more', async () => {
    const path = join(folder, 'yard.db')
    const first = await open({}, { opened: await openMemoryStore(path) })
    await work('a')
    await settle(first.asked[0], answered(0.9))
    await bench.close()
    const next = await open({}, { opened: await openMemoryStore(path) })
    await work('b')
    expect(ids(next.asked)).toEqual(['judge-2'])
  })

  it('whose end finds no room is saved later, and nothing is asked twice', async () => {
    const script = await open()
    await work('a')
    disk.isFullFor = () => true
    await settle(script.asked[0], answered(0.9))
    expect(stateOf('a')).toBe('pending-eval')
    // The port has its answer already: it gives it again.
    await bench.pass(1500)
    disk.isFullFor = null
    await bench.pass(3000)
    const again = script.asked.slice(1)
    expect(new Set(ids(again))).toEqual(new Set(['judge-1']))
    await settle(again.at(-1), answered(0.9))
    expect(stateOf('a')).toBe('done')
    const counts = ['judgement.queued', 'judgement.asked', 'judgement.ended'].map(rowsOf)
    expect([script.choices, ...counts]).toEqual([1, 1, 1, 1])
  })

  it('is left to its port where that is not ready, and is not asked again before the retry', async () => {
    const script = await open()
    await work('a')
    await settle(script.asked[0], null)
    await bench.turns.idle()
    expect(script.asked).toHaveLength(1)
    for (let round = 2; round < 12; round += 1) {
      await bench.pass(60_000)
      expect(script.asked).toHaveLength(round)
      await settle(script.asked.at(-1), null)
    }
    await bench.pass(60_000)
    await settle(script.asked.at(-1), answered(0.9))
    expect([stateOf('a'), script.choices]).toEqual(['done', 1])
  })

  it('is asked again at the time that its provider names, by its next turn', async () => {
    const script = await open()
    await work('a')
    const until = bench.clock.now() + 90_000
    await settle(script.asked[0], { until, reason: 'overload', provider: 'anthropic', turn: 2 })
    expect(living()).toEqual(['judge-1 queued'])
    expect(bench.opened.plan.breakers.get('provider:anthropic')?.until).toBe(until)
    await bench.pass(89_000)
    expect(script.asked).toHaveLength(1)
    await bench.pass(1000)
    expect(script.asked[1]?.judgement).toMatchObject({ id: 'judge-1', turn: 2 })
  })

  it('of a port that throws is tried again, not at once', async () => {
    const script = await open()
    const { ask } = script.judging.judge
    let isBroken = true
    Object.assign(script.judging.judge, {
      ask: (...args: Parameters<JudgePort['ask']>) =>
        isBroken ? Promise.reject(new Error('a fault')) : ask(...args),
    })
    await work('a')
    isBroken = false
    await bench.pass(60_000)
    await settle(script.asked[0], answered(0.9))
    expect(stateOf('a')).toBe('done')
  })
})

describe('whom to ask', () => {
  it('refused, it comes to what stands in on_failure', async () => {
    const script = await open({ choose: () => ({ kind: 'refuse', reason: 'nobody can judge' }) })
    await work('held')
    expect(bench.task('held').state).toMatchObject({
      kind: 'waiting',
      for: 'evaluation',
      text: 'nobody can judge',
    })
    script.policy = policyOf('0.7', { onFailure: 'pass' })
    await work('passed')
    script.policy = policyOf('0.7', { onFailure: 'fail' })
    await work('failed')
    expect(['passed', 'failed'].map(stateOf)).toEqual(['done', 'failed'])
    expect([script.asked.length, living(), rowsOf('judgement.asked')]).toEqual([0, [], 0])
  })

  it('later, it is looked at again when that is due, and not before', async () => {
    let isAwake = false
    const until = START_AT + 45_000
    const choose = (): JudgeChoice => (isAwake ? CLAUDE : { kind: 'wait', reason: 'asleep', until })
    const script = await open({ choose })
    await work('a')
    const { choices } = script
    await bench.pass(44_000)
    expect([script.choices, script.asked.length]).toEqual([choices, 0])
    isAwake = true
    await bench.pass(1000)
    expect(script.asked).toHaveLength(1)
  })

  it('when something changes, a breaker that closes is such a change', async () => {
    let isAwake = false
    const choose = (): JudgeChoice =>
      isAwake ? CLAUDE : { kind: 'wait', reason: 'asleep', until: null }
    const script = await open({ choose })
    await work('a')
    const key = 'x'
    const about = { kind: 'provider', subject: 'x', reason: 'r', until: START_AT + 9e6 } as const
    await bench.send({ type: 'breaker.trip', key, ...about }, COORDINATOR)
    isAwake = true
    await bench.send({ type: 'breaker.clear', key }, COORDINATOR)
    expect(script.asked).toHaveLength(1)
  })
})

describe('what nobody wants any more', () => {
  it('is ended by a person, which stops the asking; its task then waits for one', async () => {
    const { asked, policy } = await open()
    await work('a')
    const judgementId = judgementIdOf(1)
    await bench.send({ type: 'judgement.kill', judgementId, policy, nextFireAt: null })
    expect(asked[0]?.withdrawn.aborted).toBe(true)
    expect(bench.task('a').state).toMatchObject({ kind: 'waiting', for: 'evaluation' })
    await settle(asked[0], answered(0.9))
    expect([stateOf('a'), judged(1)?.state]).toMatchObject([
      'waiting',
      { kind: 'ended', outcome: 'unanswered', reason: 'ada ended it' },
    ])
  })

  it('is not asked: its task was settled before it had a turn', async () => {
    const { asked } = await open({ lane: 1 })
    await work('a')
    await work('b')
    await bench.send({ type: 'task.approve', id: taskId('b'), note: null, nextFireAt: null })
    await settle(asked[0], answered(0.9))
    expect([ids(asked), stateOf('b'), living()]).toEqual([['judge-1'], 'done', []])
    expect(judged(2)?.state).toMatchObject({ reason: 'its task was settled meanwhile' })
  })

  it('moves nothing where it was asked already, and is kept as a score', async () => {
    const { asked } = await open()
    await work('a')
    await bench.send({ type: 'task.approve', id: taskId('a'), note: null, nextFireAt: null })
    const { state } = bench.task('a')
    await settle(asked[0], answered(0.2))
    expect(bench.task('a')).toMatchObject({ state, evaluation: { score: 0.2, passed: false } })
  })

  it('is not asked once its gate is off, and its task is done', async () => {
    const script = await open({ lane: 1 })
    await work('a')
    await work('b')
    script.policy = policyOf('off')
    await settle(script.asked[0], unanswered())
    expect([ids(script.asked), stateOf('a'), stateOf('b')]).toEqual([['judge-1'], 'done', 'done'])
    expect(judged(2)?.state).toMatchObject({ reason: 'its gate was turned off' })
  })
})

it('the policy of the moment at which the score arrives decides', async () => {
  const script = await open()
  await work('a')
  await work('b')
  script.policy = policyOf('0.95')
  await settle(script.asked[0], answered(0.9))
  script.policy = policyOf('0.5')
  await settle(script.asked[1], answered(0.6))
  expect([stateOf('a'), stateOf('b')]).toEqual(['in-progress', 'done'])
})

it('an owner that drains asks nothing new and waits for what is asked', async () => {
  const { asked } = await open({ lane: 1 })
  await work('a')
  await work('b')
  bench.coordinator.drain()
  await settle(asked[0], answered(0.9))
  await bench.pass(120_000)
  expect([stateOf('a'), ids(asked), living()]).toEqual(['done', ['judge-1'], ['judge-2 queued']])
})

it('a host that starts no agents asks nothing and ends nothing, and leaves it to the next', async () => {
  const path = join(folder, 'yard.db')
  await open({ lane: 1 }, { opened: await openMemoryStore(path) })
  await work('a')
  await work('b')
  await bench.close()
  const short = await open({}, { opened: await openMemoryStore(path), startsAgents: false })
  await bench.send({ type: 'task.approve', id: taskId('b'), note: null, nextFireAt: null })
  await bench.pass(600_000)
  expect([short.asked, short.choices, living()]).toEqual([
    [],
    0,
    ['judge-1 asked', 'judge-2 queued'],
  ])
  await bench.close()
  const next = await open({}, { opened: await openMemoryStore(path) })
  expect([ids(next.asked), living()]).toEqual([['judge-1'], ['judge-1 asked']])
})

describe('a repeating task', () => {
  const HOUR = 3_600_000
  const schedule = { kind: 'every', spec: String(HOUR), tz: null } as const
  const first = START_AT + HOUR
  const addHourly = () => bench.add('a', { schedule }, first)

  it('has each of its runs judged, and comes again at its own time', async () => {
    const { asked } = await open()
    await addHourly()
    await bench.pass(HOUR)
    await bench.end('a')
    await bench.pass(600_000)
    await settle(asked[0], answered(0.9))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: first + HOUR },
      firstSuccessAt: first + 600_000,
      evaluation: { agentId: 'agent-1', passed: true },
    })
    await bench.pass(HOUR - 600_000)
    await bench.end('a')
    await settle(asked[1], answered(0.9))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: first + 2 * HOUR },
      evaluation: { agentId: 'agent-2' },
    })
  })

  it('whose run began early and is judged at its time still has that run', async () => {
    const { asked } = await open()
    await addHourly()
    await bench.pass(HOUR / 2)
    await bench.send({ type: 'task.retry', id: taskId('a'), fresh: false })
    await bench.end('a')
    await bench.pass(HOUR / 2 - 5000)
    await settle(asked[0], answered(0.9))
    expect(bench.task('a').state).toMatchObject({ kind: 'open', notBefore: first })
  })

  it('fails its run once its gate has sent it back often enough, and comes again', async () => {
    const { asked } = await open({ policy: policyOf('0.7', { retries: 1 }) })
    await addHourly()
    await bench.pass(HOUR)
    await bench.end('a')
    await settle(asked[0], answered(0.2))
    await bench.end('a')
    await settle(asked[1], answered(0.3))
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: first + HOUR },
      lastFailure: { class: 'gate' },
      gateTries: 0,
      firstSuccessAt: null,
    })
  })
})
