/** A real yard whose clock goes on by weeks: what an owner compacts, and what it leaves alone. */
import { taskIdSchema } from '../../src/domain/schemas.ts'
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type AgentId } from '../../src/domain/ids.ts'
import type { NewTask } from '../../src/domain/task.ts'
import type { Yard } from '../../src/yard/yard.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { addTask, isOver, makeRealPlace, PERSON, untilTask, type RealPlace } from './real-place.ts'

let place: RealPlace
let yard: Yard
beforeEach(async () => {
  place = await makeRealPlace()
})
afterEach(async () => {
  await endAll() // also where the test stopped half way
  await yard.close()
  await place.remove()
})

const DAY = 86_400_000
const LOUD = 'yes line | head -n 60000'

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Pat', '-c', 'user.email=pat@x', ...args], {
    cwd: place.paths.root,
    encoding: 'utf8',
  })

/** Opens the yard so long after now, and lets its first slow beat pass. */
async function openAfter(ms: number): Promise<void> {
  const clock = createManualClock(Date.now() + ms)
  yard = await place.open({ clock })
  clock.advance(10 * 60_000)
}

const add = (id: string, task: Omit<NewTask, 'id' | 'title'>): Promise<void> =>
  addTask(yard, { ...task, id: taskIdSchema.parse(id), title: id })

const endAll = () =>
  yard.kill([...yard.plan.agents.keys()], { force: true, redispatch: false }, PERSON)

const isWhole = (id: string): boolean => existsSync(join(place.paths.agents, id, 'stdout.log'))
const lastAgent = (id: string): AgentId => {
  const task = [...yard.plan.tasks.values()].find((one) => one.id === id)
  if (!task?.lastAgentId) throw new Error(`${id} has no agent`)
  return task.lastAgentId
}
async function read(id: AgentId) {
  const window = { from: 0, maxBytes: 1_000_000, raw: true, stream: 'merged', encoding: 'utf8' }
  const shown = await yard.readOutput(id, window as Parameters<Yard['readOutput']>[1])
  if (!shown.ok) throw new Error(shown.error.message)
  return shown.value
}

it('compacts agents of tasks that ended long ago; not those at work, of open tasks, or with work to merge', async () => {
  git('init', '--quiet', '--initial-branch=main')
  writeFileSync(join(place.paths.root, 'a.txt'), 'one\n')
  git('add', 'a.txt')
  git('commit', '--quiet', '--message', 'first')
  yard = await place.open()
  await add('old', { exec: LOUD })
  await add('failed', { exec: `${LOUD}; false`, maxAttempts: 1 })
  const coding = { worktree: 'on', maxAttempts: 1 } as const
  await add('work', { exec: `${LOUD}; echo two > a.txt`, ...coding })
  await add('merged', { exec: `${LOUD}; echo b > b.txt`, ...coding })
  const living = { exec: `${LOUD}; sleep 6000`, timeoutMs: 100 * DAY }
  await add('living', { ...living })
  for (const id of ['old', 'failed', 'work', 'merged']) await untilTask(yard, id, isOver)
  await untilTask(yard, 'living', (task) => task.state.kind === 'in-progress')
  const ids = ['old', 'failed', 'work', 'merged', 'living'] as const
  const [old, failed, work, merged, alive] = ids.map(lastAgent)
  if (!old || !failed || !work || !merged || !alive) throw new Error('not all have begun')
  const landed = [...yard.plan.tasks.values()].find(({ id }) => id === 'merged')?.resultCommit
  if (!landed) throw new Error('nothing to merge')
  git('merge', '--quiet', '--no-edit', landed)
  const before = await read(old)
  expect(before.compacted).toBeNull()
  await yard.close()

  await openAfter(29 * DAY)
  await yard.close()
  expect([old, failed, work, merged, alive].filter((id) => !isWhole(id))).toEqual([])

  await openAfter(31 * DAY)
  await expect.poll(() => [old, failed, merged].filter(isWhole)).toEqual([])
  const after = await read(old)
  expect(after.compacted).toMatchObject({ bytes: before.size })
  expect(after.size).toBeLessThan(before.size / 2)
  expect(before.text?.endsWith(after.text ?? '')).toBe(true)
  expect([work, alive].every(isWhole)).toBe(true)
  expect((await endAll()).ok).toBe(true)
}, 60_000)
