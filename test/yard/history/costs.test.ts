import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addCommand, COORDINATOR, taskId } from '../../support/plan-builder.ts'
import { openMemoryStore } from '../../support/memory-store.ts'
import { START_AT } from '../../support/manual-clock.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const HOUR = 3_600_000
const UNMARKED = { bounds: [], caps: Array.from({ length: 3 }, () => [1, undefined]) }
const costs = (wish: Parameters<PageBench['client']['page']['cost']>[0] = {}) =>
  bench.client.page.cost(wish)

describe('costs', () => {
  it('are summed by task, model, executor and day, the dearest first, unknown as null', async () => {
    for (const id of ['a', 'b', 'c']) await bench.run(addCommand(id, { maxAttempts: 9 }))
    await bench.tryTask('a', 1, { code: 1, usage: { costUsd: 0.25, inputTokens: 10 } })
    bench.clock.advance(30 * HOUR)
    await bench.tryTask('a', 2, { usage: { costUsd: 0.5, outputTokens: 3 } })
    await bench.tryTask('b', 3, { usage: { costUsd: 2, inputTokens: 1 } })
    await bench.tryTask('c', 4, { usage: { inputTokens: 7, outputTokens: 7 } })
    const byTask = await costs()
    expect(
      byTask.rows.map(({ key, costUsd, tries, unpriced }) => [key, costUsd, tries, unpriced]),
    ).toEqual([
      ['b', 2, 1, 0],
      ['a', 0.75, 2, 0],
      ['c', null, 1, 1],
    ])
    expect(byTask.rows[1]).toMatchObject({ title: 'a', inputTokens: 10, outputTokens: 3 })
    expect(byTask.total).toEqual({ costUsd: 2.75, inputTokens: 18, outputTokens: 10, tries: 4 })
    expect((await costs({ by: 'executor' })).rows).toMatchObject([{ key: 'shell', costUsd: 2.75 }])
    expect((await costs({ by: 'model' })).rows).toMatchObject([{ key: null, tries: 4 }])
    const days = (await costs({ by: 'day' })).rows
    expect(days.map(({ costUsd }) => costUsd)).toEqual([0.25, 2.5])
    const since = days[1]?.key ?? ''
    expect((await costs({ since })).total.costUsd).toBe(2.5)
    expect((await costs({ by: 'day', since })).rows).toHaveLength(1)
  })

  it('has no price where tokens were used, not where no model was ever asked', async () => {
    for (const id of ['a', 'b', 'c']) await bench.run(addCommand(id))
    await bench.tryTask('a', 1, { code: 1, usage: { inputTokens: 0, outputTokens: 0 } })
    await bench.tryTask('b', 2, { usage: { inputTokens: 5 } })
    await bench.tryTask('c', 3)
    const unpriced = (await costs()).rows.map((row) => [row.key, row.unpriced])
    expect(unpriced.toSorted()).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 0],
    ])
    expect((await costs({ by: 'day' })).rows).toMatchObject([{ tries: 3, unpriced: 1 }])
  })

  it('tell how many tries were cut off before all was told, also when they are forgotten', async () => {
    for (const id of ['a', 'b']) await bench.run(addCommand(id, { maxAttempts: 9 }))
    await bench.tryTask('a', 1, { code: 1, usage: { costUsd: 1, atLeast: true } })
    bench.clock.advance(HOUR)
    await bench.tryTask('a', 2, { usage: { costUsd: 1 } })
    await bench.tryTask('b', 3, { usage: { costUsd: 1 } })
    bench.clock.advance(1000)
    await bench.client.agent.dead({ do: 'purge' })
    const rows = (await costs()).rows.map(({ key, atLeast }) => [key, atLeast])
    expect(rows.toSorted()).toEqual([
      ['a', 1],
      ['b', 0],
    ])
    expect((await costs({ by: 'day' })).rows).toMatchObject([{ atLeast: 1, costUsd: 3 }])
  })

  it.each(['read from the store', 'added up since'])(
    'that are a lower bound mark the card, the day and the caps: %s',
    async (from) => {
      for (const id of ['a', 'b']) await bench.run(addCommand(id, { maxAttempts: 9 }))
      const read = async () => {
        const { tasks, summary } = await bench.client.service.snapshot()
        const { day, graph } = (await costs()).budget
        return {
          bounds: tasks.flatMap(({ id, costAtLeast }) => (costAtLeast ? [id] : [])),
          caps: [summary.today, day, graph].map(({ costUsd, atLeast }) => [costUsd, atLeast]),
        }
      }
      await bench.tryTask('b', 1, { usage: { costUsd: 1 } })
      const before = from === 'added up since' ? await read() : UNMARKED
      expect(before).toEqual(UNMARKED)
      await bench.tryTask('a', 2, { code: 1, usage: { costUsd: 1, atLeast: true } })
      expect(await read()).toEqual({
        bounds: ['a'],
        caps: Array.from({ length: 3 }, () => [2, true]),
      })
      const at = new Date(bench.clock.now()).toISOString()
      const past = await bench.client.page.moment({ at })
      expect(past.tasks.flatMap(({ id, costAtLeast }) => (costAtLeast ? [id] : []))).toEqual(['a'])
    },
  )

  it('divide each day where that was asked for', async () => {
    for (const id of ['a', 'b']) await bench.run(addCommand(id))
    await bench.tryTask('a', 1, { usage: { costUsd: 1 } })
    await bench.tryTask('b', 2, { usage: { costUsd: 2 } })
    const divided = await costs({ by: 'day', parts: 'task' })
    expect(
      divided.rows.map(({ parts }) => parts?.map(({ key, costUsd }) => [key, costUsd])),
    ).toEqual([
      [
        ['b', 2],
        ['a', 1],
      ],
    ])
    expect(divided.rows[0]?.parts?.[0]?.title).not.toBeNull()
    expect((await costs({ by: 'day' })).rows[0]).not.toHaveProperty('parts')
  })

  it('are cut where no more was asked for, and say so', async () => {
    for (const [i, id] of ['a', 'b', 'c'].entries()) {
      await bench.run(addCommand(id))
      await bench.tryTask(id, i + 1, { usage: { costUsd: i } })
    }
    expect(await costs({ limit: 2 })).toMatchObject({ isWhole: false, rows: { length: 2 } })
    expect(await costs({ limit: 3 })).toMatchObject({ isWhole: true, rows: { length: 3 } })
  })

  it('of nothing are empty, and of a moment that is none are refused', async () => {
    expect(await costs()).toMatchObject({ rows: [], total: { costUsd: null, tries: 0 } })
    expect((await failureOf(costs({ since: 'soon' }))).kind).toBe('bad-request')
    expect((await failureOf(costs({ since: '2999-01-01' }))).kind).toBe('bad-request')
  })
})

describe('a budget that is used up', () => {
  const why = (id: string) => bench.client.task.why({ id })

  it('of a task is a state with its reason, and asks for a person', async () => {
    await bench.run(addCommand('a', { exec: null, executor: 'claude', budget: 1 }))
    await bench.run(
      { type: 'task.overspend', id: taskId('a'), text: 'its budget is used up: $2.00 of $1.00' },
      COORDINATOR,
    )
    const { text } = await why('a')
    expect(text).toContain('It waits for a larger budget: its budget is used up: $2.00 of $1.00')
    expect(text).toContain('yard edit a --budget N')
    const { attention } = await bench.view.summary()
    expect(attention).toMatchObject([{ kind: 'spent', task: 'a' }])
    await bench.client.task.edit({ id: 'a', budget: 5 })
    expect(await bench.client.task.get({ id: 'a' })).toMatchObject({ state: 'ready', budget: 5 })
    const { rows } = await bench.client.page.timeline({ id: 'a' })
    expect(rows.map((row) => row.text)).toContain(
      'Waits for a larger budget: its budget is used up: $2.00 of $1.00',
    )
  })

  it.each(['day', 'graph'] as const)('of the %s holds back what costs money', async (subject) => {
    await bench.run(addCommand('paid', { exec: null, executor: 'claude' }))
    await bench.run(addCommand('free'))
    const reason = `the budget is used up: $2.00 of $1.00`
    const until = subject === 'day' ? bench.clock.now() + HOUR : null
    await bench.run(
      { type: 'breaker.trip', key: `budget:${subject}`, kind: 'budget', subject, reason, until },
      COORDINATOR,
    )
    const reasons = (await why('paid')).waitsFor
    expect(reasons).toContainEqual(
      expect.objectContaining({ kind: 'budget', subject, text: reason }),
    )
    expect((await why('free')).waitsFor.map(({ kind }) => kind)).not.toContain('budget')
    const card = await bench.client.task.get({ id: 'paid' })
    // A day passes by itself; the graph's cap is raised by a person, and nobody waits for that.
    expect(card.stuck).toBe(subject === 'graph' ? reason : null)
    expect((await bench.view.summary()).breakers).toMatchObject([{ kind: 'budget', subject }])
  })
})

describe('the registry over the wire', () => {
  it('has prices with their dates, and roles', async () => {
    const models = await bench.client.service.models()
    expect(models.find(({ name }) => name === 'claude-opus-4-6')).toMatchObject({
      costIn: 5,
      costOut: 25,
      costCached: 0.5,
      contextWindow: 1_000_000,
      tier: 'strong',
      priceDate: expect.stringMatching(/^20/),
    })
    expect(models.find(({ name }) => name === 'opus')).toMatchObject({ costIn: null })
    const edits = [{ key: 'models.roles.merger', value: 'sonnet' }]
    await bench.client.page.configure({ scope: 'project', edits })
    const roles = await bench.client.service.roles()
    expect(roles).toContainEqual({ role: 'merger', model: 'sonnet', source: 'project' })
    expect(roles).toContainEqual({ role: 'default', model: 'opus', source: 'default' })
    const sonnet = (await bench.client.service.models()).find(({ name }) => name === 'sonnet')
    expect(sonnet?.roles).toEqual(['merger'])
  })
})

it('sums stay true over many thousand agents', async () => {
  const { store, writer, close } = await openMemoryStore()
  writer.begin()
  const agent = JSON.parse(AGENT)
  for (let i = 1; i <= 20_000; i += 1) {
    const at = START_AT + i * 60_000
    const ids = { id: `agent-${i}`, taskId: `t${i % 500}`, model: `m${i % 10}`, endedAt: at }
    const facts = { at, event: 'agent.ended', by: 'coordinator' }
    writer.write({ entity: 'agent', id: ids.id, before: null, after: { ...agent, ...ids } }, facts)
  }
  writer.commit()
  const { spending } = store
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER }
  expect(spending.perTask().size).toBe(500)
  expect(spending.by('task', all, 10)).toHaveLength(10)
  expect(spending.by('model', all, 1000).map(({ tries }) => tries)).toEqual(Array(10).fill(2000))
  const [day, ofOne] = [
    spending.usageBetween(START_AT, START_AT + 24 * HOUR),
    agent.usage.inputTokens,
  ]
  expect(day.inputTokens).toBe(ofOne * (24 * 60 - 1))
  close()
})

const AGENT = JSON.stringify({
  generation: 1,
  state: { kind: 'ended', outcome: 'done', failure: null },
  executor: 'claude',
  usage: {
    inputTokens: 5,
    outputTokens: 5,
    cachedTokens: null,
    reasoningTokens: null,
    costUsd: 0.5,
  },
  costSource: 'cli',
})
