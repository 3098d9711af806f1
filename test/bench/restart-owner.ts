/**
 * An owner of the bench `restart`, in a process of its own: opens the yard in its first argument with room for as many agents as the
 * second says, reports what that took, adds as many tasks as the third says, and ends all agents when its stdin ends. The fourth is the
 * built launcher.
 */
import { once } from 'node:events'
import { yardPaths } from '../../src/config/paths.ts'
import type { Yard } from '../../src/yard/yard.ts'
import { importTasks, openBenchYard } from './bench-yard.ts'

export interface OwnerReport {
  readonly openMs: number
  /** By agent, of those that the owner holds when the yard is open. */
  readonly pids: Readonly<Record<string, number>>
}

const [root = '', room = '', count = '', launcherEntry = ''] = process.argv.slice(2)
const env: Record<string, string> = {}
for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value
const folder = { paths: yardPaths(root), env, remove: () => {} }

const from = performance.now()
const yard = await openBenchYard(folder, { maxAgents: Number(room), launcherEntry })
report(performance.now() - from)
await importTasks(yard, sleepers(Number(count)))
await untilWorking(yard, Number(room))
report(performance.now() - from)
process.stdin.resume()
await once(process.stdin, 'end')
const ended = await yard.kill(
  [...yard.plan.agents.keys()],
  { force: true, redispatch: false },
  { kind: 'person', name: 'bench' },
)
if (!ended.ok) console.error(ended.error.message)
await yard.close()

function report(openMs: number): void {
  const held = [...yard.plan.agents.values()].filter(({ id }) => yard.facts(id) !== null)
  const pids = Object.fromEntries(held.map(({ id, pid }) => [id, pid]))
  console.log(JSON.stringify({ openMs, pids }))
}

function* sleepers(tasks: number) {
  for (let i = 0; i < tasks; i += 1)
    yield { title: `sleeper ${i}`, exec: 'exec sleep 3600', maxAttempts: 1 }
}

function untilWorking({ plan, onCommitted }: Yard, agents: number): Promise<void> {
  const count = (): number =>
    [...plan.agents.values()].filter(({ state }) => state.kind === 'working').length
  return new Promise((resolve) => {
    if (count() >= agents) return resolve()
    const off = onCommitted(() => {
      if (plan.agents.size < agents || count() < agents) return
      off()
      resolve()
    })
  })
}
