/** The registry, budgets and costs through the real command line, with and without an owner. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeAll(async () => {
  test = await openTestYard()
})
afterAll(() => test.close())

const yard = (...words: string[]) => test.yard(words)
const config = () => readFile(join(test.folder, '.yard/config.toml'), 'utf8')

describe('yard model', () => {
  it('adds a model with its price, lists it, gives it roles and takes it away', async () => {
    const add = ['model', 'add', 'fast', '--provider', 'openrouter', '--model-id', 'a/b']
    const price = ['--cost-in', '0.25', '--cost-out', '2', '--price-date', '2026-04']
    expect((await yard(...add, ...price, '--tier', 'quick', '--context', '64000')).code).toBe(0)
    const models = (await test.json(['model', 'list'])) as Record<string, unknown>[]
    expect(Array.isArray(models)).toBe(true)
    expect(models.find(({ name }) => name === 'fast')).toEqual({
      name: 'fast',
      provider: 'openrouter',
      modelId: 'a/b',
      endpoint: null,
      apiKeyEnv: null,
      tier: 'quick',
      contextWindow: 64_000,
      costIn: 0.25,
      costOut: 2,
      costCached: null,
      priceDate: '2026-04',
      roles: [],
      isDefault: false,
      source: 'project',
    })
    expect((await yard('model', 'set', '--role', 'merger', 'fast')).code).toBe(0)
    const roles = await test.json(['model', 'roles'])
    expect(roles).toContainEqual({ role: 'merger', model: 'fast', source: 'project' })
    const used = await yard('model', 'remove', 'fast')
    expect([used.code, used.err]).toEqual([3, expect.stringContaining('models.roles.merger')])
    expect((await yard('model', 'set', '--role', 'merger', 'strong')).code).toBe(0)
    expect((await yard('model', 'remove', 'fast')).code).toBe(0)
    expect(await config()).not.toContain('a/b')
  }, 60_000)

  it.each([
    [['model', 'set', '--role', 'merge', 'opus'], 2, 'merger'],
    [['model', 'set', '--role', 'merger', 'opsu'], 3, 'opus'],
    [['model', 'add', 'roles', '--provider', 'x', '--model-id', 'y'], 2, 'table of roles'],
    [['model', 'add', 'm', '--provider', 'x', '--model-id', 'y', '--cost-in', '1'], 2, 'cost_out'],
    [['model', 'add', 'm', '--provider', 'x', '--model-id', 'y', '--cost-in', 'a'], 2, 'dollars'],
    [['config', 'budget.day_usd', '-1'], 2, 'more than 0'],
    [['add', 'x', '--budget', '0'], 2, 'more than nothing'],
    [['add', 'x', '--executor', 'codex', '--model', 'opus'], 3, 'gpt-5'],
    [['cost', '--by', 'weekday'], 2, 'task'],
  ])('refuses %j in words', async (words, code, text) => {
    const ended = await yard(...words)
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(text)])
  })

  it('makes a role’s model the default of the yard', async () => {
    expect((await yard('model', 'set', '--role', 'default', 'haiku')).code).toBe(0)
    const [value] = [await yard('config', 'coordinator.model')]
    expect(value.out.trim()).toBe('haiku')
  })
})

describe('a budget', () => {
  it('is said of a task, changed, taken back, and goes through a graph file', async () => {
    const added = (await test.json([
      ...['add', 'Dear', '--executor', 'claude', '--budget', '2.50', '--budget-tokens', '900000'],
    ])) as Record<string, unknown>
    expect(added).toMatchObject({ budget: 2.5, budgetTokens: 900_000 })
    expect(await test.json(['edit', 'dear', '--budget', '4'])).toMatchObject({ budget: 4 })
    const { out } = await yard('export')
    expect(out).toContain('budget = 4\nbudget_tokens = 900000\n')
    expect(await test.json(['edit', 'dear', '--budget', ''])).toMatchObject({ budget: null })
    const file = join(test.folder, 'graph.toml')
    await writeFile(file, '[[task]]\nid = "b"\ntitle = "B"\nexecutor = "claude"\nbudget = 1.25\n')
    expect((await yard('import', file)).code).toBe(0)
    expect(await test.json(['show', 'b'])).toMatchObject({ budget: 1.25, budgetTokens: null })
  }, 60_000)
})

describe('yard cost and yard stats', () => {
  it('of a yard that spent nothing say so, as JSON and as text', async () => {
    expect((await yard('config', 'budget.day_usd', '20')).code).toBe(0)
    const costs = (await test.json(['cost', '--by', 'model'])) as Record<string, unknown>
    expect(costs).toMatchObject({
      by: 'model',
      total: { costUsd: null },
      budget: { day: { capUsd: 20, costUsd: null } },
    })
    const { out } = await yard('cost', '--by', 'day')
    expect(out).toContain('no cost known')
    expect(out).toContain('today   $0.00 of $20.00')
    expect(await test.json(['stats'])).toMatchObject({ tokens: { costUsd: null } })
  }, 60_000)
})
