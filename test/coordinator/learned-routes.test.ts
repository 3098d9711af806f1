/** Tasks that name nobody go to the arm that past tries speak for; all else goes where it went. */
import { afterEach, describe, expect, it } from 'vitest'
import { ok } from '../../src/base/result.ts'
import type { JudgingPort, Route } from '../../src/coordinator/ports.ts'
import type { Agent } from '../../src/domain/agent.ts'
import { workFailure } from '../../src/domain/failure.ts'
import type { RoutingSettings } from '../../src/domain/judging/judging-settings.ts'
import { DEFAULT_KINDS } from '../../src/domain/judging/kind.ts'
import type { Task } from '../../src/domain/task.ts'
import {
  createKeptTries,
  type KeptTries,
  type LearnedBy,
} from '../../src/yard/routing/kept-tries.ts'
import { NO_JUDGING } from '../../src/yard/judging/judging-port.ts'
import { createRouteLearner } from '../../src/yard/routing/route-learner.ts'
import { answered, policyOf } from '../support/evaluations.ts'
import { COORDINATOR, PERSON, taskId } from '../support/plan-builder.ts'
import {
  CAPS,
  createYardBench,
  endedReport,
  ROUTE,
  type YardBench,
  type YardBenchOptions,
} from './yard-bench.ts'

const SONNET = { name: 'claude/sonnet', executor: 'claude', model: 'sonnet' }
const HAIKU = { name: 'claude/haiku', executor: 'claude', model: 'haiku' }
const GPT = { name: 'codex/gpt', executor: 'codex', model: 'gpt' }

const LEARNS: RoutingSettings = {
  learn: true,
  arms: [SONNET, HAIKU, GPT],
  pointUsd: 0.02,
  hourUsd: 0,
  explore: 0,
  halfLife: 100,
}

/** Where a task goes that names nobody, and one that does. */
const routed = ({ executor, model, exec, timeoutMs }: Task): Route => {
  const type = executor === 'codex' ? 'codex' : exec === null ? 'claude' : 'shell'
  const name = executor ?? type
  return {
    ...ROUTE,
    executor: name,
    executorType: executor === 'manual' ? 'manual' : type,
    model: model ?? (exec === null ? 'sonnet' : null),
    modelId: model,
    provider: exec === null ? `of-${name}` : null,
    timeoutMs: timeoutMs ?? ROUTE.timeoutMs,
    isForPeople: executor === 'manual',
  }
}

const learnedBy = (routing: RoutingSettings): LearnedBy => ({
  models: {},
  judging: { kinds: DEFAULT_KINDS },
  routing,
})

interface Learning {
  readonly yard: YardBench
  tries(): KeptTries
}

let open: YardBench[] = []
afterEach(async () => {
  for (const bench of open) await bench.close()
  open = []
})

async function learning(
  routing: RoutingSettings | null = LEARNS,
  options: YardBenchOptions = {},
): Promise<Learning> {
  let tries: KeptTries | undefined
  const learner: NonNullable<YardBenchOptions['learner']> = ({ plan, store }, dispatcher) => {
    const settings = () => learnedBy(routing ?? LEARNS)
    const kept = createKeptTries({ plan, reads: store.tries, settings })
    tries = kept
    dispatcher.onCommitted(kept.note)
    return createRouteLearner({
      tries: kept,
      settings,
      withArm: (task, { executor, model }) => ok(routed({ ...task, executor, model })),
      spentOn: (task) => (task.budget === null ? null : 0.5),
    })
  }
  const yard = await createYardBench({ ...options, ...(routing && { learner }) })
  open.push(yard)
  yard.route = (task) => ok(routed(task))
  await yard.start()
  return {
    yard,
    tries() {
      if (!tries) throw new Error('it does not learn')
      return tries
    },
  }
}

const agentOn = ({ opened }: YardBench, id: string): Agent => {
  const agent = opened.plan.agentOf(taskId(id))
  if (!agent) throw new Error(`nobody works on ${id}`)
  return agent
}

/** The agent of the task works for six minutes and ends. */
async function end(
  yard: YardBench,
  id: string,
  how: { usd?: number; class?: 'verify' | 'quota' | 'reported' } = {},
): Promise<void> {
  const agent = agentOn(yard, id)
  await yard.begin(id)
  yard.clock.advance(360_000)
  const bad = { exit: { code: 1, signal: null }, failure: workFailure(how.class ?? 'crash', 'so') }
  const evidence = how.class ? bad : {}
  const tokens = { inputTokens: 1, outputTokens: 1, cachedTokens: 0, reasoningTokens: null }
  yard.runtime.report(agent.id, agent.generation, {
    ...endedReport(yard.clock.now(), evidence),
    usage: how.usd === undefined ? null : { ...tokens, costUsd: how.usd },
  })
  await yard.turns.idle()
}

const docs = { tags: ['docs'], exec: null }

describe('a task that names nobody', () => {
  it('stays with the route of the settings as long as nothing speaks for another, and says so', async () => {
    const { yard } = await learning()
    await yard.add('a', docs)
    expect(agentOn(yard, 'a')).toMatchObject({
      executor: 'claude',
      model: 'sonnet',
      choice: {
        arm: 'claude/sonnet',
        chance: 1,
        explored: false,
        kind: 'docs',
        incumbent: 'claude/sonnet',
        today: 'claude/sonnet',
      },
    })
    expect(agentOn(yard, 'a').choice?.reason).toMatch(
      /^sonnet: 0\.80 ± \.10 over 0 docs tasks.*; you value \.01 at \$0\.02$/,
    )
  })

  it('goes to another arm once that is likely better, kind by kind', async () => {
    const { yard } = await learning()
    for (let nth = 0; nth < 6; nth += 1) {
      await yard.add(`s${nth}`, { ...docs, executor: 'claude', model: 'sonnet', maxAttempts: 1 })
      await end(yard, `s${nth}`, { class: 'verify', usd: 0.3 })
      await yard.add(`h${nth}`, { ...docs, executor: 'codex', model: 'gpt' })
      await end(yard, `h${nth}`, { usd: 0.02 })
    }
    await yard.add('a', docs)
    expect(agentOn(yard, 'a')).toMatchObject({ executor: 'codex', model: 'gpt' })
    expect(agentOn(yard, 'a').choice).toMatchObject({
      arm: 'codex/gpt',
      explored: false,
      incumbent: 'codex/gpt',
      today: 'claude/sonnet',
    })
  })

  it('does not count what was not the arm’s own', async () => {
    const { yard, tries } = await learning()
    await yard.add('q', { ...docs, executor: 'claude', model: 'sonnet' })
    await end(yard, 'q', { class: 'quota' })
    await yard.add('k', { ...docs, executor: 'codex', model: 'gpt' })
    const { id } = agentOn(yard, 'k')
    await yard.send({ type: 'agent.stop', agentId: id, reason: 'killed', force: false })
    await yard.end('k')
    const { memory } = tries().read()
    expect([memory.ofArm('claude/sonnet').tries, memory.ofArm('codex/gpt').tries]).toEqual([0, 0])
  })
})

describe('a conversation', () => {
  it('goes on with the arm that it was begun with, though the settings name another', async () => {
    const { yard } = await learning()
    await yard.send({ type: 'breaker.trip', ...SLEEP }, COORDINATOR)
    await yard.add('a', docs)
    const first = agentOn(yard, 'a')
    expect(first).toMatchObject({ executor: 'codex', model: 'gpt' })
    await yard.send({ type: 'breaker.clear', key: 'provider:of-claude' })
    for (const _ of ['again', 'and again']) {
      const { id: agentId, generation } = agentOn(yard, 'a')
      const said = { type: 'agent.conversed', agentId, conversation: 'c1' } as const
      await yard.send({ ...said, generation }, COORDINATOR)
      await yard.send({ type: 'agent.stop', agentId, reason: 'redispatch', force: false })
      await yard.end('a')
      expect(agentOn(yard, 'a')).toMatchObject({
        executor: 'codex',
        model: 'gpt',
        resumed: true,
        choice: null,
      })
    }
  })
})

describe('nothing is chosen', () => {
  it('for a task with an executor, a model, a command or a conversation', async () => {
    const { yard } = await learning()
    await yard.add('model', { ...docs, model: 'haiku' })
    await yard.add('executor', { ...docs, executor: 'codex' })
    await yard.add('exec', { ...docs, exec: 'true' })
    await yard.add('goes-on', docs)
    const first = agentOn(yard, 'goes-on')
    expect(first.choice).not.toBeNull()
    const said = { type: 'agent.conversed', agentId: first.id, conversation: 'c1' } as const
    await yard.send({ ...said, generation: first.generation }, COORDINATOR)
    await yard.send({ type: 'agent.stop', agentId: first.id, reason: 'redispatch', force: false })
    await yard.end('goes-on')
    for (const id of ['model', 'executor', 'exec', 'goes-on'])
      expect(agentOn(yard, id).choice).toBeNull()
    expect(agentOn(yard, 'goes-on')).toMatchObject({ resumed: true, model: 'sonnet' })
  })

  it('where there is one arm only, or none that is not the usual one', async () => {
    for (const arms of [[], [SONNET]]) {
      const { yard } = await learning({ ...LEARNS, arms })
      await yard.add('a', docs)
      expect(agentOn(yard, 'a').choice).toBeNull()
    }
  })

  it('with learn = false: every row is the same as of a yard that cannot choose', async () => {
    const story = async (routing: RoutingSettings | null): Promise<unknown> => {
      const { yard } = await learning(routing)
      await yard.add('a', docs)
      await yard.add('b', { ...docs, executor: 'codex' })
      await yard.add('c', { exec: 'true' })
      await end(yard, 'a', { usd: 0.2 })
      await end(yard, 'b', { class: 'verify' })
      await yard.add('d', docs)
      return yard.opened.store.journal(0, 1000)
    }
    const off = await story({ ...LEARNS, learn: false })
    expect(off).toEqual(await story(null))
    expect(JSON.stringify(off)).not.toContain('"arm"')
    expect(JSON.stringify(await story(LEARNS))).toContain('"arm"')
  })
})

describe('an arm that cannot start now gives way', () => {
  it('with a full cap', async () => {
    const { yard } = await learning()
    yard.caps = { ...CAPS, models: { sonnet: 1 }, executors: { codex: 0 } }
    for (const id of ['a', 'b']) await yard.add(id, docs)
    expect([agentOn(yard, 'a').model, agentOn(yard, 'b').model]).toEqual(['sonnet', 'haiku'])
    yard.caps = { ...CAPS, models: { sonnet: 1, haiku: 1 }, executors: { codex: 0 } }
    await yard.add('c', docs)
    expect(yard.running()).toEqual(['a', 'b'])
  })

  it('while its provider sleeps, and has its place again afterwards', async () => {
    const { yard } = await learning()
    await yard.send({ type: 'breaker.trip', ...SLEEP }, COORDINATOR)
    await yard.add('a', docs)
    expect(agentOn(yard, 'a').choice).toMatchObject({
      arm: 'codex/gpt',
      incumbent: 'claude/sonnet',
    })
    await yard.send({ type: 'breaker.clear', key: 'provider:of-claude' })
    await yard.add('b', docs)
    expect(agentOn(yard, 'b').choice).toMatchObject({ arm: 'claude/sonnet' })
  })

  it('without its program or its key', async () => {
    const { yard } = await learning()
    yard.canRun = ({ model }) => model === 'haiku'
    await yard.add('a', docs)
    expect(agentOn(yard, 'a').model).toBe('haiku')
    yard.canRun = () => false
    await yard.add('b', docs)
    expect(yard.running()).toEqual(['a'])
  })

  it('where a try costs more than the task may still spend', async () => {
    const { yard } = await learning()
    for (let nth = 0; nth < 8; nth += 1) {
      await yard.add(`s${nth}`, { ...docs, executor: 'claude', model: 'sonnet' })
      await end(yard, `s${nth}`, { usd: 4 })
      await yard.add(`h${nth}`, { ...docs, executor: 'claude', model: 'haiku' })
      await end(yard, `h${nth}`, { usd: 0.1 })
    }
    // Of a dollar the half is spent.
    await yard.add('a', { ...docs, budget: 1 })
    expect(agentOn(yard, 'a').model).not.toBe('sonnet')
  })
})

const SLEEP = {
  key: 'provider:of-claude',
  kind: 'provider',
  subject: 'of-claude',
  reason: 'a quota',
  until: Number.MAX_SAFE_INTEGER,
} as const

describe('what explores', () => {
  it('is bounded though many are in flight, and is not counted where the claim was refused', async () => {
    const { yard, tries } = await learning({ ...LEARNS, explore: 0.5 })
    yard.caps = { ...CAPS, maxAgents: 40 }
    await yard.send({ type: 'yard.pause' })
    for (let nth = 0; nth < 40; nth += 1) await yard.add(`t${nth}`, docs)
    await yard.send({ type: 'yard.resume' })
    const choices = [...yard.opened.plan.agents.values()].map(({ choice }) => choice)
    expect(choices).toHaveLength(40)
    const explored = choices.filter((choice) => choice?.explored).length
    expect(explored).toBeLessThanOrEqual(0.5 * 40 + 1)
    expect(tries().read().counts('docs')).toEqual({ chosen: 40, explored })
  })
})

describe('after a restart', () => {
  it('all that was learned is read back as it was', async () => {
    const routing = { ...LEARNS, explore: 0.3 }
    const scores = new Map<string, number>()
    const { yard, tries } = await learning(routing, { judging: judgingBy(scores) })
    tries().read()
    for (let nth = 0; nth < 30; nth += 1) {
      const id = `t${nth}`
      await yard.add(id, { ...docs, tags: nth % 3 === 0 ? ['test'] : ['docs'], maxAttempts: 1 })
      const agent = agentOn(yard, id)
      await end(yard, id, nth % 5 === 0 ? { class: 'verify' } : { usd: nth / 100 })
      if (nth % 4 === 0 && nth % 5 !== 0) await judge(yard, agent, scores)
      if (nth % 8 === 0 && nth % 5 !== 0) await person(yard, agent, 0.3)
    }
    await yard.add('living', docs)
    const anew = createKeptTries({
      plan: yard.opened.plan,
      reads: yard.opened.store.tries,
      settings: () => learnedBy(routing),
    }).read()
    const book = tries().read()
    expect(book.kinds().toSorted()).toEqual(anew.kinds().toSorted())
    for (const kind of ['docs', 'test']) {
      expect(anew.counts(kind)).toEqual(book.counts(kind))
      expect(anew.incumbent(kind, 'claude/sonnet')).toBe(book.incumbent(kind, 'claude/sonnet'))
      for (const { name } of LEARNS.arms)
        for (const key of ['n', 'cost', 'priced', 'hours', 'rated', 'tries'] as const)
          expect(anew.memory.of(kind, name)[key], `${kind} ${name} ${key}`).toBeCloseTo(
            book.memory.of(kind, name)[key],
            9,
          )
    }
    const rated = book.memory.of('docs', 'claude/sonnet')
    expect(rated.rated).toBeGreaterThan(0)
    expect(anew.memory.of('docs', 'claude/sonnet').ratedScore).toBeCloseTo(rated.ratedScore, 9)
  })
})

/** A judge that gives each agent's result the score that the map has. */
const judgingBy = (scores: ReadonlyMap<string, number>): JudgingPort => ({
  ...NO_JUDGING,
  judge: {
    choose: () => ({ kind: 'judge', judge: JUDGE }),
    ask: ({ agentId }) => Promise.resolve(answered(scores.get(agentId ?? '') ?? null)),
  },
})
const JUDGE = {
  executor: 'claude',
  model: null,
  modelId: null,
  provider: null,
  provenance: 'test',
  prompt: 'evaluation-1',
}

/** A model scores what that agent left, although no gate asks for it. */
async function judge(
  yard: YardBench,
  { id: agentId, taskId: id, generation }: Agent,
  scores: Map<string, number>,
): Promise<void> {
  scores.set(agentId, 0.6)
  const asked = { type: 'evaluation.request', id, agentId, generation } as const
  await yard.send({ ...asked, executor: null, model: null })
  expect(yard.task(id).evaluation?.modelScore).toBeCloseTo(0.6, 9)
}

async function person(yard: YardBench, { taskId: id }: Agent, score: number): Promise<void> {
  const evaluationId = yard.task(id).evaluation?.id
  if (!evaluationId) throw new Error(`${id} has no evaluation`)
  const said = { type: 'evaluation.score', id, evaluationId, score, dimensions: null } as const
  const policy = policyOf('score')
  await yard.send({ ...said, note: 'n', isAudit: false, policy, nextFireAt: null }, PERSON)
  expect(yard.task(id).evaluation?.score).toBe(score)
}
