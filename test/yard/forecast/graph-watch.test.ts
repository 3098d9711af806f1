import { beforeEach, expect, it } from 'vitest'
import type { Command } from '../../../src/domain/command.ts'
import type { KeptForecast } from '../../../src/store/forecasts.ts'
import { createGraphWatch } from '../../../src/yard/forecast/graph-watch.ts'
import { addCommand, createBench, type Bench, taskId, taskIds } from '../../support/plan-builder.ts'

const SAID = {
  subject: 'graph-7',
  at: 1000,
  p05: 10,
  p25: 20,
  p50: 30,
  p75: 40,
  p95: 50,
  stretch: 1,
}

let bench: Bench
let ended: KeptForecast[]
let now = 1000
let watch: ReturnType<typeof createGraphWatch>
beforeEach(() => {
  bench = createBench()
  ended = []
  now = 1000
  for (const id of ['a', 'b']) bench.run(addCommand(id))
  watch = createGraphWatch(
    bench.plan,
    () => now,
    (row) => void ended.push(row),
  )
})

/** Carried out, and told as its commit would tell it. */
function commit(command: Command): void {
  const from = bench.changes.length
  bench.must(command)
  const changes = bench.changes.slice(from)
  watch.note({ from: 0, seq: 0, changes, touched: new Set() })
}
const done = (id: string): Command => ({
  type: 'task.complete',
  id: taskId(id),
  agentId: null,
  generation: null,
  artifacts: [],
  force: true,
  nextFireAt: null,
})
const soon = () => new Promise((resolve) => setImmediate(resolve))

it('is told when the last of those tasks is over, with how long that took', async () => {
  watch.watch(SAID, taskIds('a', 'b'))
  expect(watch.isWatching()).toBe(true)
  commit(addCommand('later'))
  now = 1020
  commit(done('a'))
  await soon()
  expect(ended).toEqual([])
  now = 1045
  commit(done('b'))
  await soon()
  expect(ended).toEqual([{ ...SAID, kind: 'graph', realMs: 45 }])
  expect(watch.isWatching()).toBe(false)
})

it('learns nothing where a person has to act, or the yard stands still', async () => {
  watch.watch(SAID, taskIds('a', 'b'))
  commit({
    type: 'task.fail',
    id: taskId('a'),
    agentId: null,
    generation: null,
    reason: 'no',
    class: 'reported',
    nextFireAt: null,
  })
  expect(watch.isWatching()).toBe(false)
  watch.watch(SAID, taskIds('b'))
  commit({ type: 'yard.pause' })
  expect(watch.isWatching()).toBe(false)
  // Nor is one begun then.
  watch.watch(SAID, taskIds('b'))
  expect(watch.isWatching()).toBe(false)
  await soon()
  expect(ended).toEqual([])
})

it('a task that is given up or removed is over, too', async () => {
  watch.watch(SAID, taskIds('a', 'b'))
  commit({ type: 'task.remove', id: taskId('a') })
  commit({ type: 'task.abandon', id: taskId('b'), withDependents: false })
  await soon()
  expect(ended).toHaveLength(1)
})
