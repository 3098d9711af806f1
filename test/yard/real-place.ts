/** A yard in a temporary folder, opened whole: real store, launcher, supervisors and shells. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Clock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { yardPaths, type YardPaths } from '../../src/config/paths.ts'
import type { Actor } from '../../src/domain/command.ts'
import type { NewTask, Task } from '../../src/domain/task.ts'
import { initYard } from '../../src/yard/init-yard.ts'
import { openYard } from '../../src/yard/open-yard.ts'
import type { Yard } from '../../src/yard/yard.ts'

const ROOT = resolve(import.meta.dirname, '../..')
export const PERSON: Actor = { kind: 'person', name: null }

export interface RealPlace {
  readonly home: string
  readonly paths: YardPaths
  readonly dataFolder: string
  /** Makes a yard in a folder below home; the first is made already. */
  init(name: string): Promise<YardPaths>
  open(how?: {
    readonly runsAgents?: boolean
    readonly paths?: YardPaths
    readonly clock?: Clock
  }): Promise<Yard>
  remove(): Promise<void>
}

export async function makeRealPlace(): Promise<RealPlace> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'yard-real-')))
  const env = {
    ...process.env,
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
  }
  const dataFolder = join(home, 'data', 'yard')
  const init = async (name: string): Promise<YardPaths> => {
    await mkdir(join(home, name), { recursive: true })
    const made = await initYard(join(home, name), dataFolder)
    if (!made.ok) throw new Error(made.error.message)
    return made.value.paths
  }
  const paths = await init('project')
  return {
    home,
    paths,
    dataFolder,
    init,
    async open(how = {}) {
      const opened = await openYard({
        paths: how.paths ?? paths,
        env,
        host: 'run',
        log: silentLog,
        flags: {},
        runsAgents: how.runsAgents ?? true,
        ...(how.clock ? { clock: how.clock } : {}),
        resources: join(ROOT, 'resources'),
        launcherEntry: join(ROOT, 'src/agents/launcher-entry.ts'),
        tailEntry: join(ROOT, 'src/agents/tail-worker.ts'),
        forecastEntry: join(ROOT, 'src/yard/forecast/forecast-worker.ts'),
        largeWriteEntry: join(ROOT, 'src/store/large/large-write-worker.ts'),
      })
      if (!opened.ok) throw new Error(opened.error.message)
      return opened.value
    },
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export const copyOf = (root: string): YardPaths => yardPaths(root)

export async function addTask(yard: Yard, task: NewTask): Promise<void> {
  const reply = await yard.dispatch({ type: 'task.add', task, nextFireAt: null }, PERSON)
  if (!reply.ok) throw new Error(reply.error.message)
}

/** Resolves with the task as soon as it, as committed, fits. */
export function untilTask(yard: Yard, id: string, fits: (task: Task) => boolean): Promise<Task> {
  return new Promise((done) => {
    const look = (): void => {
      const task = [...yard.plan.tasks.values()].find((one) => one.id === id)
      if (!task || !fits(task)) return
      off()
      done(task)
    }
    const off = yard.onCommitted(look)
    look()
  })
}

export const isOver = (task: Task): boolean =>
  task.state.kind === 'done' || task.state.kind === 'failed'
