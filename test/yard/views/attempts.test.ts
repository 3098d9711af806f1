/** How often a task was tried: one count, the present try included, wherever it is told. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { workFailure } from '../../../src/domain/failure.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { addCommand, claimOf, COORDINATOR, endCommand, taskId } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const ID = taskId('build')
const crash = { exit: { code: 1, signal: null }, failure: workFailure('crash', 'it fell') }
async function begin(number: number): Promise<void> {
  bench.clock.advance(600_000) // beyond any back-off
  await bench.run({ type: 'agents.claim', claims: [claimOf(ID, number)] }, COORDINATOR)
}
const attempts = async () => {
  const { attempts: whole, attemptsAllowed } = await bench.client.task.get({ id: ID })
  const [card] = (await bench.view.snapshot()).tasks
  expect(card).toMatchObject({ attempts: whole, attemptsAllowed })
  return [whole, attemptsAllowed]
}
const why = async () => (await bench.client.task.why({ id: ID })).text

it('a task that ran once and is done was tried once', async () => {
  await bench.run(addCommand(ID))
  expect(await attempts()).toEqual([0, 3])
  await begin(1)
  expect(await attempts()).toEqual([1, 3])
  await bench.run(endCommand(1, 1), COORDINATOR)
  expect(await attempts()).toEqual([1, 3])
})

it('a second try is the second while it runs, and when it is done', async () => {
  await bench.run(addCommand(ID, { maxAttempts: 2 }))
  await begin(1)
  await bench.run(endCommand(1, 1, crash), COORDINATOR)
  expect(await attempts()).toEqual([1, 2])
  await begin(2)
  expect(await attempts()).toEqual([2, 2])
  await bench.run(endCommand(2, 2), COORDINATOR)
  expect(await attempts()).toEqual([2, 2])
  expect(await why()).toMatch(/ after 2 tries\.$/)
})

it('a try that was killed does not count', async () => {
  await bench.run(addCommand(ID))
  await begin(1)
  const stop = { agentId: agentIdOf(1), reason: 'killed', force: false } as const
  await bench.run({ type: 'agent.stop', ...stop })
  await bench.run(endCommand(1, 1), COORDINATOR)
  expect(await attempts()).toEqual([0, 3])
})

it('a final failure says how many tries there were of how many', async () => {
  await bench.run(addCommand(ID))
  for (const number of [1, 2, 3]) {
    await begin(number)
    await bench.run(endCommand(number, number, crash), COORDINATOR)
  }
  expect(await attempts()).toEqual([3, 3])
  expect(await why()).toContain(' after 3 of 3 tries: it fell.')
  const { rows } = await bench.client.page.timeline({ id: ID, limit: 10 })
  expect(rows.find(({ event }) => event === 'task.failed')?.text).toBe(
    'Failed after 3 of 3 tries: it fell',
  )
})

it('a shell command that said no was tried once of once, and a final failure has no limit', async () => {
  const failed = (kind: 'exit' | 'reported') => ({
    exit: { code: 1, signal: null },
    failure: workFailure(kind, 'it said no', { exitCode: 1 }),
  })
  await bench.run(addCommand(ID))
  await begin(1)
  expect(await attempts()).toEqual([1, 3])
  await bench.run(endCommand(1, 1, failed('exit')), COORDINATOR)
  expect(await attempts()).toEqual([1, 1])
  await bench.run({ type: 'task.retry', id: ID, fresh: false })
  expect((await attempts())[1]).toBe(3)
  await begin(2)
  await bench.run(endCommand(2, 2, failed('reported')), COORDINATOR)
  expect((await attempts())[1]).toBeNull()
  // What was asked for stays as it is.
  expect(await bench.client.task.get({ id: ID })).toMatchObject({ maxAttempts: 3 })
})
