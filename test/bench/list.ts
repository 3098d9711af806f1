/** The command line as a person waits for it, against a bare start of Node by turns, and what an idle service costs. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { yard, type CommandPlace } from '../chaos/yard-command.ts'
import { importTasks, makeYardFolder, openBenchYard, PROJECT } from './bench-yard.ts'
import { median, timed } from './measure.ts'
import { mixedGraph } from './mixed-graph.ts'
import type { Bench, Row } from './report.ts'

const COUNT = 5000
const TURNS = 9
const IDLE_SECONDS = Number(process.env['YARD_BENCH_SECONDS'] ?? 60)
/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

export const list: Bench = {
  name: 'list',
  about: `\`yard --version\` and \`yard list\` of ${COUNT} tasks as whole processes, against a bare start of Node; CPU of an idle service over ${IDLE_SECONDS} s`,
  async run() {
    const folder = await makeYardFolder()
    const place = { root: folder.paths.root, env: folder.env }
    try {
      const opened = await openBenchYard(folder, { runsAgents: false })
      await importTasks(opened, drafts())
      await opened.close()
      const alone = await startsOf(place)
      await must(place, 'service', 'start')
      const served = await startsOf(place)
      const rows = [
        ...rowsOf('no owner', alone, 5),
        ...rowsOf('with a service', served, 3),
        ...versionRows(alone),
      ]
      const cpu = await idleCpu(await servicePid(place))
      return [
        ...rows,
        {
          what: 'CPU of the idle service, of one core',
          value: cpu,
          unit: '%',
          target: { max: 0.5 },
        },
      ]
    } finally {
      await yard(place, 'service', 'stop')
      folder.remove()
    }
  },
}

function* drafts() {
  for (const task of mixedGraph(COUNT, 'true')) yield { ...task, paused: true }
}

/** Medians, ms, each measured between the others: one after the other would compare two states of the machine. */
interface Starts {
  readonly bare: number
  readonly version: number
  readonly list: number
  /** The same from the sources; null where they are what is measured anyway. */
  readonly sources: { readonly version: number; readonly list: number } | null
}

async function startsOf(place: CommandPlace): Promise<Starts> {
  const ofSources = { ...place, env: { ...place.env, YARD_DEV: '1' } }
  const isBuilt = existsSync(join(PROJECT, 'out/main/cli.js'))
  const starts = [
    bareStart,
    () => must(place, '--version'),
    () => must(place, 'list'),
    ...(isBuilt ? [() => must(ofSources, '--version'), () => must(ofSources, 'list')] : []),
  ]
  const runs: number[][] = starts.map(() => [])
  // The first turn compiles what the others find compiled.
  for (let turn = -1; turn < TURNS; turn += 1)
    for (const [index, start] of starts.entries()) {
      const ms = await timed(start)
      if (turn >= 0) runs[index]?.push(ms)
    }
  const [bare = NaN, version = NaN, list = NaN, ...sources] = runs.map(median)
  const [sourceVersion, sourceList] = sources
  return {
    bare,
    version,
    list,
    sources:
      sourceVersion === undefined || sourceList === undefined
        ? null
        : { version: sourceVersion, list: sourceList },
  }
}

const bareStart = (): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, ['-e', ''], (error) => (error ? reject(error) : resolve()))
  })

function rowsOf(where: string, { bare, list, sources }: Starts, most: number): Row[] {
  const what = `yard list, ${where}`
  return [
    { what, value: list, unit: 'ms', target: { max: 400 } },
    { what: `${what}, of a bare start`, value: list / bare, unit: '×', target: { max: most } },
    ...(sources
      ? [{ what: `${what}, from sources, of a bare start`, value: sources.list / bare, unit: '×' }]
      : []),
  ]
}

function versionRows({ bare, version, sources }: Starts): Row[] {
  const what = 'yard --version, of a bare start'
  return [
    { what: 'a bare start of Node', value: bare, unit: 'ms' },
    { what, value: version / bare, unit: '×', target: { max: 1.3 } },
    ...(sources
      ? [{ what: `${what}, from sources`, value: sources.version / bare, unit: '×' }]
      : []),
  ]
}

async function must(place: CommandPlace, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await yard(place, ...words)
  if (code !== 0) throw new Error(`yard ${words.join(' ')}: ${stderr}`)
  return stdout
}

async function servicePid(place: CommandPlace): Promise<number> {
  const status: unknown = JSON.parse(await must(place, 'service', 'status', '--json'))
  if (typeof status !== 'object' || status === null || !('pid' in status))
    throw new Error('the service has no pid')
  return Number(status.pid)
}

/** Of the service and the launcher below it, in percent of one core. Linux only. */
async function idleCpu(pid: number): Promise<number> {
  const pids = [pid, ...childrenOf(pid)]
  await delay(3000) // what the start has left to do
  const before = ticksOf(pids)
  await delay(IDLE_SECONDS * 1000)
  return ((ticksOf(pids) - before) / TICKS_PER_SECOND / IDLE_SECONDS) * 100
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number)

const ticksOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return sum + Number(fields[11]) + Number(fields[12])
  }, 0)
