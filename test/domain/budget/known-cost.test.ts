/** A budget in dollars is good only where somebody can tell the dollars. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addCommand, PERSON, taskId } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../../yard/page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
  writeFileSync(bench.test.yard.paths.config, '[executors.own]\ntype = "command"\n')
  appendFileSync(bench.test.yard.paths.config, 'command = ["true"]\n')
  appendFileSync(bench.test.yard.paths.config, '[models.bare]\nprovider = "openai"\n')
  appendFileSync(bench.test.yard.paths.config, 'model_id = "bare-1"\n')
  await bench.client.service.reload({})
})
afterEach(() => bench.close())

const add = (
  id: string,
  executor: string,
  more: { model?: string; budget?: number; budgetTokens?: number } = {},
) => bench.test.yard.dispatch(addCommand(id, { exec: null, executor, ...more }), PERSON)

describe('a task with a budget in dollars', () => {
  it.each([
    ['own', {}, 'it does not tell what it used'],
    ['copilot', {}, 'it does not tell what it used'],
    ['codex', {}, 'no model is named whose price is known'],
    ['codex', { model: 'bare' }, 'model "bare" has no price'],
  ])('is refused on %s %j, whose cost cannot be known', async (executor, more, words) => {
    const refused = await add('a', executor, { ...more, budget: 1 })
    expect(refused).toMatchObject({ ok: false, error: { kind: 'bad-request' } })
    expect(!refused.ok && refused.error.message).toContain(words)
    expect((await add('a', executor, more)).ok).toBe(true)
    const edit = { type: 'task.edit', id: taskId('a'), edit: { budget: 1 }, nextFireAt: null }
    expect((await bench.test.yard.dispatch(edit as never, PERSON)).ok).toBe(false)
  })

  it('is refused on claude where its cost cannot be known while it works, unless tokens are capped too', async () => {
    appendFileSync(bench.test.yard.paths.config, '[models.mine]\nmodel_id = "m"\n')
    appendFileSync(bench.test.yard.paths.config, 'provider = "anthropic"\n')
    appendFileSync(bench.test.yard.paths.config, '[executors.proxy]\ntype = "claude"\n')
    appendFileSync(bench.test.yard.paths.config, 'base_url = "https://llm.example"\n')
    await bench.client.service.reload({})
    const unknown = { error: { message: expect.stringContaining('be known while it works') } }
    expect(await add('a', 'claude', { model: 'mine', budget: 1 })).toMatchObject(unknown)
    expect(await add('a', 'proxy', { budget: 1 })).toMatchObject(unknown)
    expect((await add('a', 'claude', { model: 'mine', budget: 1, budgetTokens: 9 })).ok).toBe(true)
    expect((await add('b', 'proxy', { model: 'sonnet', budget: 1 })).ok).toBe(true)
  })

  it.each([
    ['codex', 'gpt-5.2'],
    ['gemini', 'gemini-3-flash-preview'],
  ])(
    'is refused on %s, which tells at its end only, unless tokens are capped too',
    async (executor, model) => {
      const unknown = { error: { message: expect.stringContaining('at its end only') } }
      expect(await add('a', executor, { model, budget: 1 })).toMatchObject(unknown)
      expect((await add('a', executor, { model, budget: 1, budgetTokens: 9 })).ok).toBe(true)
    },
  )

  it('is taken where its cost is told, or its model has a price', async () => {
    expect((await add('a', 'claude', { budget: 1 })).ok).toBe(true)
    expect((await add('b', 'native', { model: 'sonnet', budget: 1 })).ok).toBe(true)
  })

  it('that can no longer be known says so, and does not start', async () => {
    await add('a', 'own')
    const known = bench.test.yard.config().settings
    expect(known.executors['own']?.type).toBe('command')
    writeFileSync(bench.test.yard.paths.config, '[executors.own]\ntype = "claude"\n')
    await bench.client.service.reload({})
    await bench.run({ type: 'task.edit', id: taskId('a'), edit: { budget: 1 }, nextFireAt: null })
    writeFileSync(bench.test.yard.paths.config, '[executors.own]\ntype = "copilot"\n')
    await bench.client.service.reload({})
    const { text } = await bench.client.task.why({ id: 'a' })
    expect(text).toContain('cannot be known: it does not tell what it used')
    expect(bench.test.yard.plan.agentOf(taskId('a'))).toBe(null)
  })
})

describe('a task with a budget of tokens', () => {
  it.each(['own', 'copilot', 'kimi'])('is refused on %s, which tells no tokens', async (name) => {
    const refused = await add('a', name, { budgetTokens: 1000 })
    expect(refused).toMatchObject({ ok: false, error: { kind: 'bad-request' } })
    expect(!refused.ok && refused.error.hint).toContain('--budget-tokens ""')
    expect((await add('a', name)).ok).toBe(true)
    const edit = { budgetTokens: 1000 }
    const change = { type: 'task.edit', id: taskId('a'), edit, nextFireAt: null } as const
    expect((await bench.test.yard.dispatch(change, PERSON)).ok).toBe(false)
  })

  it('is taken where they are told, with or without a price', async () => {
    for (const executor of ['claude', 'codex', 'gemini'])
      expect((await add(executor, executor, { budgetTokens: 1000 })).ok).toBe(true)
  })

  it('that can no longer be counted says so, and does not start', async () => {
    await bench.run({ type: 'yard.pause' })
    await add('a', 'claude', { budgetTokens: 1000 })
    appendFileSync(bench.test.yard.paths.config, '[executors.claude]\ntype = "copilot"\n')
    await bench.client.service.reload({})
    const { text } = await bench.client.task.why({ id: 'a' })
    expect(text).toContain('a budget of tokens')
  })
})
