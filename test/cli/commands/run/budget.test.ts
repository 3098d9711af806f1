/** A budget, a real process and a real runtime: it is stopped while it runs, and goes on in its conversation once it may. */
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeAll(async () => {
  test = await openTestYard()
})
afterAll(() => test.close())

const SPENDS = resolve(import.meta.dirname, '../../../fixtures/agents/spends.mjs')

it('an agent past its task’s budget is stopped, and once it is raised the conversation goes on', async () => {
  const { yard, json, folder } = test
  const command = JSON.stringify([process.execPath, SPENDS])
  await writeFile(
    join(folder, '.yard/config.toml'),
    `[executors.claude]\ncommand = ${command}\ncoding = false\n[agent]\nstop_grace = 1\n`,
  )
  await yard(['add', 'Dear', '--executor', 'claude', '--budget-tokens', '500'])
  const first = await yard(['run'])
  expect([first.code, first.err]).toEqual([1, expect.any(String)])
  expect(await json(['show', 'dear'])).toMatchObject({
    status: 'waiting',
    waitsFor: 'budget',
    attempts: 0,
    tokens: 604,
    costUsd: 0.0031,
  })
  const [agent] = (await json(['agents'])) as Record<string, unknown>[]
  expect(agent).toMatchObject({
    outcome: 'killed',
    failure: { class: 'budget' },
    usage: { inputTokens: 600 },
    // It was ended before it could say: 600 tokens of the strong model of its provider.
    costSource: 'registry',
  })
  const why = await yard(['why', 'dear'])
  expect(why.out).toContain('a larger budget of tokens')
  expect(why.out).toContain('Then: yard edit dear --budget-tokens N')
  await yard(['edit', 'dear', '--budget-tokens', '5000'])
  const second = await yard(['run'])
  expect([second.code, second.err]).toEqual([0, expect.any(String)])
  expect(await json(['show', 'dear'])).toMatchObject({ status: 'done', tokens: 664 })
  const starts = (await readFile(join(folder, 'spends.log'), 'utf8')).trim().split('\n')
  expect(starts).toEqual([expect.stringMatching(/^--session-id=/), '--resume=talk-1'])
  const costs = (await json(['cost'])) as { rows: unknown[] }
  expect(costs.rows).toMatchObject([{ key: 'dear', inputTokens: 650, outputTokens: 14, tries: 2 }])
}, 120_000)
