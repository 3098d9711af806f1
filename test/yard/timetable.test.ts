/** Times of a repeating task that passed without a start. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addCommand, claimOf, COORDINATOR } from '../support/plan-builder.ts'
import { MOST_MISSED } from '../../src/yard/timetable.ts'
import { openPageBench, type PageBench } from './page-client.ts'

const HOUR = 3_600_000
const SECOND = 1000

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
  const schedule = { spec: '0 * * * *', tz: 'UTC' }
  await bench.run(addCommand('hourly', { schedule }, bench.clock.now() + HOUR))
})
afterEach(() => bench.close())

const missed = async (): Promise<number | undefined> =>
  (await bench.client.task.scheduleList()).find(({ id }) => id === 'hourly')?.missed

describe('missed times', () => {
  it('are none while its time is to come, and within a minute of it', async () => {
    expect(await missed()).toBe(0)
    bench.clock.advance(HOUR + 60 * SECOND)
    expect(await missed()).toBe(0)
  })

  it('are counted while it is due, and while the run that makes up for them is under way', async () => {
    bench.clock.advance(HOUR + 61 * SECOND)
    expect(await missed()).toBe(1)
    bench.clock.advance(HOUR)
    expect(await missed()).toBe(2)
    await bench.run({ type: 'agents.claim', claims: [claimOf('hourly', 1)] }, COORDINATOR)
    bench.clock.advance(3 * HOUR)
    expect(await missed()).toBe(2)
  })

  it('are none for a run that began in time, however long it takes', async () => {
    bench.clock.advance(HOUR)
    await bench.run({ type: 'agents.claim', claims: [claimOf('hourly', 1)] }, COORDINATOR)
    bench.clock.advance(5 * HOUR)
    expect(await missed()).toBe(0)
  })

  it('are counted only so far', async () => {
    bench.clock.advance(1000 * HOUR)
    expect(await missed()).toBe(MOST_MISSED)
  })
})
