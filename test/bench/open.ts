/** Opening a yard of 100,000 tasks in a fresh process: how long, and how much memory it then holds. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'vite'
import {
  importTasks,
  makeYardFolder,
  openBenchYard,
  PROJECT,
  type YardFolder,
} from './bench-yard.ts'
import { median } from './measure.ts'
import { mixedGraph } from './mixed-graph.ts'
import type { Bench } from './report.ts'

const COUNT = 100_000
const TURNS = 5

interface Opened {
  readonly openMs: number
  readonly rssMb: number
}

export const open: Bench = {
  name: 'open',
  about: 'opening a yard of 100,000 tasks in a fresh process',
  async run() {
    const folder = await makeYardFolder()
    try {
      const yard = await openBenchYard(folder, { runsAgents: false })
      await importTasks(yard, mixedGraph(COUNT, 'true'))
      await yard.close()
      const worker = await buildWorker()
      const runs = Array.from({ length: TURNS }, () => openApart(worker, folder))
      return [
        {
          what: `from openYard to its answer (median of ${TURNS})`,
          value: median(runs.map(({ openMs }) => openMs)),
          unit: 'ms',
          target: { max: 1000 },
        },
        {
          what: 'resident memory of that process',
          value: median(runs.map(({ rssMb }) => rssMb)),
          unit: 'MB',
          target: { max: 250 },
        },
      ]
    } finally {
      folder.remove()
    }
  },
}

/** As the product is: a process that strips types from its sources while it runs holds 40 MB more. */
export async function buildWorker(): Promise<string> {
  const outDir = join(PROJECT, '.cache', 'bench', 'open-worker')
  const entry = join(import.meta.dirname, 'open-worker.ts')
  await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: entry, outDir, target: 'node22', emptyOutDir: true },
  })
  return join(outDir, 'open-worker.js')
}

export function openApart(worker: string, { paths, env }: YardFolder): Opened {
  const said = execFileSync(process.execPath, [worker, paths.root], { env: { ...env } })
  const value: unknown = JSON.parse(said.toString())
  if (typeof value !== 'object' || value === null || !('openMs' in value) || !('rssMb' in value))
    throw new Error(`the worker said ${said.toString()}`)
  return { openMs: Number(value.openMs), rssMb: Number(value.rssMb) }
}
