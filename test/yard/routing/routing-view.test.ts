/** What `service.routing` tells of a real yard. */
import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Choice } from '../../../src/domain/routing/choice.ts'
import {
  addCommand,
  asAgent,
  claimOf,
  COORDINATOR,
  endCommand,
} from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

const SETTINGS = `
[coordinator]
model = "sonnet"

[routing]
learn = true
arms = ["claude/sonnet", "claude/haiku"]
explore = 0.2
`

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

async function learn(settings = SETTINGS): Promise<void> {
  writeFileSync(bench.test.yard.paths.config, settings)
  await bench.client.service.reload({})
}

const choiceOf = (model: string, more: Partial<Choice> = {}): Choice => ({
  arm: `claude/${model}`,
  chance: 1,
  explored: false,
  reason: `${model}: a reason`,
  kind: 'docs',
  incumbent: 'claude/sonnet',
  today: 'claude/sonnet',
  ...more,
})

/** A try of a docs task that takes six minutes. */
async function tried(
  number: number,
  model: string,
  { usd = 0.1, choice }: { usd?: number; choice?: Choice } = {},
): Promise<void> {
  const id = `t${number}`
  await bench.run(addCommand(id, { exec: null, tags: ['docs'] }))
  const claude = { executor: 'claude', executorType: 'claude', model, modelId: model } as const
  const claim = claimOf(id, number, { ...claude, ...(choice && { choice }) })
  await bench.run({ type: 'agents.claim', claims: [claim] }, COORDINATOR)
  const agentId = claim.agentId
  const startedAt = bench.clock.now()
  const started = { type: 'agent.started', agentId, generation: 1, startedAt } as const
  await bench.run({ ...started, pid: 7, pidStartTime: '1' }, COORDINATOR)
  bench.clock.advance(360_000)
  const usage = { inputTokens: 1, outputTokens: 1, cachedTokens: 0, reasoningTokens: null }
  const end = { ...endCommand(number, 1), endedAt: bench.clock.now() }
  await bench.run({ ...end, usage: { ...usage, costUsd: usd } }, COORDINATOR)
}

describe('routing', () => {
  it('tells of each kind what was learned of each arm, and where the next task may go', async () => {
    await learn()
    expect(await bench.client.service.routing({})).toEqual([])
    for (let number = 1; number <= 25; number += 1)
      await tried(number, number % 5 === 0 ? 'haiku' : 'sonnet', {
        usd: number % 5 === 0 ? 0.02 : 0.2,
      })
    const [docs, ...others] = await bench.client.service.routing({})
    expect(others).toEqual([])
    expect(docs).toMatchObject({
      kind: 'docs',
      learns: true,
      today: 'claude/sonnet',
      chosen: 0,
      explored: 0,
      exploredShare: null,
      saving: null,
      arms: [
        { arm: 'claude/sonnet', n: 20, learning: false },
        { arm: 'claude/haiku', n: 5, learning: true },
      ],
    })
    const figures = docs?.arms.map(({ score, costUsd, hours }) => [score, costUsd, hours]) ?? []
    const [sonnet = [], haiku = []] = figures
    // Nobody has scored them: they are worth what their tier is.
    expect([sonnet[0], haiku[0]]).toEqual([expect.closeTo(0.8, 6), expect.closeTo(0.7, 6)])
    expect([sonnet[1], haiku[1]]).toEqual([expect.closeTo(0.2, 1), expect.closeTo(0.02, 1)])
    expect(sonnet[2]).toBeCloseTo(0.1, 1)
    const chances = docs?.arms.map(({ chance }) => chance) ?? []
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9)
    expect(Math.min(...chances)).toBeGreaterThan(0)
    expect(await bench.client.service.routing({ kind: 'docs' })).toEqual([docs])
    expect(await bench.client.service.routing({ kind: 'test' })).toEqual([])
  })

  it('tells what choosing has saved, and gives an arm whose provider sleeps no chance', async () => {
    await learn()
    for (let number = 1; number <= 24; number += 1) {
      const model = number % 4 === 0 ? 'sonnet' : 'haiku'
      const chance = model === 'sonnet' ? 0.25 : 0.75
      const choice = choiceOf(model, { chance, explored: number % 12 === 0 })
      await tried(number, model, { usd: model === 'sonnet' ? 0.5 : 0.1, choice })
    }
    const [docs] = await bench.client.service.routing({})
    expect(docs).toMatchObject({ chosen: 24, explored: 2, exploredShare: 2 / 24 })
    expect(docs?.saving).toMatchObject({ against: 'claude/sonnet', tries: 24, triesAgainst: 6 })
    const { usd = 0, low = 0, high = 0 } = docs?.saving ?? {}
    // 18 tries at 40 cents less; what is worth less in them is the tier's prior, .10 at two dollars.
    expect(usd).toBeCloseTo(18 * (0.4 - 100 * 0.02 * 0.1), 0)
    expect([low < usd, usd < high]).toEqual([true, true])
    const asleep = { key: 'provider:anthropic', kind: 'provider', subject: 'anthropic' } as const
    await bench.run({ type: 'breaker.trip', ...asleep, reason: 'quota', until: null }, COORDINATOR)
    const [sleeping] = await bench.client.service.routing({})
    expect(sleeping?.arms.map(({ chance }) => chance)).toEqual([0, 0])
  })

  it('says where all go while it does not learn', async () => {
    await learn(SETTINGS.replace('learn = true', 'learn = false'))
    await tried(1, 'haiku')
    const [docs] = await bench.client.service.routing({})
    expect(docs).toMatchObject({ learns: false, incumbent: 'claude/sonnet' })
    expect(docs?.arms.map(({ arm, chance }) => [arm, chance])).toEqual([
      ['claude/sonnet', 1],
      ['claude/haiku', 0],
    ])
  })

  it('is for people', async () => {
    await tried(1, 'sonnet')
    await bench.run(addCommand('u', { exec: null }))
    await bench.run({ type: 'agents.claim', claims: [claimOf('u', 9)] }, COORDINATOR)
    const agent = bench.clientOf(asAgent(9, 'u'))
    expect(await failureOf(agent.service.routing({}))).toMatchObject({ kind: 'not-allowed' })
  })
})

it('an agent keeps why it was chosen, and tells four words of it', async () => {
  await learn()
  await tried(1, 'haiku', { choice: choiceOf('haiku', { chance: 0.4, explored: true }) })
  await tried(2, 'sonnet')
  const agents = await bench.client.agent.list({ which: 'all' })
  expect(agents.map(({ choice }) => choice)).toEqual([
    { arm: 'claude/haiku', chance: 0.4, explored: true, reason: 'haiku: a reason' },
    null,
  ])
})
