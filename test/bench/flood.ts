/** Whether the owner's loop and memory stay calm while 20 agents print a megabyte a second each. */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { TaskId } from '../../src/domain/ids.ts'
import type { NewTask } from '../../src/domain/task.ts'
import { createLiveView } from '../../src/yard/views/live-view.ts'
import { systemClock } from '../../src/base/clock.ts'
import { importTasks, makeYardFolder, openBenchYard, untilDone } from './bench-yard.ts'
import type { Bench } from './report.ts'

const AGENTS = 20
const BYTES_PER_SECOND = 1_000_000
const SECONDS = Number(process.env['YARD_BENCH_SECONDS'] ?? 120)
const SCRIPT = join(import.meta.dirname, 'flood-agent.mjs')
/** Once all run, and before the first is done. */
const SETTLE_MS = 5000

const CONFIG = `[coordinator]
max_agents = ${AGENTS}

[executors.claude]
type = "claude"
coding = false
command = ${JSON.stringify([process.execPath, SCRIPT, 'stream', String(SECONDS), String(BYTES_PER_SECOND)])}
`

export const flood: Bench = {
  name: 'flood',
  about: `${AGENTS} agents at 1 MB/s each for ${SECONDS} s, half of them parsed: the owner's loop and memory`,
  async run() {
    const folder = await makeYardFolder(CONFIG)
    const yard = await openBenchYard(folder)
    const view = createLiveView(yard, systemClock)
    const loop = monitorEventLoopDelay({ resolution: 5 })
    try {
      const done = untilDone(yard, AGENTS)
      await importTasks(yard, talkers())
      await delay(SETTLE_MS)
      const rssBefore = process.memoryUsage().rss
      const cpuBefore = process.cpuUsage()
      let rssMost = rssBefore
      const sampler = setInterval(() => {
        rssMost = Math.max(rssMost, process.memoryUsage().rss)
      }, 500)
      const from = performance.now()
      loop.enable()
      await done
      loop.disable()
      clearInterval(sampler)
      const cpu = process.cpuUsage(cpuBefore)
      const tookMs = performance.now() - from
      return [
        { what: 'loop delay p50', value: loop.percentile(50) / 1e6, unit: 'ms' },
        {
          what: 'loop delay p99',
          value: loop.percentile(99) / 1e6,
          unit: 'ms',
          target: { max: 50 },
        },
        { what: 'loop delay, longest', value: loop.max / 1e6, unit: 'ms' },
        {
          what: 'RSS growth',
          value: (rssMost - rssBefore) / 2 ** 20,
          unit: 'MB',
          target: { max: 100 },
        },
        { what: 'RSS at most', value: rssMost / 2 ** 20, unit: 'MB' },
        {
          what: 'CPU of the owner, tail worker included',
          value: (cpu.user + cpu.system) / tookMs / 10,
          unit: '%',
        },
      ]
    } finally {
      view.close()
      await yard.close()
      folder.remove()
    }
  },
}

function* talkers(): Generator<NewTask> {
  const raw = `exec '${process.execPath}' '${SCRIPT}' raw ${SECONDS} ${BYTES_PER_SECOND}`
  for (let i = 0; i < AGENTS; i += 1) {
    const common = { id: `f${i}` as TaskId, title: `talker ${i}` }
    yield i % 2 === 0 ? { ...common, exec: raw } : { ...common, executor: 'claude' }
  }
}
