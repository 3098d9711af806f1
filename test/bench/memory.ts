/** What a service holds after thousands of short tasks. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { yard, type CommandPlace } from '../chaos/yard-command.ts'
import { makeYardFolder, PROJECT } from './bench-yard.ts'
import type { Bench } from './report.ts'

const COUNT = 3000
const MAX_AGENTS = 8
const LOOK_MS = 2000

export const memory: Bench = {
  name: 'memory',
  about: `resident memory of a service before and after ${COUNT} short tasks, ${MAX_AGENTS} at once`,
  async run() {
    // As the product is: a process that strips types from its sources while it runs holds 40 MB more.
    execFileSync(process.execPath, [join(PROJECT, 'scripts', 'build.mjs')], { stdio: 'inherit' })
    const folder = await makeYardFolder(`[coordinator]\nmax_agents = ${MAX_AGENTS}\n`)
    const place = { root: folder.paths.root, env: folder.env }
    try {
      await must(place, 'service', 'start')
      const { pid } = await statusOf(place)
      const before = residentMb(pid)
      const file = join(folder.paths.yard, 'tasks.json')
      writeFileSync(file, JSON.stringify({ task: [...shortTasks()] }))
      await must(place, 'import', file)
      let most = before
      while ((await statusOf(place)).done < COUNT) {
        most = Math.max(most, residentMb(pid))
        await delay(LOOK_MS)
      }
      const after = residentMb(pid)
      return [
        { what: 'a service with no task', value: before, unit: 'MB' },
        { what: 'seen at most', value: Math.max(most, after), unit: 'MB' },
        { what: `after ${COUNT} tasks`, value: after, unit: 'MB', target: { max: 200 } },
      ]
    } finally {
      await yard(place, 'service', 'stop', '--kill-agents')
      folder.remove()
    }
  },
}

function* shortTasks() {
  for (let i = 0; i < COUNT; i += 1) yield { id: `t${i}`, title: `Task ${i}`, exec: 'true' }
}

async function must(place: CommandPlace, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await yard(place, ...words)
  if (code !== 0) throw new Error(`yard ${words.join(' ')}: ${stderr}`)
  return stdout
}

async function statusOf(place: CommandPlace): Promise<{ pid: number; done: number }> {
  const status = JSON.parse(await must(place, 'service', 'status', '--json')) as {
    pid: number
    tasks: Record<string, number>
  }
  return { pid: status.pid, done: status.tasks['done'] ?? 0 }
}

/** Linux only. */
function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
  return Number(kb) / 1024
}
