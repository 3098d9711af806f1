/** `yard list` of 5,000 tasks as a person waits for it, and what an idle service costs. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { yard, type CommandPlace } from '../chaos/yard-command.ts'
import { importTasks, makeYardFolder, openBenchYard } from './bench-yard.ts'
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
  about: `\`yard list\` of ${COUNT} tasks as a whole process; CPU of an idle service over ${IDLE_SECONDS} s`,
  async run() {
    const folder = await makeYardFolder()
    const place = { root: folder.paths.root, env: folder.env }
    try {
      const opened = await openBenchYard(folder, { runsAgents: false })
      await importTasks(opened, drafts())
      await opened.close()
      const alone = await listMs(place)
      await must(place, 'service', 'start')
      const served = await listMs(place)
      const rows: Row[] = [
        { what: 'yard list, no owner', value: alone, unit: 'ms', target: { max: 400 } },
        { what: 'yard list, with a service', value: served, unit: 'ms', target: { max: 400 } },
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

async function listMs(place: CommandPlace): Promise<number> {
  const runs: number[] = []
  for (let turn = 0; turn < TURNS; turn += 1) runs.push(await timed(() => must(place, 'list')))
  return median(runs)
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
