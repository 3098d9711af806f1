import { afterEach, describe, expect, it } from 'vitest'
import { createYardBench, endedReport, type YardBench } from './yard-bench.ts'
import { messageAt, sendingTo } from '../support/mail.ts'
import { plantSqliteFaults } from '../support/sqlite-faults.ts'
import { taskIds } from '../support/plan-builder.ts'
import { agentIdOf } from '../../src/domain/ids.ts'

let bench: YardBench
afterEach(() => bench.close())

/** A yard whose owner died with `a` claimed; the next owner finds what `found` says. */
async function afterCrash(found: YardBench['runtime']['onRecover']): Promise<YardBench> {
  bench = await createYardBench()
  await bench.start()
  await bench.add('a')
  await bench.add('b', { after: taskIds('a') })
  await bench.coordinator.close()
  bench.clock.advance(10)
  const next = await createYardBench({ opened: bench.opened, clock: bench.clock })
  next.runtime.onRecover = found
  await next.start()
  return next
}

describe('the next owner', () => {
  it('settles an agent that finished while nobody watched, with its true exit', async () => {
    const yard = await afterCrash((order) => endedReport(order.agent.claimedAt + 5))
    expect(yard.task('a').state.kind).toBe('done')
    expect(yard.opened.store.agent(agentIdOf(1))).toMatchObject({
      exitCode: 0,
      endedAt: yard.clock.now() - 5,
    })
    expect(yard.running()).toEqual(['b'])
  })

  it('adopts one that lives and starts nobody else on its task', async () => {
    const yard = await afterCrash(() => ({ kind: 'started', at: 1, pid: 7, pidStartTime: '9' }))
    expect(yard.opened.plan.agents.get(agentIdOf(1))).toMatchObject({ pid: 7 })
    expect(yard.runtime.launched).toEqual([])
    expect(yard.running()).toEqual(['a'])
  })

  it('starts anew, in a new generation and without spending an attempt, what never began', async () => {
    const yard = await afterCrash(() => endedReport(1, { how: 'never-ran', exit: null }))
    expect(yard.runtime.launched).toEqual(['agent-2'])
    expect(yard.task('a')).toMatchObject({ generation: 2, attempts: 0 })
  })

  it('begins although one cannot be looked at, which it looks at later and never launches anew', async () => {
    bench = await createYardBench()
    await bench.add('a')
    const sending = sendingTo(['task:a'], messageAt(bench.clock.now(), 'Hello'))
    await bench.send({ type: 'message.send', ...sending })
    await bench.start()
    await bench.coordinator.close()
    const next = await createYardBench({ opened: bench.opened, clock: bench.clock })
    const faults = plantSqliteFaults()
    try {
      faults.fails = (sql) => sql.includes('FROM message WHERE id')
      await next.start()
      await next.add('b')
      expect([next.runtime.recovered, next.running()]).toEqual([[], ['a', 'b']])
      faults.fails = null
      await next.pass(60_000)
      expect(next.runtime.recovered).toEqual(['agent-1'])
      expect(next.runtime.launched).toHaveLength(1)
    } finally {
      faults.restore()
    }
  })

  it('retries as lost what vanished', async () => {
    const yard = await afterCrash(() => endedReport(1, { how: 'lost', exit: null }))
    expect(yard.running()).toEqual([])
    expect(yard.task('a')).toMatchObject({ attempts: 1, lastFailure: { class: 'lost' } })
    await yard.pass(10_000)
    expect(yard.running()).toEqual(['a'])
  })
})
