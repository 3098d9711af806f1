/** Which files may be kept as results of a task: its own, because dependents are told to read them. */
import { constants, realpathSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import type { Answers } from '../contract/contract.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import type { Task } from '../domain/task.ts'
import type { Yard } from './yard.ts'

type Source = Pick<Yard, 'plan' | 'store' | 'paths'>

/** Why one of the paths is no result, links followed; null when all are regular files below the task's folder, outside any `.yard`. */
export function artifactFault(yard: Source, task: Task, paths: readonly string[]): Failure | null {
  const folder = folderOf(yard, task)
  for (const path of paths) {
    const fault = faultOf(folder, path)
    if (fault) return fault
  }
  return null
}

interface ArtifactWindow {
  readonly path: string
  readonly from: number
  readonly maxBytes: number
}

/** A window of a file that is kept as a result. The path is judged anew: an agent may have put something else there since. */
export async function readArtifact(
  yard: Source,
  task: Task,
  { path, from, maxBytes }: ArtifactWindow,
): Promise<Result<Answers['page']['artifact'], Failure>> {
  const isKept = yard.store.artifactsOf(task.id).some(({ artifact }) => isFileAt(artifact, path))
  const folder = folderOf(yard, task)
  if (!isKept)
    return fail('not-allowed', `${JSON.stringify(path)} is no result of ${task.id}`, {
      facts: { path },
    })
  const fault = faultOf(folder, path)
  if (fault) return err(fault)
  // Not through a link and not waiting for a pipe, should it have been replaced meanwhile.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const handle = await open(realpathSync(resolve(folder, path)), flags)
  try {
    const { size } = await handle.stat()
    const buffer = Buffer.alloc(Math.max(0, Math.min(maxBytes, size - from)))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
    const next = from + bytesRead
    const content = buffer.toString('base64', 0, bytesRead)
    return ok({ content, next, size, isEnd: bytesRead === 0 || next >= size })
  } finally {
    await handle.close()
  }
}

/** What a kept file is called below the task's folder once links are followed, with slashes; null where it is not there. */
export function realNameOf(yard: Source, task: Task, path: string): string | null {
  const found = lookUp(folderOf(yard, task), path)
  return found && relative(found.folder, found.path).split(sep).join('/')
}

const isFileAt = (artifact: unknown, path: string): boolean =>
  typeof artifact === 'object' &&
  artifact !== null &&
  'kind' in artifact &&
  artifact.kind === 'file' &&
  'path' in artifact &&
  artifact.path === path

/** Where its latest agent works or has worked, else where it is to work. */
function folderOf({ plan, store, paths }: Source, task: Task): string {
  const { lastAgentId } = task
  const latest = lastAgentId && (plan.agents.get(lastAgentId) ?? store.agent(lastAgentId))
  return (latest && latest.workplace?.cwd) ?? task.repo ?? paths.root
}

function faultOf(folder: string, path: string): Failure | null {
  const name = JSON.stringify(path)
  const facts = { path, folder }
  const hint = `name a file of the task, by its path from ${folder}`
  const found = lookUp(folder, path)
  if (found === null) return failure('file-broken', `there is no file ${name}`, { hint, facts })
  const inside = relative(found.folder, found.path)
  const isBelow = inside !== '' && inside.split(sep)[0] !== '..' && !isAbsolute(inside)
  if (!isBelow)
    return failure('not-allowed', `${name} is not below the task's folder`, { hint, facts })
  if (inside.split(sep).includes('.yard'))
    return failure('not-allowed', `${name} belongs to the yard itself`, { hint, facts })
  if (found.isFile) return null
  return failure('file-broken', `${name} is no regular file`, { hint, facts })
}

/** Null where there is nothing to be found. */
function lookUp(folder: string, path: string) {
  try {
    const real = realpathSync(resolve(folder, path))
    return { folder: realpathSync(folder), path: real, isFile: statSync(real).isFile() }
  } catch {
    return null // not there, too long, a loop of links, or not for us to see
  }
}
