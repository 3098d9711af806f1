/** An import of 100,000 tasks as one command: what the owner's loop feels of it, and how long it takes, in pieces and at once by turns. */
import { setTimeout as delay } from 'node:timers/promises'
import { makeYardFolder, openBenchYard, send } from './bench-yard.ts'
import { longestTurn, median, timed } from './measure.ts'
import { mixedGraph } from './mixed-graph.ts'
import { createNullRuntime } from './null-runtime.ts'
import type { Bench, Row } from './report.ts'

const COUNT = 100_000
const TURNS = 5
/** For what the coordinator does of it afterwards. */
const AFTER_MS = 2000

interface Measured {
  readonly importMs: number
  readonly turnMs: number
  readonly turnCpuMs: number
}

export const largeImport: Bench = {
  name: 'import',
  about: `one import of ${COUNT} tasks: the longest turn of the owner's loop until two seconds after its reply, in pieces and at once`,
  async run() {
    await measure(false)
    const [pieces, whole]: [Measured[], Measured[]] = [[], []]
    for (let i = 0; i < TURNS; i += 1) {
      pieces.push(await measure(false))
      whole.push(await measure(true))
    }
    const middle = (runs: readonly Measured[], key: keyof Measured): number =>
      median(runs.map((run) => run[key]))
    const row = (what: string, value: number, unit: string): Row => ({ what, value, unit })
    const ratio = middle(pieces, 'importMs') / middle(whole, 'importMs')
    return [
      {
        ...row('in pieces: longest turn, computed', middle(pieces, 'turnCpuMs'), 'ms'),
        target: { max: 16 },
      },
      row('in pieces: longest turn, by the clock', middle(pieces, 'turnMs'), 'ms'),
      row('in pieces: to its reply', middle(pieces, 'importMs'), 'ms'),
      row('at once: longest turn, computed', middle(whole, 'turnCpuMs'), 'ms'),
      row('at once: to its reply', middle(whole, 'importMs'), 'ms'),
      { ...row('in pieces against at once', ratio, '×'), target: { max: 1.3 } },
    ]
  },
}

async function measure(writesAtOnce: boolean): Promise<Measured> {
  const folder = await makeYardFolder('')
  const runtime = createNullRuntime()
  const yard = await openBenchYard(folder, { runtime, maxAgents: 4, writesAtOnce })
  try {
    await send(yard, { type: 'yard.pause' })
    const tasks = [...mixedGraph(COUNT, 'true')].map((task) => ({ task, nextFireAt: null }))
    await delay(AFTER_MS)
    let importMs = 0
    const turn = await longestTurn(async () => {
      importMs = await timed(() => send(yard, { type: 'tasks.import', tasks }))
      await delay(AFTER_MS)
    })
    return { importMs, turnMs: turn.ms, turnCpuMs: turn.cpuMs }
  } finally {
    await yard.close()
    folder.remove()
  }
}
