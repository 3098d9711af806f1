/** The plan that opening makes against one to which every row, read whole, was given as a change. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import { createPlan } from '../../src/domain/graph/create-plan.ts'
import { dependencyIdOf, type MutablePlan } from '../../src/domain/plan.ts'
import { isSatisfied, type Task } from '../../src/domain/task.ts'
import { fullTask, packed, plainTask } from '../../src/store/bodies.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { createBench, taskId, taskIds } from '../support/plan-builder.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'yard-load-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const IDS = taskIds('a', 'b.1', 'c', 'd-2', 'e', 'f', 'g', 'h')
const AT = 1_700_000_000_000

const state = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'open', notBefore: null, park: null }) },
  fc.record({ kind: fc.constant('open'), notBefore: fc.constant(AT), park: fc.constant(null) }),
  fc.record({
    kind: fc.constantFrom('done', 'abandoned'),
    at: fc.constant(AT),
    by: fc.constantFrom('ada', 'agent-7', 'o"x\\'),
  }),
  fc.constant({ kind: 'waiting', for: 'answer', text: '?', since: AT }),
)
const notable = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  fc.constantFrom(
    { schedule: { spec: '09:00', tz: null } },
    { schedule: { spec: '09:00', tz: null }, firstSuccessAt: AT },
    { held: true, draft: true },
    { budget: 3.5 },
    { addedBy: IDS[0] },
    { resultCommit: 'abc' },
    { repo: '/x', worktreeName: 'w' },
  ),
)
const said = fc.record(
  {
    title: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    description: fc.string({ maxLength: 40 }),
    exec: fc.constantFrom('true', 'echo "order":3,"state":', 'a\n\t\u0001\u2028b', '\\'),
    tags: fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 3 }),
    generation: fc.nat(3),
    workedMs: fc.nat(1e6),
    lastAgentId: fc.constantFrom(null, 'agent-7'),
    completedAt: fc.constantFrom(null, AT),
  },
  { requiredKeys: [] },
)
const rows = fc.array(fc.record({ state, notable, said, isOld: fc.boolean() }), {
  minLength: 1,
  maxLength: IDS.length,
})
const edges = fc.uniqueArray(fc.tuple(fc.nat(IDS.length - 1), fc.nat(IDS.length - 1)), {
  selector: (pair) => pair.join(),
  maxLength: 20,
})

const bench = createBench()
bench.add('a')
const plain = bench.task('a')

describe('a plan that was opened', () => {
  it('is what its rows say, in their order', async () => {
    const path = join(folder, 'yard.db')
    await fc.assert(
      fc.asyncProperty(rows, edges, async (made, pairs) => {
        const bodies = made.map((row, i): [TaskId, string] => {
          const id = IDS[i] ?? taskId('never')
          const order = (i * 5) % 7
          const task = {
            ...plain,
            id,
            ...row.said,
            order,
            state: row.state,
            ...row.notable,
          } as Task
          return [id, row.isOld ? JSON.stringify(task) : packed('task', task)]
        })
        const links = pairs.flatMap(([from, to]): [TaskId, TaskId][] => {
          const [blocker, dependent] = [bodies[from]?.[0], bodies[to]?.[0]]
          return blocker && dependent ? [[blocker, dependent]] : []
        })
        await writeRows(path, bodies, links)
        const { plan, close } = await openMemoryStore(path)
        const expected = grown(bodies, links)
        // First what a plain task need not be read for.
        expect([...plan.startable]).toEqual([...expected.startable])
        expect(plan.lastOrder).toBe(expected.lastOrder)
        const unnoted = [...plan.tasks.keys()].filter((id) => !noted(plan).has(id))
        for (const id of unnoted) expect(isPlain(expected.tasks.get(id))).toBe(true)
        for (const id of IDS) {
          expect([...plan.blockersOf(id)]).toEqual([...expected.blockersOf(id)])
          expect([...plan.dependentsOf(id)]).toEqual([...expected.dependentsOf(id)])
          expect([...plan.subtasksOf(id)]).toEqual([...expected.subtasksOf(id)])
          expect(plan.unmetOf(id)).toBe(expected.unmetOf(id))
          expect(plan.tasks.get(id)).toEqual(expected.tasks.get(id))
        }
        expect([...plan.tasks]).toEqual([...expected.tasks])
        close()
      }),
      { numRuns: 150 },
    )
  })
})

describe('a plain task', () => {
  it('is one that only waits, and one that an agent has done', () => {
    const bench = createBench()
    bench.add('a', { exec: 'echo "x"', tags: ['one'] })
    expect(plainTask(packed('task', bench.task('a')))).toMatchObject({ id: 'a', isMet: false })
    bench.claim('a', 1)
    bench.end(1, 1)
    expect(bench.task('a').state.kind).toBe('done')
    expect(plainTask(packed('task', bench.task('a')))).toMatchObject({ id: 'a', isMet: true })
  })

  it.each([
    ['torn', (text: string) => text.slice(0, -1)],
    ['with more behind it', (text: string) => `${text}}`],
    ['with an escape that is none', (text: string) => text.replace('Task', '\\Task')],
    ['with a line break in a text', (text: string) => text.replace('Task', '\n')],
    ['with an open text', (text: string) => text.replace('Task', '"')],
    ['empty', () => ''],
  ])('is none that is %s', (_what, damage) => {
    const text = packed('task', { ...plain, title: 'Task' })
    expect(plainTask(text)).not.toBeNull()
    const damaged = damage(text)
    expect(damaged).not.toBe(text)
    expect(plainTask(damaged)).toBeNull()
  })
})

async function writeRows(
  path: string,
  bodies: readonly (readonly [TaskId, string])[],
  links: readonly (readonly [TaskId, TaskId])[],
): Promise<void> {
  if (!existsSync(path)) (await openMemoryStore(path)).close()
  const db = new Database(path)
  db.exec('DELETE FROM dependency; DELETE FROM task')
  const task = db.prepare('INSERT INTO task (id, state, v, body) VALUES (?, ?, 2, ?)')
  for (const [id, body] of bodies) task.run(id, 'open', body)
  const edge = db.prepare('INSERT INTO dependency (blocker, dependent) VALUES (?, ?)')
  for (const ends of links) edge.run(...ends)
  db.close()
}

function grown(
  bodies: readonly (readonly [TaskId, string])[],
  links: readonly (readonly [TaskId, TaskId])[],
): MutablePlan {
  const plan = createPlan()
  for (const [id, body] of bodies)
    plan.put({ entity: 'task', id, before: null, after: fullTask(JSON.parse(body) as object) })
  for (const [blocker, dependent] of links.toSorted(byText)) {
    const id = dependencyIdOf(blocker, dependent)
    plan.put({ entity: 'dependency', id, before: null, after: { id, blocker, dependent } })
  }
  return plan
}

const byText = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : 1

const noted = ({ tasks }: MutablePlan): Set<TaskId> =>
  new Set([...tasks.notable()].map(({ id }) => id))

/** What `notable` promises of those that it leaves out. */
function isPlain(task: Task | undefined): boolean {
  if (!task) return false
  const { schedule, held, budget, budgetTokens, repo, addedBy, resultCommit, landing } = task
  const said = [schedule, budget, budgetTokens, repo, addedBy, resultCommit, landing, task.merging]
  const { state } = task
  return (
    !held &&
    said.every((one) => one === null) &&
    (state.kind === 'open'
      ? state.notBefore === null && state.park === null && !state.triage
      : isSatisfied(task))
  )
}
