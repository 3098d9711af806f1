import { afterEach, expect, it } from 'vitest'
import { createYardBench, type YardBench } from './yard-bench.ts'

let bench: YardBench
afterEach(() => bench.close())

it('is shown by the loop at once and every five seconds, to whoever listens', async () => {
  bench = await createYardBench()
  await bench.start()
  const shown: number[] = []
  const startedAt = bench.clock.now()
  const off = bench.coordinator.onHeartbeat((at) => shown.push(at - startedAt))
  await bench.turns.idle()
  await bench.pass(12_000)
  expect(shown).toEqual([0, 5000, 10_000])
  off()
  await bench.pass(20_000)
  expect(shown).toHaveLength(3)
})

it('is not shown by a loop that stands still while timers fire', async () => {
  bench = await createYardBench()
  await bench.start()
  const shown: number[] = []
  bench.coordinator.onHeartbeat((at) => shown.push(at))
  await bench.turns.idle()
  bench.clock.stall(30_000)
  expect(shown).toHaveLength(1)
  expect(bench.coordinator.heartbeatAgeMs()).toBe(30_000)
  await bench.pass(1)
  expect(shown).toHaveLength(2)
  expect(bench.coordinator.heartbeatAgeMs()).toBeLessThan(5)
})
