/** The example: a small repository in a new temporary folder, with nine shell tasks in its yard. */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorText } from '../../base/text.ts'
import { makeRepository } from '../../agents/git/repository.ts'
import { silentLog } from '../../base/log.ts'
import { ok, type Result } from '../../base/result.ts'
import { parseGraphFile } from '../../graph-file/read-graph.ts'
import type { YardPaths } from '../../config/paths.ts'
import { fail, type Failure } from '../../domain/failure.ts'
import type { NewTask } from '../../domain/task.ts'
import type { OpenYardOptions } from '../yard.ts'
import { toNewTask, type Timed } from '../handlers/wire-tasks.ts'
import { initYard } from '../init-yard.ts'
import { openYard } from '../open-yard.ts'
import type { Yard } from '../yard.ts'

const GRAPH = 'demo.toml'
const AUTHOR = { name: 'Yardmaster example', email: 'example@yardmaster.invalid' }

export type ExampleParts = Pick<
  OpenYardOptions,
  'env' | 'resources' | 'launcherEntry' | 'tailEntry' | 'forecastEntry' | 'largeWriteEntry'
> & { readonly dataFolder: string }

/** The yard is closed again: nothing of it runs yet. */
export async function makeExample(parts: ExampleParts): Promise<Result<YardPaths, Failure>> {
  let folder: string | null = null
  try {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'yardmaster-demo-')))
    const made = await fill(folder, parts)
    if (!made.ok) discard(folder)
    return made
  } catch (error) {
    if (folder !== null) discard(folder)
    const why = errorText(error)
    return fail('io', `the example could not be made: ${why}`)
  }
}

/** Half an example is of no use to anybody. */
function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // the system clears its temporary files
  }
}

async function fill(folder: string, parts: ExampleParts): Promise<Result<YardPaths, Failure>> {
  const source = join(parts.resources, 'demo')
  cpSync(join(source, 'repository'), folder, { recursive: true })
  copyFileSync(join(source, GRAPH), join(folder, GRAPH))
  const made = await makeRepository(folder, AUTHOR, 'The line as the evening finds it')
  if (!made.ok) return fail('git', made.error.message, { hint: 'is git installed?' })
  const yard = await initYard(folder, parts.dataFolder)
  if (!yard.ok) return yard
  const added = await addGraph(yard.value.paths, parts)
  return added.ok ? ok(yard.value.paths) : added
}

async function addGraph(paths: YardPaths, parts: ExampleParts): Promise<Result<null, Failure>> {
  const graph = parseGraphFile(readFileSync(join(paths.root, GRAPH), 'utf8'), GRAPH)
  if (!graph.ok) return graph
  const opened = await openYard({
    ...parts,
    paths,
    host: 'command',
    log: silentLog,
    flags: {},
    runsAgents: false,
  })
  if (!opened.ok) return opened
  const yard = opened.value
  try {
    const tasks = timed(yard, graph.value.tasks)
    if (!tasks.ok) return tasks
    const by = { kind: 'person', name: null } as const
    const sent = await yard.dispatch({ type: 'tasks.import', tasks: tasks.value }, by)
    return sent.ok ? ok(null) : sent
  } finally {
    await yard.close()
  }
}

function timed(yard: Yard, wishes: readonly NewTask[]): Result<Timed<NewTask>[], Failure> {
  const tasks: Timed<NewTask>[] = []
  for (const wish of wishes) {
    const read = toNewTask(yard, { ...wish })
    if (!read.ok) return read
    tasks.push(read.value)
  }
  return ok(tasks)
}
