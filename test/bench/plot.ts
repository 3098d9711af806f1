/** Cost of a task by size of the graph and the wait of a dependent, beside make and ninja; draws docs/images/benchmarks.svg. */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { NewTask } from '../../src/domain/task.ts'
import {
  importTasks,
  makeYardFolder,
  openBenchYard,
  PROJECT,
  send,
  untilDone,
} from './bench-yard.ts'
import { LENGTH, measureWaits } from './latency.ts'
import { machine, median, percentile, timed } from './measure.ts'
import { mixedGraph } from './mixed-graph.ts'
import { installedPeers, peerWaits, runPeer, type Peer } from './peers.ts'
import { drawPlot, type CostLine, type Runner, type WaitLine } from './plot-svg.ts'
import type { Bench, Row } from './report.ts'
import { cost } from './throughput.ts'

const IS_QUICK = process.env['YARD_BENCH_QUICK'] === '1'
const SIZES = IS_QUICK ? [1000, 10_000] : [1000, 10_000, 100_000, 1_000_000]
/** A process each takes milliseconds: more would take an hour. */
const PROCESS_SIZES = IS_QUICK ? [1000] : [1000, 10_000]
/** Of a larger graph so many are carried out by the yard. */
const MOST_FINISHED = 200_000
const AT_ONCE = 4

/** The larger a graph, the less its figure depends on a moment of the machine. */
const turnsOf = (size: number, isProcesses: boolean): number =>
  size <= (isProcesses ? 1000 : 10_000) ? 3 : 1

export const plot: Bench = {
  name: 'plot',
  about:
    'cost of a task by size of the graph and wait of a dependent, beside make and ninja; draws docs/images/benchmarks.svg',
  async run() {
    const load = loadavg()[0] ?? 0
    const peers = installedPeers()
    await cost(5000) // lets the compiler see the whole path first
    const costs = [
      ...(await costLines(true, PROCESS_SIZES, peers)),
      ...(await costLines(false, SIZES, peers)),
    ]
    const waits: WaitLine[] = [{ runner: 'yard', waits: await measureWaits() }]
    for (const peer of peers) waits.push({ runner: peer.name, waits: peerWaits(peer, LENGTH) })
    const svg = drawPlot({ costs, waits, note: noteOf(load) })
    writeFileSync(join(PROJECT, 'docs', 'images', 'benchmarks.svg'), svg)
    return [...costRows(costs), ...waitRows(waits)]
  },
}

/** All runners take turns at each size, so that they meet the same machine. */
async function costLines(
  isProcesses: boolean,
  sizes: readonly number[],
  peers: readonly Peer[],
): Promise<CostLine[]> {
  const points = new Map<Runner, { size: number; us: number }[]>([['yard', []]])
  for (const { name } of peers) points.set(name, [])
  for (const size of sizes) {
    const turns = new Map<Runner, number[]>([...points.keys()].map((runner) => [runner, []]))
    for (let turn = 0; turn < turnsOf(size, isProcesses); turn += 1) {
      turns.get('yard')?.push(isProcesses ? await processCost(size) : await graphCost(size))
      for (const peer of peers)
        turns.get(peer.name)?.push((runPeer(peer, graph(size, isProcesses)) * 1000) / size)
    }
    for (const [runner, values] of turns) points.get(runner)?.push({ size, us: median(values) })
  }
  return [...points].map(([runner, found]) => ({ runner, isProcesses, points: found }))
}

const graphCost = async (size: number): Promise<number> =>
  (await cost(size, { finished: Math.min(size, MOST_FINISHED) })).perTaskUs

async function processCost(size: number): Promise<number> {
  const folder = await makeYardFolder()
  const yard = await openBenchYard(folder, { maxAgents: AT_ONCE })
  try {
    await send(yard, { type: 'yard.pause' })
    await importTasks(yard, mixedGraph(size, 'true'))
    const done = untilDone(yard, size)
    const ms = await timed(async () => {
      await send(yard, { type: 'yard.resume' })
      await done
    })
    return (ms * 1000) / size
  } finally {
    await yard.close()
    folder.remove()
  }
}

function* graph(size: number, isProcesses: boolean): Generator<NewTask> {
  for (const { id, title, exec, after } of mixedGraph(size, 'true'))
    yield {
      ...(id === undefined ? {} : { id }),
      title,
      ...(isProcesses && exec !== undefined ? { exec } : {}),
      ...(after === undefined ? {} : { after }),
    }
}

function noteOf(load: number): string {
  const { cores, cpu, node } = machine()
  const day = new Date().toISOString().slice(0, 10)
  return `${cores} cores, ${cpu}, Node ${node.slice(1)}, ${day}, load ${load.toFixed(1)} at the start; sizes and times are on logarithmic scales`
}

const costRows = (lines: readonly CostLine[]): Row[] =>
  lines.flatMap(({ runner, isProcesses, points }) =>
    points.map(({ size, us }) => ({
      what: `${runner}, ${size} tasks, ${isProcesses ? 'a process each' : 'the graph alone'}`,
      value: us,
      unit: 'µs a task',
    })),
  )

const waitRows = (lines: readonly WaitLine[]): Row[] =>
  lines.flatMap(({ runner, waits }) =>
    [50, 99].map((p) => ({
      what: `${runner}, wait p${p}`,
      value: percentile(waits, p),
      unit: 'ms',
    })),
  )
