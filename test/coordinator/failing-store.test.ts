/** A store whose reads and writes fail for a while, at any statement: nothing is half done, nobody is left without an answer. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { workFailure } from '../../src/domain/failure.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import { addCommand, PERSON, taskId } from '../support/plan-builder.ts'
import { plantSqliteFaults, type SqliteFaults } from '../support/sqlite-faults.ts'
import { createYardBench, endedReport, NO_BUDGET, type YardBench } from './yard-bench.ts'

let bench: YardBench
let faults: SqliteFaults
beforeEach(() => void (faults = plantSqliteFaults()))
afterEach(async () => {
  faults.restore()
  await bench.close()
})

async function open(): Promise<YardBench> {
  bench = await createYardBench()
  await bench.start()
  return bench
}

/** Sent in one turn of the loop, so that they share a transaction. */
async function sendTogether(...ids: readonly string[]) {
  const sent = ids.map((id) => bench.dispatcher.dispatch(addCommand(id), PERSON, `of-${id}`))
  await bench.turns.idle()
  return Promise.all(sent)
}
const seqs = (): number[] => bench.opened.store.journal(0, -1).map(({ seq }) => seq)
const tasks = (): string[] => [...bench.opened.plan.tasks.keys()]

describe('a read or write that fails', () => {
  it.each([
    ['at the beginning', /^BEGIN/],
    ['when the epoch is read', /owner_epoch/],
    ['when an earlier reply is looked for', /^SELECT reply/],
    ['within a command', /^INSERT INTO journal/],
    ['when a command is taken back', /^(INSERT INTO journal|ROLLBACK TO)/],
    ['at the commit', /^COMMIT/],
    ['at the commit and at the rollback', /^(COMMIT|ROLLBACK|SELECT)/],
    ['everywhere', /^/],
  ])('%s is answered as read-only, changes nothing, and is over by itself', async (_when, sql) => {
    const yard = await open()
    await yard.add('before', { delayMs: 1e9 })
    faults.fails = (text) => sql.test(text)
    const replies = await sendTogether('a', 'b')
    expect(replies.map((reply) => !reply.ok && reply.error.kind)).toEqual([
      'read-only',
      'read-only',
    ])
    expect(tasks()).toEqual(['before'])
    faults.fails = null
    await yard.pass(2000)
    expect(yard.dispatcher.readOnly()).toBeNull()
    await yard.add('after', { delayMs: 1e9 })
    expect(tasks()).toEqual(['before', 'after'])
    expect(seqs()).toEqual([1, 2])
  })

  it('of one row, with which SQLite ends the whole transaction, has each of its batch carried out alone', async () => {
    await open()
    await bench.send({ type: 'yard.pause' })
    let count = 0
    faults.endsTransaction = true
    faults.code = 'SQLITE_ERROR'
    faults.fails = (text) => text.startsWith('INSERT INTO journal') && (count += 1) === 2
    const replies = await sendTogether('a', 'b', 'c')
    expect(replies.map(({ ok }) => ok)).toEqual([true, true, true])
    expect(tasks()).toEqual(['a', 'b', 'c'])
    expect(seqs()).toEqual([1, 2, 3, 4])
  })

  it('of a row that cannot be written refuses its command alone, though all are written at the end', async () => {
    await open()
    await bench.send({ type: 'yard.pause' })
    let count = 0
    faults.code = 'SQLITE_CONSTRAINT_CHECK'
    // The second of all three, and the second of each alone.
    faults.fails = (text) => text.startsWith('INSERT INTO task') && [2, 4].includes((count += 1))
    const replies = await sendTogether('a', 'b', 'c')
    expect(replies.map((reply) => reply.ok || reply.error.kind)).toEqual([true, 'internal', true])
    expect(tasks()).toEqual(['a', 'c'])
    expect(seqs()).toEqual([1, 2, 3])
    expect(bench.opened.store.seq).toBe(3)
  })

  it('of one command alone leaves the others of its batch, and the journal without a gap', async () => {
    await open()
    await bench.send({ type: 'yard.pause' })
    let count = 0
    faults.code = 'SQLITE_CONSTRAINT_UNIQUE'
    // The second of all three, and the second of each alone.
    faults.fails = (text) => text.startsWith('INSERT INTO command') && [2, 4].includes((count += 1))
    const replies = await sendTogether('a', 'b', 'c')
    expect(replies.map((reply) => reply.ok || reply.error.kind)).toEqual([true, 'internal', true])
    expect(tasks()).toEqual(['a', 'c'])
    expect(seqs()).toEqual([1, 2, 3])
    expect(bench.opened.store.seq).toBe(3)
  })

  it('of what is remembered of a command leaves no reply to what was not done', async () => {
    await open()
    await bench.send({ type: 'yard.pause' })
    faults.code = 'SQLITE_CONSTRAINT_TRIGGER'
    faults.fails = (text) => text.startsWith('DELETE FROM command')
    const [first] = await sendTogether('a')
    expect(first).toMatchObject({ ok: false, error: { kind: 'internal' } })
    faults.fails = null
    await sendTogether('a')
    expect(tasks()).toEqual(['a'])
  })

  it('keeps the yard read-only until a write has worked, though nobody writes', async () => {
    const yard = await open()
    faults.code = 'SQLITE_FULL'
    // As a full disk: what only reads, and a commit of nothing, succeeds.
    faults.fails = (text, call) => call === 'run' && /^(INSERT|UPDATE|DELETE)/.test(text)
    expect(await yard.send({ type: 'yard.pause' })).toMatchObject({ error: { kind: 'read-only' } })
    await yard.send({ type: 'task.retry', id: taskId('nothing'), fresh: false })
    await yard.pass(30_000)
    expect(yard.dispatcher.readOnly()).not.toBeNull()
    faults.fails = null
    await yard.pass(2000)
    expect(yard.dispatcher.readOnly()).toBeNull()
  })

  it('at the commit of what the disk holds all the same stops this owner', async () => {
    const yard = await open()
    faults.isLate = true
    faults.fails = (text) => text === 'COMMIT'
    expect(await yard.send(addCommand('a'))).toMatchObject({ error: { kind: 'read-only' } })
    faults.fails = null
    expect(await yard.send(addCommand('b'))).toMatchObject({ error: { kind: 'locked' } })
    expect(yard.staleOwners.count).toBe(1)
  })
})

describe('the loop, while reads fail', () => {
  it('offers an end again that could not be worked out', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.begin('a')
    const { route } = yard
    yard.route = () => {
      throw new Error('disk I/O error')
    }
    yard.runtime.report(agentIdOf(1), 1, endedReport(yard.clock.now()))
    await yard.pass(10_000)
    expect(yard.task('a').state.kind).toBe('in-progress')
    expect(yard.runtime.launched).toEqual(['agent-1'])
    yard.route = route
    await yard.pass(2000)
    expect(yard.task('a').state.kind).toBe('done')
  })

  it('offers an end again whose cost could not be read', async () => {
    const yard = await open()
    await yard.add('a', { exec: null, executor: 'codex' })
    await yard.begin('a')
    const unknown = { outputTokens: null, cachedTokens: null, reasoningTokens: null, costUsd: null }
    const told = (inputTokens: number) => ({
      conversation: 'c',
      usage: { ...unknown, inputTokens, ofConversation: true as const },
    })
    const failure = workFailure('overload', 'busy')
    const busy = endedReport(yard.clock.now(), { exit: { code: 1, signal: null }, failure })
    yard.runtime.report(agentIdOf(1), 1, { ...busy, ...told(150) })
    await yard.pass(900_000)
    expect(yard.runtime.launched).toEqual(['agent-1', 'agent-2'])
    faults.fails = (text) => /SELECT.*FROM agent/s.test(text)
    yard.runtime.report(agentIdOf(2), 2, { ...endedReport(yard.clock.now()), ...told(500) })
    await yard.pass(10_000)
    expect(yard.task('a').state.kind).toBe('in-progress')
    faults.fails = null
    await yard.pass(2000)
    expect(yard.opened.store.agent(agentIdOf(2))).toMatchObject({ usage: { inputTokens: 350 } })
  })

  it('starts nothing past a cap that cannot be looked at, and starts it by itself later', async () => {
    const yard = await open()
    yard.economy = { budget: { ...NO_BUDGET, dayUsd: 5 }, models: {} }
    faults.fails = (text) => text.includes('FROM spent')
    yard.coordinator.onSettings()
    await yard.add('a', { exec: null, executor: 'claude' })
    await yard.pass(30_000)
    expect(yard.running()).toEqual([])
    faults.fails = null
    await yard.pass(2000)
    expect(yard.running()).toEqual(['a'])
  })
})
