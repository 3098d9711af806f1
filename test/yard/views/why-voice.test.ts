/** The hints of `why`: commands for who types, and for the page what its buttons do not say by themselves. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Command } from '../../../src/domain/command.ts'
import type { Conflict } from '../../../src/domain/landing.ts'
import { addCommand, claimOf, COORDINATOR, endCommand, taskId } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

/** At the terminal, and on the page. */
const why = async (id: string): Promise<readonly [string, string]> => {
  const typed = await bench.client.task.why({ id })
  const shown = await bench.client.task.why({ id, voice: 'page' })
  return [typed.text, shown.text]
}

const RESULT = 'c'.repeat(40)

/** A new try of it has ended with a result in git. */
async function finish(id: string, agent: number): Promise<void> {
  const changes = {
    commit: RESULT,
    filesChanged: 1,
    insertions: 1,
    deletions: 0,
    commits: 1,
    notes: [],
  }
  await bench.run({ type: 'agents.claim', claims: [claimOf(id, agent)] }, COORDINATOR)
  await bench.run(endCommand(agent, 1, {}, { changes }), COORDINATOR)
}

it('of what is held, done by a person or in a yard that is paused', async () => {
  await bench.client.task.add({ id: 'draft', title: 'Draft', paused: true })
  await bench.client.task.add({ id: 'after', title: 'After', after: ['draft'], paused: true })
  expect(await why('draft')).toEqual([
    'It is not started: it is a draft: yard publish draft (or yard resume draft for it alone) lets it go on.',
    'It is not started: it is a draft.',
  ])
  await bench.client.task.add({ id: 'mine', title: 'Mine', executor: 'manual', paused: false })
  await bench.client.service.pause()
  expect(await why('mine')).toEqual([
    'It is not started: a person does it: when it is done, yard done mine; the coordinator is paused: yard service resume.',
    'It is not started: a person does it: claim it, or mark it done; the coordinator is paused.',
  ])
})

it('of what failed, or asked a person', async () => {
  await bench.run(addCommand('bad', { maxAttempts: 1 }))
  await bench.tryTask('bad', 1, { code: 3 })
  const [typed, shown] = await why('bad')
  expect(typed).toBe(`${shown} To try again: yard retry bad.`)
  expect(shown).toMatch(/: it exited with 3\.$/)
  await bench.run(addCommand('asks'))
  await bench.tryTask('asks', 2, { question: 'Which one?' })
  const [asked, shownAsked] = await why('asks')
  expect(asked).toBe(`${shownAsked} Then: yard answer asks "…".`)
})

it('of a result that is not merged', async () => {
  const merge: Command = { type: 'landing.request', id: taskId('work') }
  const settled = (outcome: Extract<Command, { type: 'landing.settle' }>['outcome']): Command => ({
    type: 'landing.settle',
    id: taskId('work'),
    result: RESULT,
    outcome,
    merger: { executor: 'manual', model: null },
  })
  const conflict: Conflict = {
    ours: { name: 'main', commit: 'a'.repeat(40) },
    theirs: { name: 'work', commit: RESULT },
    paths: ['a.txt'],
    reason: 'main and work conflict in a.txt',
    hunks: '',
  }
  const clash = settled({ kind: 'conflict', target: 'main', conflict })
  const landing = async (): Promise<readonly string[]> =>
    (await why('work')).map((text) => text.replace(/^It was done by agent-1 at [^.]+\. /, ''))
  await bench.run(addCommand('work'))
  await finish('work', 1)
  await bench.run(merge)
  await bench.run(
    settled({ kind: 'refused', target: 'main', reason: 'a.txt is in the way' }),
    COORDINATOR,
  )
  const refused =
    'Its result is not merged into main: a.txt is in the way. Once nothing is in its way'
  expect(await landing()).toEqual([
    `${refused}: yard merge work.`,
    `${refused}, ask for the merge again, with its changes.`,
  ])
  await bench.run(merge)
  await bench.run(clash, COORDINATOR)
  const goesOn = 'merge-work settles that, and the merge then goes on by itself'
  const clashed = 'Its result is not merged into main: main and work conflict in a.txt'
  expect(await landing()).toEqual([
    `${clashed}. ${goesOn}: yard why merge-work says how far it is.`,
    `${clashed}. ${goesOn}.`,
  ])
  expect((await why('merge-work'))[1]).toMatch(
    /: what to merge is described below; when that is committed, mark it done\.$/,
  )
  await finish('merge-work', 2)
  await bench.run(merge)
  await bench.run(clash, COORDINATOR)
  const inVain = `${clashed}; merge-work was done and has not settled it`
  expect(await landing()).toEqual([
    `${inVain}: yard reopen merge-work has it done again, and yard merge work goes on.`,
    `${inVain}: reopen merge-work to have it done again, then ask for the merge again, with its changes.`,
  ])
  const { tasks } = await bench.view.snapshot()
  expect(tasks.find(({ id }) => id === 'work')?.fact).toContain('yard reopen merge-work')
})
