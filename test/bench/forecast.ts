/** What a forecast of 5,000 tasks costs, and whether the owner's loop feels it: the play is in a worker, all else in short pieces. */
import { setTimeout as delay } from 'node:timers/promises'
import type { TaskId } from '../../src/domain/ids.ts'
import type { NewTask } from '../../src/domain/task.ts'
import type { Yard } from '../../src/yard/yard.ts'
import { importTasks, makeYardFolder, openBenchYard, send, untilDone } from './bench-yard.ts'
import { median, percentile } from './measure.ts'
import { mixedGraph } from './mixed-graph.ts'
import { createNullRuntime } from './null-runtime.ts'
import type { Bench } from './report.ts'

const TASKS = 5000
/** Ended tries that it learns from. */
const TRIES = 2000
const ROUNDS = 15
/** Between two forecasts, as a client leaves it; each commit makes the one before worth nothing. */
const PAUSE_MS = 250
/** The measure's own step, which is part of each delay that it tells. */
const STEP_MS = 1

export const forecast: Bench = {
  name: 'forecast',
  about: `loop delay while ${ROUNDS} forecasts of ${TASKS} tasks with ${TRIES} past tries are made and written as JSON, against the same time idle`,
  async run() {
    const folder = await makeYardFolder()
    const yard = await openBenchYard(folder, { maxAgents: 20, runtime: createNullRuntime() })
    try {
      const done = untilDone(yard, TRIES)
      await importTasks(yard, pastTasks())
      await done
      await send(yard, { type: 'yard.pause' })
      await importTasks(yard, mixedGraph(TASKS, 'true'))
      // The first one reads the past and starts the worker.
      const first = await timedForecast(yard)
      const [busy, idle] = [createMeter(), createMeter()]
      const times: number[] = []
      // Turn about, so that what else this machine does meets both.
      for (let round = 0; round < ROUNDS; round += 1) {
        await commitSomething(yard, round)
        times.push(await busy.during(() => timedForecast(yard)))
        await delay(PAUSE_MS)
        await commitSomething(yard, round)
        await idle.during(() => delay(median(times)))
      }
      const ms = { unit: 'ms' } as const
      return [
        { what: 'first forecast', value: first, ...ms },
        { what: 'forecast, median', value: median(times), ...ms },
        { what: 'idle: loop delay p99', value: idle.p99(), ...ms },
        { what: 'forecasts: loop delay p99', value: busy.p99(), ...ms },
        { what: 'forecasts: longest', value: busy.longest(), ...ms },
        {
          what: 'p99 against idle',
          value: busy.p99() / idle.p99(),
          unit: '×',
          target: { max: 2 },
        },
      ]
    } finally {
      await yard.close()
      folder.remove()
    }
  },
}

function* pastTasks(): Generator<NewTask> {
  for (let i = 0; i < TRIES; i += 1)
    yield { id: `old-${i}` as TaskId, title: `old ${i}`, exec: 'true', tags: [KINDS[i % 4] ?? ''] }
}
const KINDS = ['docs', 'test', 'ops', 'review']

const commitSomething = (yard: Yard, round: number): Promise<void> =>
  send(yard, {
    type: 'task.edit',
    id: 't1' as TaskId,
    edit: { title: `task 1, round ${round}` },
    nextFireAt: null,
  })

async function timedForecast(yard: Yard): Promise<number> {
  const from = performance.now()
  const told = await yard.forecasts.read({ ids: null, tasks: true })
  if (!told.ok) throw new Error(told.error.message)
  if (told.value.left !== TASKS) throw new Error(`it is of ${told.value.left} tasks`)
  JSON.stringify(told.value)
  return performance.now() - from
}

/** How long a timer of the loop really took, ms. One histogram cannot be paused: it would count the pause. */
function createMeter() {
  const delays: number[] = []
  return {
    async during<T>(run: () => Promise<T>): Promise<T> {
      let before = performance.now()
      const timer = setInterval(() => {
        const now = performance.now()
        delays.push(now - before)
        before = now
      }, STEP_MS)
      const value = await run()
      clearInterval(timer)
      return value
    },
    p99: () => percentile(delays, 99),
    longest: () => percentile(delays, 100),
  }
}
