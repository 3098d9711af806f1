/**
 * The ten promises of the design, a named test each. Here each is shown on its own and in small; the simulation holds them
 * together against every fault it knows, and the chaos test against processes that are really killed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fold } from '../support/fold-journal.ts'
import { openStore } from '../../src/store/open-store.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import { workFailure } from '../../src/domain/failure.ts'
import {
  CAPS,
  createYardBench,
  endedReport,
  PROFILE,
  type YardBench,
} from '../coordinator/yard-bench.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { START_AT } from '../support/manual-clock.ts'
import { asAgent, claimOf, COORDINATOR, taskId, taskIds } from '../support/plan-builder.ts'
import { simulate } from '../simulation/simulate.ts'
import { startChild } from '../store/children.ts'

let bench: YardBench
let folder = ''
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yard-promise-'))
  bench = await createYardBench({ opened: await openMemoryStore(join(folder, 'yard.db')) })
  await bench.start()
})
afterEach(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

const alive = (): string[] => [...bench.opened.plan.agents.values()].map((agent) => agent.id)
const done = (id: string, force = false) =>
  bench.send({
    type: 'task.complete',
    id: taskId(id),
    agentId: null,
    generation: null,
    artifacts: [],
    force,
    nextFireAt: null,
  })

describe('the ten promises', () => {
  it('promise 1: at most one live agent per task, ever', async () => {
    await bench.add('a')
    const claims = [claimOf('a', 7), claimOf('a', 8)]
    await bench.send({ type: 'agents.claim', claims }, COORDINATOR)
    expect(alive()).toEqual(['agent-1'])
    // A person ends the task and opens it again while its process still has to be stopped.
    await done('a')
    await bench.send({ type: 'task.reopen', id: taskId('a') })
    await bench.pass(3_600_000)
    expect(alive()).toEqual(['agent-1'])
    bench.runtime.report(agentIdOf(1), 1, endedReport(0))
    await bench.turns.idle()
    expect(alive()).toHaveLength(1)
    expect(alive()).not.toContain('agent-1')
  })

  it('promise 2: no agent starts before its dependencies are satisfied', async () => {
    await bench.add('a')
    await bench.add('b', { after: taskIds('a') })
    await bench.send({ type: 'agents.claim', claims: [claimOf('b', 9)] }, COORDINATOR)
    await bench.pass(3_600_000)
    expect(bench.running()).toEqual(['a'])
    await bench.end('a', { exit: { code: 1, signal: null } })
    await bench.pass(3_600_000)
    expect(bench.running()).toEqual([])
    await bench.send({ type: 'task.retry', id: taskId('a'), fresh: false })
    await bench.end('a')
    expect(bench.running()).toEqual(['b'])
  })

  it('promise 3: caps are never exceeded, at restore too', async () => {
    for (const id of 'abcdef') await bench.add(id)
    expect(alive()).toHaveLength(4)
    await bench.coordinator.close()
    const next = await createYardBench({ opened: bench.opened, clock: bench.clock })
    next.caps = { ...CAPS, maxAgents: 2 }
    await next.start()
    for (const [ended, left] of [
      ['a', 3],
      ['b', 2],
      ['c', 2],
      ['d', 2],
    ] as const) {
      await next.end(ended)
      expect(alive()).toHaveLength(left)
    }
    await next.coordinator.close()
  })

  it('promise 4: nothing committed is lost by a kill, nor half installed when a commit fails', async () => {
    const path = join(folder, 'killed.db')
    const child = startChild('write', path)
    const said = await child.until('in the middle')
    await child.kill()
    const opened = await openStore({ path, at: START_AT })
    if (!opened.ok) throw new Error(opened.error.message)
    expect([...opened.value.plan.tasks.keys()].map((id) => `acknowledged ${id}`)).toEqual(
      said.slice(0, -1),
    )
    opened.value.close()
    bench.opened.setMaxPages(1)
    const seq = bench.opened.store.seq
    const description = 'x'.repeat(200_000)
    const task = { id: taskId('big'), title: 'big', description }
    expect((await bench.send({ type: 'task.add', task, nextFireAt: null })).ok).toBe(false)
    expect(bench.opened.plan.tasks.size).toBe(0)
    expect(bench.opened.store.seq).toBe(seq)
    bench.opened.setMaxPages(0)
  })

  it('promise 5: a late report of an old generation changes nothing', async () => {
    await bench.add('a')
    await bench.end('a', { how: 'never-ran', exit: null })
    const seq = bench.opened.store.seq
    bench.runtime.report(agentIdOf(1), 1, endedReport(0))
    bench.runtime.report(agentIdOf(1), 1, { kind: 'started', at: 1, pid: 5, pidStartTime: null })
    await bench.turns.idle()
    const late = await bench.send(
      {
        type: 'task.complete',
        id: taskId('a'),
        agentId: agentIdOf(1),
        generation: 1,
        artifacts: [{ kind: 'file', path: 'x' }],
        force: false,
        nextFireAt: null,
      },
      asAgent(1, 'a'),
    )
    expect(late).toMatchObject({ ok: false, error: { kind: 'stale-generation' } })
    expect(bench.opened.store.seq).toBe(seq)
    expect(alive()).toEqual(['agent-2'])
  })

  it('promise 6: every task comes to rest when its agents do', async () => {
    // Each history ends with the faults stopped, and breaks this promise if anything still moves.
    expect(await simulate({ histories: 15, seed: 60_000, steps: 250 })).toBeNull()
  })

  it('promise 7: pause and stop mean no new agent after they return', async () => {
    bench.caps = { ...CAPS, maxAgents: 1 }
    await bench.add('a')
    await bench.add('b')
    await bench.send({ type: 'yard.pause' })
    await bench.end('a')
    await bench.send({ type: 'agents.claim', claims: [claimOf('b', 9)] }, COORDINATOR)
    await bench.pass(3_600_000)
    expect(alive()).toEqual([])
    bench.coordinator.drain()
    await bench.send({ type: 'yard.resume' })
    await bench.pass(3_600_000)
    expect(alive()).toEqual([])
  })

  it('promise 8: tables == folded journal == plan', async () => {
    await bench.add('a')
    await bench.add('b', { after: taskIds('a') })
    await bench.send({ type: 'yard.pause' })
    await bench.end('a', { how: 'lost', exit: null })
    await bench.send({ type: 'task.remove', id: taskId('b') })
    const { store, plan } = bench.opened
    const folded = fold(store.journal(0, 1000))
    const reopened = await openMemoryStore(join(folder, 'yard.db'))
    for (const tables of [plan, reopened.plan]) {
      expect(Object.fromEntries(tables.tasks)).toEqual(Object.fromEntries(folded.get('task') ?? []))
      expect({ yard: tables.facts }).toEqual(Object.fromEntries(folded.get('yard') ?? []))
      expect(tables.agents.size).toBe(0)
    }
    expect(store.agents({ which: 'all' })).toEqual([...(folded.get('agent')?.values() ?? [])])
    reopened.close()
  })

  it('promise 9: what the user wrote is never destroyed', async () => {
    const words = {
      title: 'Build it',
      description: 'As I said.',
      tags: ['x'],
      deliverables: ['out.txt'],
      verify: 'test -f out.txt',
    }
    await bench.add('a', words)
    await bench.send({ type: 'task.log', id: taskId('a'), text: 'do not lose this' })
    await bench.end('a', { exit: { code: 1, signal: null } })
    await bench.send({ type: 'task.retry', id: taskId('a'), fresh: true })
    await bench.send({ type: 'agent.stop', agentId: agentIdOf(2), reason: 'killed', force: true })
    await bench.end('a', { exit: { code: null, signal: 'SIGKILL' } })
    await bench.send({ type: 'task.abandon', id: taskId('a'), withDependents: true })
    expect(bench.task('a')).toMatchObject(words)
    expect(await bench.send({ type: 'task.remove', id: taskId('a') })).toMatchObject({
      ok: false,
      error: { kind: 'in-use' },
    })
    expect(bench.opened.store.logOf(taskId('a')).map((line) => line.text)).toEqual([
      'do not lose this',
    ])
    expect(bench.opened.store.agents({ which: 'all', taskId: taskId('a') })).toHaveLength(2)
  })

  it('promise 10: no credential leaves the place it was put', async () => {
    const secret = 'sk-live-3141592653589793'
    bench.profile = { ...PROFILE, env: { API_KEY: secret } }
    await bench.add('a')
    await bench.begin('a')
    await bench.end('a', {
      exit: { code: 1, signal: null },
      failure: workFailure('auth', 'not signed in'),
    })
    expect(bench.runtime.orders[0]?.profile.env).toEqual({ API_KEY: secret })
    await bench.opened.store.copyTo(join(folder, 'copy.db'))
    for (const file of ['yard.db', 'yard.db-wal', 'copy.db'])
      expect(readFileSync(join(folder, file)).includes(secret)).toBe(false)
  })
})
