/** One damaged row of the journal is told and passed over by all who read it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readJournal } from '../../src/store/read-only.ts'
import { createFold } from '../../src/yard/history/point-in-time.ts'
import { createYardBench } from '../coordinator/yard-bench.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { taskId } from '../support/plan-builder.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'yard-row-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const nested = `{"s":{"title":${'['.repeat(4200)}${']'.repeat(4200)}}}`

it.each([
  ['torn', '{"s":{"state":'],
  ['of another shape', '[1,2]'],
  ['with fields that are none', '{"s":7}'],
  ['empty', ''],
  ['nested without end', nested],
])('%s', async (_what, text) => {
  const path = join(folder, 'yard.db')
  const bench = await createYardBench({ opened: await openMemoryStore(path) })
  await bench.start()
  for (const id of ['a', 'b', 'c']) await bench.add(id, { delayMs: 1e9 })
  const other = new Database(path)
  other.prepare('UPDATE journal SET change = ? WHERE seq = 2').run(text)
  other.close()
  await bench.send({ type: 'task.hold', id: taskId('b') })
  const { store } = bench.opened
  const rows = store.journal(0, -1)
  expect(rows.map(({ id, isUnreadable = false }) => [id, isUnreadable])).toEqual([
    ['a', false],
    ['b', true],
    ['c', false],
    ['b', false],
  ])
  expect(rows[1]).toMatchObject({ set: {}, unset: [], gone: false })
  const read = readJournal(path, 0)
  expect(read.ok && read.value).toEqual(rows)
  expect(store.past.turns(0, 99).map(({ id }) => id)).toEqual(expect.arrayContaining(['a', 'c']))
  expect(store.past.taskRows('b', 99, 10).map(({ seq }) => seq)).toEqual([4, 2])
  expect(store.past.statusBefore('b', 99)).toBeNull()
  expect(store.past.tailRows(99, 10)).toHaveLength(4)
  const history = createFold()
  for (const row of store.past.planRows(0, 99)) history.put(row)
  expect([...history.plan.tasks.keys()]).toEqual(['a', 'c'])
  await bench.close()
})
