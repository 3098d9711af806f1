import { afterEach, describe, expect, it } from 'vitest'
import {
  CAPS,
  createYardBench,
  endedReport,
  type YardBench,
  type YardBenchOptions,
} from './yard-bench.ts'
import { taskId, taskIds } from '../support/plan-builder.ts'

let bench: YardBench
const open = async (options?: YardBenchOptions): Promise<YardBench> => {
  bench = await createYardBench(options)
  await bench.start()
  return bench
}
afterEach(() => bench.close())

describe('a task from its adding to its end', () => {
  it('is claimed, launched, heard and done', async () => {
    const yard = await open()
    await yard.add('a')
    expect(yard.runtime.launched).toEqual(['agent-1'])
    expect(yard.task('a').state.kind).toBe('in-progress')
    await yard.begin('a')
    expect(yard.opened.plan.agents.get(yard.agentOf('a'))?.state.kind).toBe('working')
    await yard.end('a')
    expect(yard.task('a').state).toMatchObject({ kind: 'done', by: 'agent-1' })
    expect(yard.opened.plan.agents.size).toBe(0)
  })

  it('that a person calls done meanwhile lets its dependents start when its agent has ended', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.add('b', { after: taskIds('a') })
    await yard.begin('a')
    await yard.send({
      type: 'task.complete',
      id: taskId('a'),
      agentId: null,
      generation: null,
      artifacts: [],
      force: false,
      nextFireAt: null,
    })
    await yard.pass(CAPS.pollIntervalMs)
    expect(yard.running()).toEqual(['a'])
    const changes = {
      commit: 'c1',
      filesChanged: 1,
      insertions: 1,
      deletions: 0,
      commits: 1,
      notes: [],
    }
    yard.runtime.report(yard.agentOf('a'), 1, { ...endedReport(yard.clock.now()), changes })
    await yard.turns.idle()
    expect(yard.running()).toEqual(['b'])
    expect(yard.task('a').resultCommit).toBe('c1')
  })

  it('starts a dependent at once when its last blocker is done, without a tick of the clock', async () => {
    const yard = await open()
    await yard.add('a')
    await yard.add('b', { after: taskIds('a') })
    expect(yard.running()).toEqual(['a'])
    await yard.end('a')
    expect(yard.running()).toEqual(['b'])
    expect(yard.opened.plan.unmetOf(taskId('b'))).toBe(0)
  })
})
