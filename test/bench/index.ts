/**
 * `npm run bench -- [NAME…]`: each bench in a process of its own, so that none inherits another's heap.
 * `--against COMMIT [--rounds N] [--json | --markdown]` compares with another commit; `--plot` draws docs/images/benchmarks.svg.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Stop } from '../../scripts/project.mjs'
import { measureAgainst, type AgainstResult } from './against.ts'
import { PROJECT } from './bench-yard.ts'
import { markdownOf, missingText, tableOf } from './compare.ts'
import { flood } from './flood.ts'
import { forecast } from './forecast.ts'
import { largeImport } from './large-import.ts'
import { latency } from './latency.ts'
import { list } from './list.ts'
import { mail } from './mail.ts'
import { machine } from './measure.ts'
import { memory } from './memory.ts'
import { open } from './open.ts'
import { plot } from './plot.ts'
import { tell, type Bench } from './report.ts'
import { restart } from './restart.ts'
import { routing } from './routing.ts'
import { spawn } from './spawn.ts'
import { judging } from './judging.ts'
import { throughput } from './throughput.ts'
import { worktrees } from './worktrees.ts'

const BENCHES: readonly Bench[] = [
  throughput,
  judging,
  open,
  restart,
  largeImport,
  latency,
  mail,
  spawn,
  list,
  memory,
  flood,
  forecast,
  worktrees,
  routing,
]

const LEAST_ROUNDS = 3

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Stop)) throw error
  console.error(error.message)
  process.exitCode = error.exitCode
}

async function main(): Promise<number> {
  const { values, positionals } = argumentsOf(process.argv.slice(2))
  if (values.against !== undefined) return compareWith(values.against, positionals, values)
  const chosen = chosenBenches(positionals, values.plot)
  const [only] = chosen
  if (!values.here || !only) return chosen.map(runApart).every((isWell) => isWell) ? 0 : 1
  await runHere(only)
  return 0
}

type Flags = ReturnType<typeof argumentsOf>['values']

function argumentsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        against: { type: 'string' },
        rounds: { type: 'string', default: String(LEAST_ROUNDS) },
        json: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        plot: { type: 'boolean', default: false },
        here: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new Stop(error instanceof Error ? error.message : String(error), 2)
  }
}

/** The plot is made only when it is asked for. */
function chosenBenches(named: readonly string[], isPlot: boolean): readonly Bench[] {
  const known = [...BENCHES, plot]
  const unknown = named.filter((name) => known.every((bench) => bench.name !== name))
  if (unknown.length > 0) {
    const lines = BENCHES.map(({ name, about }) => `  ${name}: ${about}`)
    throw new Stop(`there is no bench ${unknown.join(', ')}; there are:\n${lines.join('\n')}`, 2)
  }
  if (named.length === 0) return isPlot ? [plot] : BENCHES
  return known.filter((bench) => named.includes(bench.name) || (isPlot && bench === plot))
}

async function runHere(bench: Bench): Promise<void> {
  console.log(`\n${bench.name}: ${bench.about}`)
  console.log(JSON.stringify(machine()))
  tell(bench.name, await bench.run())
}

function runApart({ name }: Bench): boolean {
  const { status } = spawnSync(
    process.execPath,
    ['--max-old-space-size=6000', import.meta.filename, '--here', name],
    { stdio: 'inherit' },
  )
  return status === 0
}

async function compareWith(
  commit: string,
  names: readonly string[],
  flags: Flags,
): Promise<number> {
  const rounds = Number(flags.rounds)
  if (!Number.isInteger(rounds) || rounds < LEAST_ROUNDS)
    throw new Stop(`--rounds ${flags.rounds}: at least ${LEAST_ROUNDS} are needed for a spread`, 2)
  const stopping = new AbortController()
  const stop = (signal: NodeJS.Signals): void =>
    stopping.abort(new Stop(`stopped by ${signal}`, 130))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  const result = await measureAgainst({
    root: PROJECT,
    commit,
    names,
    rounds,
    signal: stopping.signal,
    say: (line) => console.error(line),
  })
  if (flags.json)
    console.log(JSON.stringify({ at: new Date().toISOString(), machine: machine(), ...result }))
  else if (flags.markdown) console.log(releaseRow(result))
  else tellComparison(result)
  const isMissed = result.benches.some(({ rows }) => rows.some((row) => row.isMissed))
  return isMissed || result.failures.length > 0 ? 1 : 0
}

function releaseRow({ commit, loads, benches }: AgainstResult): string {
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    version: string
  }
  const lead = { release: version, against: `\`${commit.slice(0, 8)}\``, load: loadText(loads) }
  const names = BENCHES.map(({ name }) => name)
  return markdownOf(lead, names, benches)
}

function tellComparison({ commit, benches, loads, failures, absent }: AgainstResult): void {
  for (const bench of benches) {
    console.log(`\n${bench.name} against ${commit.slice(0, 8)}`)
    console.table(tableOf(bench))
    for (const line of missingText(bench)) console.log(line)
  }
  for (const line of [...absent, ...failures]) console.log(line)
  console.log(`load ${loadText(loads)} on ${machine().cores} cores`)
}

function loadText(loads: readonly number[]): string {
  if (loads.length === 0) return 'not read'
  return `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`
}
