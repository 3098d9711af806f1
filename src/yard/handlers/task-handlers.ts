/** Requests about tasks: each builds one command, and most answer with the task as it is then. */
import { constants, realpathSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import type { Answers } from '../../contract/contract.ts'
import { toArtifacts } from '../../domain/executor.ts'
import { fail, failure, type Failure } from '../../domain/failure.ts'
import { isDraft, isFinished, type Task } from '../../domain/task.ts'
import { toWhy } from '../views/why.ts'
import type { Yard } from '../yard.ts'
import { procedures, send, taskOf } from './context.ts'
import { refuse, valueOf } from './failures.ts'
import { act, change, idOf, reportOf, toCommand, viewOf } from './task-commands.ts'
import { toNewTask } from './wire-tasks.ts'

const os = procedures.task

export const taskHandlers = {
  add: os.add.handler(async ({ context, input: { commandId, ...wire } }) => {
    const wish = valueOf(toNewTask(context.yard, wire))
    const { ids } = await send(context, { type: 'task.add', ...wish }, commandId)
    return viewOf(context, ids[0] ?? '')
  }),
  get: os.get.handler(({ context, input }) => viewOf(context, input.id)),
  why: os.why.handler(({ context, input }) =>
    toWhy(context.yard, taskOf(context, input.id), input.voice),
  ),
  edit: os.edit.handler(({ context, input: { commandId, id, ...edit } }) =>
    change(context, { do: 'edit', id, edit, commandId }),
  ),
  hold: os.hold.handler(({ context, input }) => change(context, { do: 'hold', ...input })),
  release: os.release.handler(({ context, input }) => change(context, { do: 'release', ...input })),
  releaseAll: os.releaseAll.handler(async ({ context }) => {
    const paused = [...context.yard.plan.tasks.values()].filter(
      (task) => task.held && !isDraft(task) && !isFinished(task),
    )
    // One turn of the loop, so one transaction. Releasing twice is harmless, so no command id is needed.
    await Promise.all(
      paused.map(({ id }) => send(context, { type: 'task.release', id }, undefined)),
    )
    return { released: paused.map(({ id }) => id) }
  }),
  publish: os.publish.handler(async ({ context, input }) => {
    taskOf(context, input.id)
    const command = toCommand(context, { do: 'publish', ...input })
    const reply = await send(context, command, input.commandId)
    return { published: reply.isNoOp ? [] : [...reply.ids] }
  }),
  complete: os.complete.handler(({ context, input }) =>
    act(context, input, (task) => ({
      type: 'task.complete',
      ...reportOf(context, task, input),
      artifacts: toArtifacts(input.artifacts),
      force: input.force ?? false,
    })),
  ),
  fail: os.fail.handler(({ context, input }) =>
    act(context, input, (task) => ({
      type: 'task.fail',
      ...reportOf(context, task, input),
      reason: input.reason,
      class: input.class ?? 'reported',
    })),
  ),
  ask: os.ask.handler(({ context, input }) =>
    act(context, input, ({ id }) => ({ type: 'task.ask', id, text: input.text })),
  ),
  answer: os.answer.handler(({ context, input }) =>
    act(context, input, ({ id }) => ({ type: 'task.answer', id, text: input.text })),
  ),
  retry: os.retry.handler(({ context, input }) => change(context, { do: 'retry', ...input })),
  reopen: os.reopen.handler(({ context, input }) => change(context, { do: 'reopen', ...input })),
  abandon: os.abandon.handler(async ({ context, input }) => {
    taskOf(context, input.id)
    const command = toCommand(context, { do: 'abandon', ...input })
    const reply = await send(context, command, input.commandId)
    return { abandoned: reply.isNoOp ? [] : [...reply.ids], becameReady: reply.becameReady ?? 0 }
  }),
  remove: os.remove.handler(async ({ context, input }) => {
    const id = idOf(context, input.id)
    await send(context, { type: 'task.remove', id }, input.commandId)
    return { removed: id }
  }),
  removeAll: os.removeAll.handler(async ({ context, input }) => {
    const ids = input.ids.map((id) => idOf(context, id))
    const { dependents, commandId } = input
    const reply = await send(context, { type: 'tasks.remove', ids, dependents }, commandId)
    return { removed: [...reply.ids] }
  }),
  change: os.change.handler(async ({ context, input }) => {
    const commands = input.changes.map((each) => toCommand(context, each))
    const reply = await send(context, { type: 'tasks.change', commands }, input.commandId)
    return { ids: (reply.replies ?? []).map(({ ids, isNoOp }) => (isNoOp ? [] : [...ids])) }
  }),
  log: os.log.handler(({ context, input }) =>
    act(context, input, ({ id }) => ({ type: 'task.log', id, text: input.text })),
  ),
  artifact: os.artifact.handler(({ context, input }) =>
    act(context, input, (task) => {
      const fault = artifactFault(context.yard, task, input.paths)
      if (fault) refuse(fault)
      return { type: 'task.attach', id: task.id, artifacts: toArtifacts(input.paths) }
    }),
  ),
}

/** Which files may be kept as results of a task: its own, because dependents are told to read them. */
type Source = Pick<Yard, 'plan' | 'store' | 'paths'>

/** Why one of the paths is no result, links followed; null when all are regular files below the task's folder, outside any `.yard`. */
function artifactFault(yard: Source, task: Task, paths: readonly string[]): Failure | null {
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
