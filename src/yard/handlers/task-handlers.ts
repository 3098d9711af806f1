/** Requests about single tasks: each builds one command and answers with the task as it is then. */
import type { TaskView } from '../../contract/view.ts'
import { nextRunFrom } from '../../coordinator/schedules.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { unknownTask } from '../../domain/decide/decision.ts'
import { type AgentId, agentIdSchema, isTaskId, type TaskId } from '../../domain/ids.ts'
import { toArtifacts } from '../../domain/executor.ts'
import { isDraft, isFinished, type Task } from '../../domain/task.ts'
import { toTaskView } from '../views/task-view.ts'
import { toWhy } from '../views/why.ts'
import { type HandlerContext, procedures, send, taskOf } from './context.ts'
import { refuse, valueOf } from './failures.ts'
import { nextFireAt, toNewTask, toTaskEdit } from './wire-tasks.ts'
import { constants, realpathSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Yard } from '../yard.ts'

const os = procedures.task

export const viewOf = (context: HandlerContext, id: string): TaskView =>
  toTaskView(context.yard, taskOf(context, id))

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
  edit: os.edit.handler(async ({ context, input: { commandId, id, ...wire } }) => {
    const task = taskOf(context, id)
    const wish = valueOf(toTaskEdit(context.yard, task, wire))
    await send(context, { type: 'task.edit', id: task.id, ...wish }, commandId)
    return viewOf(context, id)
  }),
  hold: os.hold.handler(async ({ context, input }) => {
    const { id } = taskOf(context, input.id)
    const asDraft = input.asDraft ?? false
    await send(context, { type: 'task.hold', id, asDraft }, input.commandId)
    return viewOf(context, id)
  }),
  release: os.release.handler(({ context, input }) => simple(context, input, 'task.release')),
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
    const { id } = taskOf(context, input.id)
    const only = input.only ?? false
    const reply = await send(context, { type: 'task.publish', id, only }, input.commandId)
    return { published: reply.isNoOp ? [] : [...reply.ids] }
  }),
  complete: os.complete.handler(async ({ context, input }) => {
    const task = taskOf(context, input.id)
    const artifacts = toArtifacts(input.artifacts)
    const force = input.force ?? false
    const about = reportOf(context, task, input)
    await send(context, { type: 'task.complete', ...about, artifacts, force }, input.commandId)
    return viewOf(context, task.id)
  }),
  fail: os.fail.handler(async ({ context, input }) => {
    const task = taskOf(context, input.id)
    const { reason, class: failureClass = 'reported' } = input
    const about = reportOf(context, task, input)
    await send(
      context,
      { type: 'task.fail', ...about, reason, class: failureClass },
      input.commandId,
    )
    return viewOf(context, task.id)
  }),
  ask: os.ask.handler(async ({ context, input }) => {
    const { id } = taskOf(context, input.id)
    await send(context, { type: 'task.ask', id, text: input.text }, input.commandId)
    return viewOf(context, id)
  }),
  answer: os.answer.handler(async ({ context, input }) => {
    const { id } = taskOf(context, input.id)
    await send(context, { type: 'task.answer', id, text: input.text }, input.commandId)
    return viewOf(context, id)
  }),
  retry: os.retry.handler(async ({ context, input }) => {
    const { id } = taskOf(context, input.id)
    await send(context, { type: 'task.retry', id, fresh: input.fresh ?? false }, input.commandId)
    return viewOf(context, id)
  }),
  reopen: os.reopen.handler(({ context, input }) => simple(context, input, 'task.reopen')),
  abandon: os.abandon.handler(async ({ context, input }) => {
    const { id } = taskOf(context, input.id)
    const withDependents = input.withDependents ?? false
    const join = input.join ?? false
    const command = { type: 'task.abandon', id, withDependents, join } as const
    const reply = await send(context, command, input.commandId)
    return { abandoned: reply.isNoOp ? [] : [...reply.ids], becameReady: reply.becameReady ?? 0 }
  }),
  remove: os.remove.handler(async ({ context, input }) => {
    const id = idOf(context, input.id)
    await send(context, { type: 'task.remove', id }, input.commandId)
    return { removed: id }
  }),
  log: os.log.handler(async ({ context, input }) => {
    const { id } = taskOf(context, input.id)
    await send(context, { type: 'task.log', id, text: input.text }, input.commandId)
    return viewOf(context, id)
  }),
  artifact: os.artifact.handler(async ({ context, input }) => {
    const task = taskOf(context, input.id)
    const { id } = task
    const fault = artifactFault(context.yard, task, input.paths)
    if (fault) refuse(fault)
    const artifacts = toArtifacts(input.paths)
    await send(context, { type: 'task.attach', id, artifacts }, input.commandId)
    return viewOf(context, id)
  }),
}

/** Of a task that may have gone: a repeated command that removed it gets the reply of the first time. */
export const idOf = ({ yard }: HandlerContext, id: string): TaskId =>
  isTaskId(id) ? id : refuse(unknownTask(yard.plan, id))

type Simple = 'task.release' | 'task.reopen' | 'task.letGo' | 'schedule.fireNow'

/** Commands that name nothing but the task. */
export async function simple(
  context: HandlerContext,
  input: { readonly id: string; readonly commandId?: string | undefined },
  type: Simple,
): Promise<TaskView> {
  const { id } = taskOf(context, input.id)
  await send(context, { type, id }, input.commandId)
  return viewOf(context, id)
}

interface ReportInput {
  readonly agent?: string | undefined
  readonly generation?: number | undefined
}

/** An agent that names no agent reports for itself; a person means the holder of the task. */
export function reportOf(context: HandlerContext, task: Task, input: ReportInput) {
  const { actor, yard } = context
  const own = actor.kind === 'agent' ? actor.agentId : null
  const claimedAt = yard.plan.agentOf(task.id)?.claimedAt ?? null
  const { missed } = yard.config().settings.schedule
  const from = nextRunFrom(task, claimedAt, yard.now(), missed)
  return {
    id: task.id,
    agentId: input.agent === undefined ? own : knownAgent(yard, input.agent),
    generation: input.generation ?? null,
    nextFireAt: valueOf(nextFireAt(yard, task.schedule, from)),
  }
}

/** One that has ended is known, even where it was forgotten since: what it says is late. */
function knownAgent(yard: HandlerContext['yard'], text: string): AgentId {
  const id = parseAgentId(text)
  return yard.wasGiven(id) ? id : noAgent(text)
}

export function parseAgentId(text: string): AgentId {
  const read = agentIdSchema.safeParse(text)
  return read.success ? read.data : noAgent(text)
}

const noAgent = (text: string): never =>
  refuse(
    failure('unknown-agent', `there is no agent ${JSON.stringify(text)}`, {
      hint: 'yard agents lists them',
      facts: { id: text },
    }),
  )

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
): Promise<Result<{ content: string; next: number; size: number; isEnd: boolean }, Failure>> {
  const isKept = yard.store.artifactsOf(task.id).some(({ artifact }) => isFileAt(artifact, path))
  const folder = folderOf(yard, task)
  if (!isKept)
    return err(
      failure('not-allowed', `${JSON.stringify(path)} is no result of ${task.id}`, {
        facts: { path },
      }),
    )
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
