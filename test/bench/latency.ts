/** From the end of a dependency to the start of its dependent's process, over a chain. */
import type { TaskId } from '../../src/domain/ids.ts'
import type { NewTask } from '../../src/domain/task.ts'
import type { Yard } from '../../src/yard/yard.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importTasks, makeYardFolder, openBenchYard, send, untilDone } from './bench-yard.ts'
import { percentile } from './measure.ts'
import type { Bench } from './report.ts'

export const LENGTH = 200

export const latency: Bench = {
  name: 'latency',
  about: `dependency finished → dependent's process started, over ${LENGTH} chained tasks`,
  async run() {
    const waits = await measureWaits()
    return [
      { what: 'p50', value: percentile(waits, 50), unit: 'ms', target: { max: 15 } },
      { what: 'p99', value: percentile(waits, 99), unit: 'ms', target: { max: 75 } },
      { what: 'longest', value: percentile(waits, 100), unit: 'ms' },
    ]
  },
}

/** ms, one for each link but the first. */
export async function measureWaits(): Promise<number[]> {
  const folder = await makeYardFolder()
  const yard = await openBenchYard(folder, { maxAgents: 4 })
  try {
    await send(yard, { type: 'yard.pause' })
    await importTasks(yard, chain())
    const done = untilDone(yard, LENGTH)
    await send(yard, { type: 'yard.resume' })
    await done
    return waitsOf(yard)
  } finally {
    await yard.close()
    folder.remove()
  }
}

const idOf = (i: number): TaskId => `t${i}` as TaskId

/** Each task writes down when it began, as its own first act. */
function* chain(): Generator<NewTask> {
  for (let i = 0; i < LENGTH; i += 1)
    yield {
      id: idOf(i),
      title: `link ${i}`,
      exec: 'exec date +%s%N',
      after: i === 0 ? [] : [idOf(i - 1)],
    }
}

/** The end is the time of exit.json, the start is what the dependent's process printed: both told by the kernel's clock. */
function waitsOf(yard: Yard): number[] {
  const agents = yard.store.agents({ which: 'all' })
  const times = new Map(
    agents.map(({ id, taskId, endedAt }) => {
      const printed = readFileSync(join(yard.paths.agents, id, 'stdout.log'), 'utf8')
      return [taskId, { startedAt: Number(printed) / 1e6, endedAt: endedAt ?? Number.NaN }]
    }),
  )
  const waits: number[] = []
  for (let i = 1; i < LENGTH; i += 1) {
    const before = times.get(idOf(i - 1))
    const after = times.get(idOf(i))
    if (before && after) waits.push(after.startedAt - before.endedAt)
  }
  return waits
}
