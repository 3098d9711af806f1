/** The benches of this checkout and of another commit, by turns in one run. What it makes, it removes, however it ends. */
import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Stop } from '../../scripts/project.mjs'
import { CHAOS_VARIABLE, livingOf } from '../chaos/processes.ts'
import { compareRounds, type ComparedBench } from './compare.ts'
import type { Row } from './report.ts'

export interface AgainstOptions {
  /** The checkout whose files are measured as they are. */
  readonly root: string
  readonly commit: string
  /** Every bench that both sides have, if empty. */
  readonly names: readonly string[]
  readonly rounds: number
  /** Aborted, it ends what runs and cleans up. */
  readonly signal: AbortSignal
  say(line: string): void
}

export interface AgainstResult {
  readonly commit: string
  readonly benches: readonly ComparedBench[]
  /** The machine's load over a minute as each run began. */
  readonly loads: readonly number[]
  /** Benches that were not compared, a sentence each. */
  readonly failures: readonly string[]
  /** Benches that the base does not have, a sentence each. */
  readonly absent: readonly string[]
}

interface Side {
  readonly name: 'base' | 'here'
  readonly root: string
}

interface Ended {
  readonly code: number | null
  readonly output: string
}

type Run = (cwd: string, command: string, args: readonly string[]) => Promise<Ended>

export async function measureAgainst(options: AgainstOptions): Promise<AgainstResult> {
  const { root, signal, say } = options
  const commit = commitOf(root, options.commit)
  const home = join(root, '.cache', 'bench')
  mkdirSync(home, { recursive: true })
  removeLeftovers(root, home)
  const baseRoot = join(home, `base-${process.pid}`)
  const scratch = mkdtempSync(join(process.env['YARD_BENCH_DIR'] ?? tmpdir(), 'yard-against-'))
  const run = runnerIn(scratch, signal)
  try {
    git(root, 'worktree', 'add', '--quiet', '--detach', baseRoot, commit)
    await install(root, baseRoot, { run, say })
    const here: Side = { name: 'here', root }
    const base: Side = { name: 'base', root: baseRoot }
    for (const side of [base, here]) {
      say(`building ${side.name === 'base' ? commit.slice(0, 8) : 'this checkout'} …`)
      must(await run(side.root, process.execPath, ['scripts/build.mjs']), 'the build')
    }
    return { commit, ...(await compareSides({ base, here, run, options })) }
  } finally {
    await endProcesses(scratch)
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
    removeWorktree(root, baseRoot)
  }
}

const git = (root: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-C', root, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

function commitOf(root: string, name: string): string {
  try {
    return git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)
  } catch {
    throw new Stop(`${name} is not a commit of the repository in ${root}`, 2)
  }
}

/** Worktrees of runs that were killed. */
function removeLeftovers(root: string, home: string): void {
  for (const name of readdirSync(home)) {
    const [, pid] = /^base-(\d+)$/.exec(name) ?? []
    if (pid !== undefined && !isAlive(Number(pid))) removeWorktree(root, join(home, name))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function removeWorktree(root: string, folder: string): void {
  if (!existsSync(folder)) return
  // First the link: what it leads to is this checkout's.
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  git(root, 'worktree', 'prune')
}

/** Equal lockfiles share one installation. */
async function install(
  root: string,
  baseRoot: string,
  { run, say }: { run: Run; say(line: string): void },
): Promise<void> {
  const [ours, theirs] = [root, baseRoot].map((folder) => join(folder, 'package-lock.json'))
  if (ours && theirs && existsSync(theirs) && readFileSync(ours).equals(readFileSync(theirs))) {
    symlinkSync(join(root, 'node_modules'), join(baseRoot, 'node_modules'), 'junction')
    return
  }
  say('installing the packages of the base (npm ci): its lockfile is another …')
  const npm = process.env['npm_execpath']
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const ended =
    npm === undefined
      ? await run(baseRoot, 'npm', args)
      : await run(baseRoot, process.execPath, [npm, ...args])
  must(ended, 'npm ci')
}

/** Each program gets a group of its own and one folder for all temporary files. */
function runnerIn(scratch: string, signal: AbortSignal): Run {
  const env = {
    ...process.env,
    TMPDIR: scratch,
    YARD_BENCH_DIR: scratch,
    [CHAOS_VARIABLE]: scratch,
  }
  return (cwd, command, args) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const child = spawn(command, args, {
        cwd,
        env,
        detached: process.platform !== 'win32',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const end = (): void => killGroup(child.pid)
      signal.addEventListener('abort', end, { once: true })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text))
      child.once('error', reject)
      child.once('exit', (code) => {
        signal.removeEventListener('abort', end)
        if (signal.aborted) reject(signal.reason as Error)
        else resolve({ code, output })
      })
    })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}

/** Services, supervisors and agents have groups of their own and outlive a bench that is killed; Linux only. */
async function endProcesses(mark: string): Promise<void> {
  if (!existsSync('/proc/self/environ')) return
  for (let living = livingOf(mark); living.length > 0; living = livingOf(mark)) {
    for (const { pid } of living) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has just ended.
      }
    }
    await delay(20)
  }
}

function must({ code, output }: Ended, what: string): void {
  if (code !== 0) throw new Stop(`${what} ended with ${code}:\n${lastLines(output)}`)
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-15).join('\n')

const BENCHES = 'test/bench/index.ts'

interface ComparedSides {
  readonly base: Side
  readonly here: Side
  readonly run: Run
  readonly options: AgainstOptions
}

async function compareSides({ base, here, run, options }: ComparedSides) {
  const { names, rounds, say } = options
  const [theirs, ours] = [await namesOf(base, run), await namesOf(here, run)]
  const unknown = names.filter((name) => !ours.includes(name))
  if (unknown.length > 0)
    throw new Stop(`there is no bench ${unknown.join(', ')}; there are: ${ours.join(', ')}`, 2)
  const wanted = names.length > 0 ? names : ours
  const absent = wanted.filter((name) => !theirs.includes(name))
  const gone = names.length > 0 ? [] : theirs.filter((name) => !ours.includes(name))
  const benches: ComparedBench[] = []
  const failures: string[] = []
  const loads: number[] = []
  for (const name of wanted.filter((each) => theirs.includes(each))) {
    const rows: { base: Row[][]; here: Row[][] } = { base: [], here: [] }
    try {
      for (let round = 1; round <= rounds; round += 1)
        for (const side of [base, here]) {
          const load = loadavg()[0] ?? 0
          loads.push(load)
          say(`${name}, round ${round} of ${rounds}: ${side.name}, load ${load.toFixed(1)}`)
          rows[side.name].push(await rowsOf(side, name, run))
        }
      benches.push(compareRounds(name, rows))
    } catch (error) {
      if (options.signal.aborted || !(error instanceof Stop)) throw error
      failures.push(error.message)
    }
  }
  return {
    benches,
    loads,
    failures,
    absent: [
      ...absent.map((name) => `the base has no bench ${name}`),
      ...gone.map((name) => `only the base has a bench ${name}`),
    ],
  }
}

/** Asked for a bench that nobody has, each version of the program names those that it has. */
async function namesOf({ root, name }: Side, run: Run): Promise<readonly string[]> {
  const { output } = await run(root, process.execPath, ['scripts/with-node.mjs', BENCHES, '?'])
  const names = [...output.matchAll(/^ {2}([\w-]+): /gm)].flatMap(([, found]) => found ?? [])
  if (names.length === 0)
    throw new Stop(`the benches of ${name} cannot be listed:\n${lastLines(output)}`)
  return names
}

/** By the side's own program, in a process of its own; it writes its rows where every version does. */
async function rowsOf({ root, name: side }: Side, name: string, run: Run): Promise<Row[]> {
  const file = join(root, '.cache', 'bench', `${name}.json`)
  rmSync(file, { force: true })
  const ended = await run(root, process.execPath, ['scripts/with-node.mjs', BENCHES, name])
  must(ended, `${name} of ${side}`)
  if (!existsSync(file)) throw new Stop(`${name} of ${side} has left no rows in ${file}`)
  const record = JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] }
  return record.rows
}
