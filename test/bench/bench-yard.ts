/** A yard in a temporary folder of its own, opened from source, for benches. Nothing of the user's is read or written. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Log } from '../../src/base/log.ts'
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import type { YardPaths } from '../../src/config/paths.ts'
import type { Runtime } from '../../src/domain/executor.ts'
import type { NewTask, Task } from '../../src/domain/task.ts'
import { initYard } from '../../src/yard/init-yard.ts'
import { openYard } from '../../src/yard/open-yard.ts'
import type { Yard } from '../../src/yard/yard.ts'

export const PROJECT = resolve(import.meta.dirname, '../..')

export interface YardFolder {
  readonly paths: YardPaths
  readonly env: Readonly<Record<string, string>>
  remove(): void
}

export interface OpenBenchOptions {
  readonly runtime?: Runtime
  readonly maxAgents?: number
  readonly runsAgents?: boolean
  readonly judging?: JudgingPort
  /** Built before; else it is built where agents are processes. */
  readonly launcherEntry?: string
  /** As if this machine could start no thread for large changes. */
  readonly writesAtOnce?: boolean
}

const LARGE_WRITE_ENTRY = join(PROJECT, 'src/store/large/large-write-worker.ts')

const PERSON = { kind: 'person', name: 'bench' } as const

const log: Log = {
  debug() {},
  info() {},
  warn: (message, facts) => console.error('warn:', message, facts ?? ''),
  error: (message, facts) => console.error('error:', message, facts ?? ''),
}

export async function makeYardFolder(config = ''): Promise<YardFolder> {
  const base = mkdtempSync(join(process.env['YARD_BENCH_DIR'] ?? tmpdir(), 'yard-bench-'))
  const root = join(base, 'project')
  mkdirSync(root)
  const env = {
    ...ownEnvironment(),
    XDG_CONFIG_HOME: join(base, 'config'),
    XDG_DATA_HOME: join(base, 'data'),
  }
  const made = await initYard(root, join(base, 'data', 'yard'))
  if (!made.ok) throw new Error(made.error.message)
  const { paths } = made.value
  writeFileSync(paths.config, config)
  return {
    paths,
    env,
    remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 10 }),
  }
}

/** Ours, without what would point an agent or a command at another yard. */
function ownEnvironment(): Record<string, string> {
  const own: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !name.startsWith('YARD_')) own[name] = value
  return own
}

export async function openBenchYard(
  { paths, env }: YardFolder,
  {
    runtime,
    maxAgents,
    runsAgents = true,
    judging,
    launcherEntry,
    writesAtOnce = false,
  }: OpenBenchOptions = {},
): Promise<Yard> {
  const opened = await openYard({
    paths,
    host: 'run',
    log,
    flags: maxAgents === undefined ? {} : { maxAgents },
    runsAgents,
    env,
    resources: join(PROJECT, 'resources'),
    launcherEntry: launcherEntry ?? (runtime ? SOURCE : await builtLauncher()),
    tailEntry: join(PROJECT, 'src/agents/tail-worker.ts'),
    forecastEntry: join(PROJECT, 'src/yard/forecast/forecast-worker.ts'),
    ...(runtime ? { runtime } : {}),
    ...(writesAtOnce ? {} : { largeWriteEntry: LARGE_WRITE_ENTRY }),
    ...(judging ? { judging } : {}),
  })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

const SOURCE = join(PROJECT, 'src/agents/launcher-entry.ts')
let launcher: Promise<string> | null = null

/** As it is shipped: run from source it would hold the compiler too, and each of its forks would cost twice as much. */
export const builtLauncher = (): Promise<string> => (launcher ??= buildLauncher())

async function buildLauncher(): Promise<string> {
  // A bench that measures how a yard is opened must not load it.
  const { build } = await import('vite')
  const outDir = join(PROJECT, '.cache', 'bench', `launcher-${process.pid}`)
  await build({
    root: PROJECT,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: SOURCE,
      outDir,
      target: 'node22',
      emptyOutDir: true,
    },
  })
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }))
  return join(outDir, 'launcher-entry.js')
}

/** So many tasks per command, as an import from a file would bring them. */
const IMPORT_CHUNK = 1000

export async function importTasks(yard: Yard, tasks: Iterable<NewTask>): Promise<void> {
  let chunk: { task: NewTask; nextFireAt: null }[] = []
  for (const task of tasks) {
    chunk.push({ task, nextFireAt: null })
    if (chunk.length < IMPORT_CHUNK) continue
    await send(yard, { type: 'tasks.import', tasks: chunk })
    chunk = []
  }
  if (chunk.length > 0) await send(yard, { type: 'tasks.import', tasks: chunk })
}

export async function send(yard: Yard, command: Parameters<Yard['dispatch']>[0]): Promise<void> {
  const reply = await yard.dispatch(command, PERSON)
  if (!reply.ok) throw new Error(`${command.type}: ${reply.error.message}`)
}

/** Resolves with the instant (performance.now) at which so many tasks were done, counted from commits. */
export function untilDone(yard: Yard, count: number): Promise<number> {
  let done = 0
  return new Promise((resolve, reject) => {
    const off = yard.onCommitted(({ changes }) => {
      for (const change of changes) {
        if (change.entity !== 'task' || change.before?.state.kind === change.after?.state.kind)
          continue
        if (change.after?.state.kind === 'failed') reject(badEnd(change.after))
        if (change.after?.state.kind === 'done') done += 1
      }
      if (done < count) return
      off()
      resolve(performance.now())
    })
  })
}

const badEnd = (task: Task): Error =>
  new Error(`task ${task.id} failed: ${task.lastFailure?.reason ?? 'no reason'}`)
