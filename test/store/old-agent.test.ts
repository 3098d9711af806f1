/** Agents as earlier programs wrote them are read as they are written today. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { agentIdOf } from '../../src/domain/ids.ts'
import { upgraded } from '../../src/store/journal.ts'
import { createYardBench } from '../coordinator/yard-bench.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { claimOf } from '../support/plan-builder.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'yard-claim-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const OLD = { executor: 'test; claimed as n8n', model: 'test' }

it('in the plan, in the tables and in the journal', async () => {
  const path = join(folder, 'yard.db')
  const bench = await createYardBench({ opened: await openMemoryStore(path) })
  await bench.add('a')
  const claim = { ...claimOf('a', 1), leaseMs: 60_000, claimedBy: 'n8n' }
  await bench.send({ type: 'task.take', claim, workplaceCwd: '/' })
  await bench.close()
  const db = new Database(path)
  const set = (table: string, column: string, at: string): unknown =>
    db
      .prepare(
        `UPDATE ${table} SET ${column} = json_remove(json_set(${column}, '${at}.provenance', json(?)), '${at}.claimedBy')
         WHERE json_extract(${column}, '${at}.leaseMs') IS NOT NULL`,
      )
      .run(JSON.stringify(OLD)).changes
  expect([set('agent', 'body', '$'), set('journal', 'change', '$.s')]).toEqual([1, 1])
  db.close()

  const { plan, store } = await openMemoryStore(path)
  const today = { claimedBy: 'n8n', provenance: { executor: 'test', model: 'test' } }
  expect(plan.agents.get(agentIdOf(1))).toMatchObject(today)
  expect(store.agent(agentIdOf(1))).toMatchObject(today)
  const row = store.journal(0, 99).find(({ event }) => event === 'agent.claimed')
  expect(row?.set).toMatchObject(today)
})

it.each([
  ['what has the field', { leaseMs: 1, claimedBy: null, provenance: OLD }],
  ['a claim without a lease', { leaseMs: null, provenance: OLD }],
  ['a claim without a name', { leaseMs: 1, provenance: { executor: 'test', model: 'test' } }],
  ['what cannot be read', { leaseMs: 1, provenance: 'x' }],
])('%s stays as it is', (_what, agent) => {
  expect(upgraded(agent)).toBe(agent)
})

it('a service was called a process', () => {
  const process = { by: 'process', executorType: 'claude' }
  expect(upgraded({ by: 'process', executorType: 'http' })).toEqual({
    by: 'service',
    executorType: 'http',
  })
  expect(upgraded(process)).toBe(process)
})
