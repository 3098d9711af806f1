/** `npm run bench -- [NAME…]`: each bench in a process of its own, so that none inherits another's heap. */
import { spawnSync } from 'node:child_process'
import { flood } from './flood.ts'
import { forecast } from './forecast.ts'
import { latency } from './latency.ts'
import { list } from './list.ts'
import { machine } from './measure.ts'
import { memory } from './memory.ts'
import { open } from './open.ts'
import { tell, type Bench } from './report.ts'
import { routing } from './routing.ts'
import { spawn } from './spawn.ts'
import { judging } from './judging.ts'
import { throughput } from './throughput.ts'
import { worktrees } from './worktrees.ts'

const BENCHES: readonly Bench[] = [
  throughput,
  judging,
  open,
  latency,
  spawn,
  list,
  memory,
  flood,
  forecast,
  worktrees,
  routing,
]

const isApart = process.argv[2] === '--here'
const named = process.argv.slice(isApart ? 3 : 2)
const unknown = named.filter((name) => BENCHES.every((bench) => bench.name !== name))
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(', ')}; there are:`)
  for (const { name, about } of BENCHES) console.error(`  ${name}: ${about}`)
  process.exitCode = 2
} else {
  const chosen = named.length === 0 ? BENCHES : BENCHES.filter(({ name }) => named.includes(name))
  const [only] = chosen
  if (isApart && only) await runHere(only)
  else for (const bench of chosen) runApart(bench)
}

async function runHere(bench: Bench): Promise<void> {
  console.log(`\n${bench.name}: ${bench.about}`)
  console.log(JSON.stringify(machine()))
  tell(bench.name, await bench.run())
}

function runApart({ name }: Bench): void {
  const { status } = spawnSync(
    process.execPath,
    ['--max-old-space-size=6000', import.meta.filename, '--here', name],
    { stdio: 'inherit' },
  )
  if (status !== 0) process.exitCode = 1
}
