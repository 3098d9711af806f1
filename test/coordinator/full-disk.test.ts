import { afterEach, describe, expect, it } from 'vitest'
import { CAPS, createYardBench, endedReport, type YardBench } from './yard-bench.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { PERSON, taskId } from '../support/plan-builder.ts'
import { agentIdOf } from '../../src/domain/ids.ts'

const disk = { isFull: false, commits: 0 }
const fillable = (opened: OpenStore): OpenStore => ({
  ...opened,
  writer: {
    ...opened.writer,
    commit() {
      disk.commits += 1
      if (disk.isFull) throw Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' })
      opened.writer.commit()
    },
  },
})

let bench: YardBench
const open = async (): Promise<YardBench> => {
  disk.isFull = false
  disk.commits = 0
  bench = await createYardBench({ wrap: fillable })
  await bench.start()
  return bench
}
afterEach(() => bench.close())

describe('on a full disk', () => {
  it('a command is refused as read-only, changes nothing, and works again when there is space', async () => {
    const yard = await open()
    disk.isFull = true
    const reply = await yard.send({ type: 'yard.pause' })
    expect(reply).toMatchObject({ ok: false, error: { kind: 'read-only' } })
    expect(yard.opened.plan.facts.paused).toBe(false)
    expect(yard.dispatcher.readOnly()).toContain('full')
    disk.isFull = false
    expect((await yard.send({ type: 'yard.pause' })).ok).toBe(true)
    expect(yard.dispatcher.readOnly()).toBeNull()
  })

  it('a report is sent again about once a second, and its task goes on when there is space', async () => {
    const yard = await open()
    await yard.add('a')
    disk.isFull = true
    yard.runtime.report(agentIdOf(1), 1, endedReport(0, { how: 'never-ran', exit: null }))
    await yard.turns.idle()
    disk.commits = 0
    await yard.pass(60_000)
    expect(disk.commits).toBeGreaterThan(30)
    expect(disk.commits).toBeLessThan(200)
    disk.isFull = false
    await yard.pass(2000)
    expect(yard.agentOf('a')).toBe('agent-2')
  })

  it('an agent that a person kills is ended, and was killed once there is space', async () => {
    const yard = await open()
    await yard.add('a', { maxAttempts: 3 })
    await yard.begin('a')
    const agentId = yard.agentOf('a')
    disk.isFull = true
    const stop = { type: 'agent.stop', agentId, reason: 'killed', force: false } as const
    expect(await yard.send(stop)).toMatchObject({ ok: false, error: { kind: 'read-only' } })
    yard.coordinator.stopUnsaved(stop, PERSON)
    expect(yard.runtime.stops).toEqual([{ id: agentId, force: false }])
    await yard.pass(5000)
    yard.runtime.report(
      agentId,
      1,
      endedReport(yard.clock.now(), { exit: { code: 143, signal: 'SIGTERM' } }),
    )
    await yard.pass(5000)
    disk.isFull = false
    await yard.pass(5000)
    expect(yard.task('a')).toMatchObject({ held: true, attempts: 0, generation: 1 })
    expect(yard.running()).toEqual([])
  })

  it('an agent whose time is up is ended, and that is its end once there is space', async () => {
    const yard = await open()
    await yard.add('a', { timeoutMs: 60_000, maxAttempts: 1 })
    await yard.begin('a')
    const agentId = yard.agentOf('a')
    disk.isFull = true
    await yard.pass(61_000)
    expect(yard.runtime.stops[0]).toEqual({ id: agentId, force: false })
    const exit = { code: 143, signal: 'SIGTERM' }
    yard.runtime.report(agentId, 1, endedReport(yard.clock.now(), { exit }))
    await yard.pass(5000)
    disk.isFull = false
    await yard.pass(5000)
    expect(yard.task('a').state).toMatchObject({ kind: 'failed', failure: { class: 'timeout' } })
  })

  it('the yard notices by itself that there is space again', async () => {
    const yard = await open()
    disk.isFull = true
    await yard.send({ type: 'yard.pause' })
    disk.isFull = false
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.dispatcher.readOnly()).toBeNull()
  })

  it('a claim whose commit fails is tried again although nobody sends a command', async () => {
    const yard = await open()
    await yard.add('a', { delayMs: 5000 })
    disk.isFull = true
    await yard.pass(60_000)
    expect(yard.running()).toEqual([])
    disk.isFull = false
    await yard.pass(2000)
    expect(yard.running()).toEqual(['a'])
  })

  it('a breaker that falls due does not spin the loop', async () => {
    const yard = await open()
    await yard.send({
      type: 'breaker.trip',
      key: 'provider:x',
      kind: 'provider',
      subject: 'x',
      reason: 'r',
      until: yard.clock.now() + 1000,
    })
    disk.isFull = true
    disk.commits = 0
    await yard.pass(60_000)
    expect(disk.commits).toBeLessThan(200)
    disk.isFull = false
    await yard.pass(2000)
    expect(yard.opened.plan.breakers.size).toBe(0)
  })

  it('a report of an end waits, its agent is launched by nobody, and it is saved when there is space', async () => {
    const yard = await open()
    await yard.add('a')
    disk.isFull = true
    yard.runtime.report(agentIdOf(1), 1, endedReport(0, { how: 'not-launched', exit: null }))
    await yard.pass(300_000)
    expect(yard.runtime.launched).toEqual(['agent-1'])
    disk.isFull = false
    await yard.pass(2000)
    expect(yard.opened.store.agent(agentIdOf(1))?.state.kind).toBe('ended')
    expect(yard.opened.plan.tasks.get(taskId('a'))?.attempts).toBe(1)
  })
})
