/** What `why` says of a task that is done while its result is not where it should be. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Conflict, LandingOutcome } from '../../../src/domain/landing.ts'
import type { Command } from '../../../src/domain/command.ts'
import { addCommand, claimOf, COORDINATOR, endCommand, taskId } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const RESULT = 'c'.repeat(40)
const ID = taskId('work')
const CONFLICT: Conflict = {
  ours: { name: 'main', commit: 'a'.repeat(40) },
  theirs: { name: 'work', commit: RESULT },
  paths: ['a.txt'],
  reason: 'main and work conflict in a.txt',
  hunks: '',
}
const merge: Command = { type: 'landing.request', id: ID }
const settled = (outcome: LandingOutcome): Command => ({
  type: 'landing.settle',
  id: ID,
  result: RESULT,
  outcome,
  merger: { executor: null, model: null },
})
const conflict = settled({ kind: 'conflict', target: 'main', conflict: CONFLICT })
const why = async (): Promise<string> => {
  const { text } = await bench.client.task.why({ id: ID })
  return text.replace(/^It was done by agent-1 at [^.]+\. ?/, '')
}

async function finish(): Promise<void> {
  await bench.run(addCommand(ID))
  await bench.run({ type: 'agents.claim', claims: [claimOf(ID, 1)] }, COORDINATOR)
  const changes = {
    commit: RESULT,
    filesChanged: 1,
    insertions: 1,
    deletions: 0,
    commits: 1,
    notes: [],
  }
  await bench.run(endCommand(1, 1, {}, { changes }), COORDINATOR)
}

it('that nobody has asked to merge, or that has landed, is done and no more is said', async () => {
  await finish()
  expect(await why()).toBe('')
  await bench.run(merge)
  const landed = { kind: 'landed', commit: 'd'.repeat(40), target: 'main', note: null } as const
  await bench.run(settled(landed), COORDINATOR)
  expect(await why()).toBe('')
})

it('that is queued says that it goes on by itself, or what it waits for', async () => {
  await finish()
  await bench.run({ type: 'yard.pause' })
  await bench.run(merge, COORDINATOR)
  expect(await why()).toBe(
    'Its result is queued to be merged, as soon as the yard goes on, for the coordinator is paused: yard service resume.',
  )
  // What a person asks for does not wait for that.
  await bench.run(merge)
  expect(await why()).toBe('Its result is queued to be merged, which comes by itself.')
})

it('that was refused says why, and how it is asked for again', async () => {
  await finish()
  await bench.run(merge)
  const refused = { kind: 'refused', target: 'main', reason: 'a.txt is in the way' } as const
  await bench.run(settled(refused), COORDINATOR)
  expect(await why()).toBe(
    'Its result is not merged into main: a.txt is in the way. Once nothing is in its way: yard merge work.',
  )
})

it('that does not merge names the task that settles it, for as long as that may', async () => {
  await finish()
  await bench.run(merge)
  await bench.run(conflict, COORDINATOR)
  const what = 'Its result is not merged into main: main and work conflict in a.txt.'
  expect(await why()).toBe(
    `${what} merge-work settles that, and the merge then goes on by itself: yard why merge-work says how far it is.`,
  )
  await bench.run({
    type: 'task.fail',
    id: taskId('merge-work'),
    agentId: null,
    generation: null,
    reason: 'too hard',
    class: 'reported',
    nextFireAt: null,
  })
  expect(await why()).toBe(
    `${what} merge-work was to settle that and has failed: yard merge work tries again.`,
  )
})

it('of what it builds on waits for the task that settles that first', async () => {
  await finish()
  await bench.run(addCommand('top', { after: [ID] }))
  await bench.run({ type: 'agents.claim', claims: [claimOf('top', 2)] }, COORDINATOR)
  const changes = {
    commit: 'e'.repeat(40),
    filesChanged: 1,
    insertions: 1,
    deletions: 0,
    commits: 1,
    notes: [],
  }
  await bench.run(endCommand(2, 1, {}, { changes }), COORDINATOR)
  await bench.run(merge)
  await bench.run(conflict, COORDINATOR)
  await bench.run({ type: 'landing.request', id: taskId('top') })
  expect((await bench.client.task.why({ id: 'top' })).text).toMatch(
    /Its result is queued to be merged, as soon as merge-work has settled a conflict in what it builds on\.$/,
  )
})

it('that an earlier program refused with the way on in its reason says that once', async () => {
  await finish()
  await bench.run(merge)
  const reason = 'it still conflicts: yard reopen m has it done again, and yard merge work goes on'
  await bench.run(settled({ kind: 'refused', target: 'main', reason }), COORDINATOR)
  expect((await why()).match(/yard merge work/g)).toHaveLength(1)
})
