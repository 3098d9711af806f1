/** The last lines of a failed try stand wherever its failure is told; a learned choice with what was done by it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { workFailure } from '../../../src/domain/failure.ts'
import { addCommand, claimOf, COORDINATOR, endCommand, taskId } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const ID = taskId('build')
const OUTPUT = `${'compiling\n'.repeat(20)}error: cannot find\n\n  the compiler\nmake: *** [all] Error 2\n`

async function fail(detail: string | null): Promise<void> {
  await bench.run(addCommand(ID))
  await bench.run({ type: 'agents.claim', claims: [claimOf(ID, 1)] }, COORDINATOR)
  const failure = workFailure('exit', 'it exited with 2', { exitCode: 2, detail })
  await bench.run(endCommand(1, 1, { exit: { code: 2, signal: null }, failure }), COORDINATOR)
}

it('in why and in attention, beside the reason', async () => {
  await fail(OUTPUT)
  const lastLines =
    'compiling\ncompiling\ncompiling\nerror: cannot find\n  the compiler\nmake: *** [all] Error 2'
  const why = await bench.client.task.why({ id: ID })
  expect(why).toMatchObject({ state: 'failed', lastLines })
  expect(why.text).toContain('it exited with 2')
  const { attention } = await bench.view.summary()
  expect(attention).toMatchObject([{ task: ID, kind: 'failed', lastLines }])
})

it('of a program that wrote nothing there are none', async () => {
  await fail(null)
  expect((await bench.client.task.why({ id: ID })).lastLines).toBeNull()
  const { attention } = await bench.view.summary()
  expect(attention.map((item) => 'lastLines' in item)).toEqual([false])
})

it('of the try before are not those of the one at work', async () => {
  await fail(OUTPUT)
  await bench.run({ type: 'task.retry', id: ID, fresh: false })
  await bench.run({ type: 'agents.claim', claims: [claimOf(ID, 2)] }, COORDINATOR)
  const why = await bench.client.task.why({ id: ID })
  expect([why.state, why.lastLines]).toEqual(['in-progress', null])
})

it('who a learned choice gave it to stands with the task, until it is open again', async () => {
  const choice = {
    arm: 'claude/haiku',
    chance: 0.34,
    explored: true,
    reason: 'haiku: 0.84 at $0.02',
    kind: 'docs',
    incumbent: 'claude/opus',
    today: 'claude/opus',
  }
  await bench.run(addCommand(ID))
  await bench.run({ type: 'agents.claim', claims: [claimOf(ID, 1, { choice })] }, COORDINATOR)
  await bench.run(endCommand(1, 1, { exit: { code: 0, signal: null } }), COORDINATOR)
  const { arm, chance, explored, reason } = choice
  const chosen = { arm, chance, explored, reason }
  expect(await bench.client.task.get({ id: ID })).toMatchObject({ state: 'done', choice: chosen })
  await bench.run({ type: 'task.reopen', id: ID })
  expect(await bench.client.task.get({ id: ID })).toMatchObject({ choice: null })
})
