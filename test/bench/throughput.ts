/** How many tasks a second the whole coordinator finishes when agents cost nothing, and whether that depends on the size of the graph. */
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import { importTasks, makeYardFolder, openBenchYard, send, untilDone } from './bench-yard.ts'
import { median, timed } from './measure.ts'
import { mixedGraph } from './mixed-graph.ts'
import { createNullRuntime } from './null-runtime.ts'
import type { Bench, Row } from './report.ts'

export const MAX_AGENTS = 256
const SIZES = { small: 1000, usual: 100_000, large: 1_000_000 }
/** Of the large graph only so many are carried out: enough to tell the cost of one, and done before you lose patience. */
const LARGE_FINISHED = 200_000

export const throughput: Bench = {
  name: 'throughput',
  about: 'tasks finished a second with a null executor; cost per task at 1,000 and 1,000,000 tasks',
  async run() {
    await cost(5000) // lets the compiler see the whole path first
    const small: number[] = []
    for (let i = 0; i < 9; i += 1) small.push((await cost(SIZES.small)).perTaskUs)
    const usual = await cost(SIZES.usual)
    const full = await cost(SIZES.usual, { synchronous: 'full' })
    const rows: Row[] = [
      row('100,000 tasks, synchronous = normal', 1e6 / usual.perTaskUs, '/s', { min: 5000 }),
      row('100,000 tasks, synchronous = full', 1e6 / full.perTaskUs, '/s'),
      row('import of 100,000 tasks', usual.importMs, 'ms'),
      row('cost per task of 1,000 (median of 9)', median(small), 'µs'),
      row('cost per task of 100,000', usual.perTaskUs, 'µs'),
    ]
    if (process.env['YARD_BENCH_QUICK'] === '1') return rows
    const large = await cost(SIZES.large, { finished: LARGE_FINISHED })
    return [
      ...rows,
      row('cost per task of 1,000,000', large.perTaskUs, 'µs'),
      row('1,000,000 against 1,000', large.perTaskUs / median(small), '×', { max: 2 }),
    ]
  },
}

const row = (what: string, value: number, unit: string, target?: Row['target']): Row => ({
  what,
  value,
  unit,
  ...(target ? { target } : {}),
})

interface CostOptions {
  readonly finished?: number
  readonly synchronous?: 'normal' | 'full'
  readonly judging?: JudgingPort
}

export async function cost(
  count: number,
  { finished = count, synchronous = 'normal', judging }: CostOptions = {},
): Promise<{ perTaskUs: number; importMs: number }> {
  const folder = await makeYardFolder(`[store]\nsynchronous = "${synchronous}"\n`)
  const yard = await openBenchYard(folder, {
    runtime: createNullRuntime(),
    maxAgents: MAX_AGENTS,
    ...(judging ? { judging } : {}),
  })
  try {
    await send(yard, { type: 'yard.pause' })
    const importMs = await timed(() => importTasks(yard, mixedGraph(count, 'true')))
    const done = untilDone(yard, finished)
    const from = performance.now()
    await send(yard, { type: 'yard.resume' })
    return { perTaskUs: (((await done) - from) * 1000) / finished, importMs }
  } finally {
    await yard.close()
    folder.remove()
  }
}
