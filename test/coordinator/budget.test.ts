/** What may be spent: by a task, in a day, in all. Nothing starts past a cap, and nothing that runs goes on past its own. */
import { afterEach, describe, expect, it } from 'vitest'
import type { RuntimeUsage, Usage } from '../../src/domain/agent.ts'
import type { RuntimeReport } from '../../src/domain/executor.ts'
import { workFailure } from '../../src/domain/failure.ts'
import { asAgent, endCommand, taskId } from '../support/plan-builder.ts'
import { createYardBench, endedReport, NO_BUDGET, type YardBench } from './yard-bench.ts'

let bench: YardBench
afterEach(() => bench.close())

const DAY = 24 * 3_600_000
const usage = (costUsd: number | null, tokens = 0): Usage => ({
  inputTokens: tokens,
  outputTokens: 0,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd,
})
const AGENT = { exec: null, executor: 'claude' } as const

async function open(): Promise<YardBench> {
  bench = await createYardBench()
  await bench.start()
  return bench
}

type Ended = Extract<RuntimeReport, { kind: 'ended' }>

/** The agent of a task ends, and has used that. */
async function ends(id: string, used: RuntimeUsage, more: Partial<Ended> = {}): Promise<void> {
  const { generation } = bench.task(id)
  const report = { ...endedReport(bench.clock.now()), ...more, usage: used }
  bench.runtime.report(bench.agentOf(id), generation, report)
  await bench.turns.idle()
}

/** Its CLI tells what it has used so far. */
async function tells(id: string, used: RuntimeUsage): Promise<void> {
  const agent = bench.agentOf(id)
  const facts = { lastHeardAt: bench.clock.now(), outputBytes: 1, isBusy: false }
  bench.runtime.liveFacts.set(agent, {
    ...facts,
    waitsForProviderUntil: null,
    doing: null,
    usage: used,
  })
  bench.runtime.report(agent, bench.task(id).generation, { kind: 'usage', usage: used })
  await bench.turns.idle()
}

const SIGNAL = { exit: { code: null, signal: 'SIGINT' } }
const SIGNAL_END = endedReport(0, SIGNAL)
const addUnder = (owner: string, id: string) =>
  bench.send(
    { type: 'task.add', task: { id: taskId(id), title: id, ...AGENT }, nextFireAt: null },
    asAgent(Number(bench.agentOf(owner).slice('agent-'.length)), owner),
  )
const edit = (id: string, budget: number | null) =>
  bench.send({ type: 'task.edit', id: taskId(id), edit: { budget }, nextFireAt: null })

describe('what a living agent costs', () => {
  const model = (name: string, input: number, output: number) => ({
    name,
    modelId: name,
    provider: 'anthropic',
    endpoint: null,
    apiKeyEnv: null,
    tier: null,
    contextWindow: null,
    isAlias: false,
    price: { input, output, cached: input / 10, notedOn: null },
  })
  const of = (name: string, inputTokens: number, outputTokens: number) => ({
    model: name,
    inputTokens,
    outputTokens,
    cachedTokens: 0,
    writtenTokens: 0,
  })
  const openPriced = async (): Promise<void> => {
    await open()
    const models = { big: model('big', 10, 50), small: model('small', 1, 5) }
    bench.economy = { ...bench.economy, models }
    await bench.add('a', { ...AGENT, budget: 1 })
    await bench.begin('a')
  }

  it('is priced by the models that answer, where none was named', async () => {
    await openPriced()
    await tells('a', { ...usage(null, 60_000), byModel: [of('big-20260401', 50_000, 5000)] })
    expect(bench.runtime.stops).toEqual([])
    const byModel = [of('big-20260401', 50_000, 5000), of('small[1m]', 200_000, 10_000)]
    await tells('a', { ...usage(null, 265_000), byModel })
    expect(bench.runtime.stops).toHaveLength(1)
  })

  it('holds the call that begins now, so that it is stopped before its cap and not after', async () => {
    await openPriced()
    const used = { ...usage(null, 60_000), byModel: [of('big', 50_000, 5000)] }
    await tells('a', { ...used, next: of('big', 15_000, 1000) })
    expect(bench.runtime.stops).toEqual([])
    await tells('a', { ...used, next: of('big', 25_000, 1000) })
    expect(bench.runtime.stops).toHaveLength(1)
  })

  it('is not told by half: a model without a price leaves it unknown', async () => {
    await openPriced()
    const byModel = [of('big', 900_000, 5000), of('other', 1, 1)]
    await tells('a', { ...usage(null, 905_002), byModel })
    expect(bench.runtime.stops).toEqual([])
    await ends('a', { ...usage(null, 905_002), byModel: [of('small', 100_000, 0)] })
    expect(bench.opened.store.agent('agent-1' as never)).toMatchObject({
      usage: { costUsd: 0.1 },
      costSource: 'registry',
    })
  })
})

describe('the budget of a task', () => {
  it('ends its agent politely, and once it is raised the same conversation goes on', async () => {
    await open()
    await bench.add('a', { ...AGENT, budget: 1 })
    await bench.begin('a')
    const agent = bench.agentOf('a')
    bench.runtime.report(agent, 1, { kind: 'conversation', id: 'talk-1' })
    await tells('a', usage(0.6))
    expect(bench.runtime.stops).toEqual([])
    await tells('a', usage(1.2))
    expect(bench.runtime.stops).toEqual([{ id: agent, force: false }])
    expect(bench.opened.plan.agents.get(agent)?.state).toMatchObject({ reason: 'budget' })
    const end = { ...endedReport(bench.clock.now(), SIGNAL), conversation: 'talk-1' }
    await ends('a', usage(1.2), end)
    expect(bench.opened.store.agent(agent)?.state).toMatchObject({
      outcome: 'killed',
      failure: { class: 'budget' },
    })
    expect(bench.task('a')).toMatchObject({
      attempts: 0,
      state: { kind: 'waiting', for: 'budget' },
    })
    await bench.pass(DAY)
    expect(bench.running()).toEqual([])
    await edit('a', 5)
    const next = bench.opened.plan.agents.get(bench.agentOf('a'))
    expect(next).toMatchObject({ generation: 2, resumed: true, conversation: { id: 'talk-1' } })
  })

  it.each([5, null])(
    'that is raised (%s) while its agent is being stopped lets it go on',
    async (raised) => {
      await open()
      await bench.add('a', { ...AGENT, budget: 1 })
      await bench.begin('a')
      await tells('a', usage(1.2))
      await edit('a', raised)
      await ends('a', usage(1.2), SIGNAL_END)
      await bench.pass(1000)
      expect(bench.task('a').state.kind).toBe('in-progress')
    },
  )

  it('is looked at by the next owner, too, where this one died before it could say so', async () => {
    await open()
    await bench.add('a', { ...AGENT, budget: 1 })
    await bench.begin('a')
    await bench.coordinator.close()
    await bench.send(endCommand(1, 1, SIGNAL, { usage: usage(1.2) }), { kind: 'coordinator' })
    expect(bench.task('a').state.kind).toBe('open')
    const next = await createYardBench({ opened: bench.opened, clock: bench.clock })
    await next.start()
    await next.pass(DAY)
    expect(next.task('a').state).toMatchObject({ kind: 'waiting', for: 'budget' })
    await next.coordinator.close()
  })

  it('that is raised too little says so again, in numbers', async () => {
    await open()
    await bench.add('a', { ...AGENT, budget: 1 })
    await ends('a', usage(2), endedReport(0, { ...SIGNAL, failure: workFailure('crash', 'x') }))
    await bench.pass(60_000)
    expect(bench.task('a').state).toMatchObject({
      kind: 'waiting',
      text: 'its budget is used up: $2.00 of $1.00',
    })
    await edit('a', 1.5)
    expect(bench.task('a').state).toMatchObject({ text: expect.stringContaining('$1.50') })
    await edit('a', null)
    expect(bench.running()).toEqual(['a'])
  })

  it('counts tokens, over all tries', async () => {
    await open()
    await bench.add('a', { ...AGENT, budgetTokens: 1000, maxAttempts: 9 })
    const crash = endedReport(0, { ...SIGNAL, failure: workFailure('crash', 'x') })
    await ends('a', usage(null, 600), crash)
    await bench.pass(10_000)
    expect(bench.running()).toEqual(['a'])
    await bench.begin('a')
    await tells('a', usage(null, 399))
    expect(bench.runtime.stops).toEqual([])
    await tells('a', usage(null, 400))
    expect(bench.runtime.stops).toHaveLength(1)
  })

  it('does not take the result from an agent that got done in time', async () => {
    await open()
    await bench.add('a', { ...AGENT, budget: 1 })
    await bench.begin('a')
    await tells('a', usage(1.2))
    await ends('a', usage(1.2), endedReport(0, { final: { ok: true, text: 'done' } }))
    expect(bench.task('a').state.kind).toBe('done')
  })

  it('is that of each run of a task that repeats', async () => {
    await open()
    const nextFireAt = bench.clock.now()
    await bench.add(
      'a',
      { ...AGENT, budget: 1, schedule: { spec: '3600000', tz: null } },
      nextFireAt,
    )
    for (let run = 0; run < 3; run += 1) {
      expect(bench.running()).toEqual(['a'])
      await bench.begin('a')
      await tells('a', usage(0.9))
      expect(bench.runtime.stops).toEqual([])
      await ends('a', usage(0.9))
      await bench.pass(3_600_000)
    }
  })

  it('is shared by the tasks that its agents add, and by what those add', async () => {
    await open()
    bench.caps = { ...bench.caps, maxAgents: 4 }
    await bench.add('a', { ...AGENT, budget: 1 })
    await bench.begin('a')
    for (const id of ['b', 'c']) await addUnder('a', id)
    for (const id of ['b', 'c']) await bench.begin(id)
    await addUnder('b', 'd')
    await bench.begin('d')
    await ends('a', usage(0.3))
    await tells('b', usage(0.3))
    expect(bench.runtime.stops).toEqual([])
    await tells('d', usage(0.5))
    expect(bench.runtime.stops.map(({ id }) => id).toSorted()).toEqual(
      ['b', 'c', 'd'].map((id) => bench.agentOf(id)).toSorted(),
    )
    for (const id of ['b', 'c', 'd']) await ends(id, usage(id === 'c' ? 0 : 0.5), SIGNAL_END)
    await bench.pass(DAY)
    expect(bench.running()).toEqual([])
    for (const id of ['b', 'c', 'd']) expect(bench.task(id).state.kind).toBe('waiting')
    await edit('a', 5)
    expect(bench.running()).toEqual(['b', 'c', 'd'])
  })

  it('that is used up by one subtask lets the next not begin', async () => {
    await open()
    bench.caps = { ...bench.caps, maxAgents: 1 }
    await bench.add('a', { ...AGENT, budget: 1 })
    await bench.begin('a')
    for (const id of ['b', 'c']) await addUnder('a', id)
    await ends('a', usage(0.2))
    await bench.begin('b')
    await ends('b', usage(0.9))
    await bench.pass(DAY)
    expect(bench.running()).toEqual([])
    expect(bench.task('c').state).toMatchObject({
      kind: 'waiting',
      text: 'the budget of a, which added it, is used up: $1.10 of $1.00',
    })
  })

  it('is not the concern of tasks that have none', async () => {
    await open()
    await bench.add('a', AGENT)
    await bench.begin('a')
    await tells('a', usage(1000))
    expect(bench.runtime.stops).toEqual([])
  })
})

describe('the budget of a day', () => {
  it('lets no new agent start until midnight; those that run, shells and people go on', async () => {
    await open()
    bench.caps = { ...bench.caps, maxAgents: 2 }
    bench.economy = { ...bench.economy, budget: { ...NO_BUDGET, dayUsd: 1 } }
    for (const id of ['a', 'b', 'c']) await bench.add(id, AGENT)
    expect(bench.running()).toEqual(['a', 'b'])
    await ends('a', usage(1))
    expect(bench.running()).toEqual(['b'])
    const breaker = bench.opened.plan.breakers.get('budget:day')
    expect(breaker).toMatchObject({
      kind: 'budget',
      reason: "today's budget is used up: $1.00 of $1.00",
    })
    await bench.add('shell')
    expect(bench.running()).toEqual(['b', 'shell'])
    await bench.end('b')
    await bench.end('shell')
    const left = (breaker?.until ?? 0) - bench.clock.now()
    expect(left).toBeGreaterThan(0)
    await bench.pass(left - 1000)
    expect(bench.running()).toEqual([])
    await bench.pass(2000)
    expect(bench.running()).toEqual(['c'])
    expect(bench.opened.plan.breakers.size).toBe(0)
  })

  it('counts what living agents are known to use, and never starts one past it', async () => {
    await open()
    bench.caps = { ...bench.caps, maxAgents: 2 }
    bench.economy = { ...bench.economy, budget: { ...NO_BUDGET, dayTokens: 100 } }
    for (const id of ['a', 'b', 'c']) await bench.add(id, AGENT)
    await bench.begin('a')
    await tells('a', usage(null, 120))
    await ends('b', usage(null, 1))
    expect(bench.running()).toEqual(['a'])
  })

  it('that is raised is over at once', async () => {
    await open()
    bench.economy = { ...bench.economy, budget: { ...NO_BUDGET, dayUsd: 1 } }
    await bench.add('a', AGENT)
    await ends('a', usage(3))
    await bench.add('b', AGENT)
    expect(bench.running()).toEqual([])
    bench.economy = { ...bench.economy, budget: { ...NO_BUDGET, dayUsd: 5 } }
    bench.coordinator.onSettings()
    await bench.turns.idle()
    expect(bench.running()).toEqual(['b'])
    expect(bench.opened.plan.breakers.size).toBe(0)
  })
})

it('the budget of the graph counts from where a person says that it begins', async () => {
  await open()
  const cap = { ...NO_BUDGET, graphUsd: 1 }
  bench.economy = { ...bench.economy, budget: cap }
  await bench.add('a', AGENT)
  await ends('a', usage(3))
  await bench.add('b', AGENT)
  await bench.pass(3 * DAY)
  expect(bench.running()).toEqual([])
  expect(bench.opened.plan.breakers.get('budget:graph')).toMatchObject({ until: null })
  bench.economy = { ...bench.economy, budget: { ...cap, graphSince: bench.clock.now() } }
  bench.coordinator.onSettings()
  await bench.turns.idle()
  expect(bench.running()).toEqual(['b'])
})

it('a cost that no CLI told is worked out by the registry, and counts', async () => {
  await open()
  const price = { input: 10, output: 30, cached: 1, notedOn: '2026-01' }
  bench.economy = {
    budget: NO_BUDGET,
    models: {
      m: {
        name: 'm',
        provider: 'openai',
        modelId: 'm',
        endpoint: null,
        apiKeyEnv: null,
        tier: null,
        contextWindow: null,
        isAlias: false,
        price,
      },
    },
  }
  await bench.add('a', { ...AGENT, model: 'm', budget: 1, maxAttempts: 5 })
  await ends('a', { ...usage(null, 100_000), cachedTokens: 50_000, outputTokens: 1000 })
  const agent = bench.opened.store.agents({ which: 'all' })[0]
  expect(agent?.costSource).toBe('registry')
  expect(agent?.usage?.costUsd).toBeCloseTo(0.5 + 0.05 + 0.03)
})
