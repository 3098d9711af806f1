/** From requests about tasks to their commands. */
import { agentIdSchema } from '../../domain/schemas.ts'
import { resolve } from 'node:path'
import type { TaskChange } from '../../contract/task.ts'
import type { TaskView } from '../../contract/view.ts'
import { nextRunFrom, runBeganAt } from '../../coordinator/schedules.ts'
import type { Claim, Command, TaskCommand } from '../../domain/command.ts'
import { unknownTask } from '../../domain/decide/decision.ts'
import { type AgentId, isTaskId, type TaskId } from '../../domain/ids.ts'
import { resolveExecutor } from '../../domain/routing/resolve.ts'
import { isTakenByPeople } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { originsOf } from '../executors/origins.ts'
import { createMailPort } from '../messages/mail-port.ts'
import { unknownAgent } from '../read-window.ts'
import { toTaskView } from '../views/task-view.ts'
import { type HandlerContext, send, taskOf } from './context.ts'
import { refuse, refuseAs, valueOf } from './failures.ts'
import { nextFireAt, toNewTask, toTaskEdit } from './wire-tasks.ts'

export const viewOf = (context: HandlerContext, id: string): TaskView =>
  toTaskView(context.yard, taskOf(context, id))

type OnTask = { readonly id: string; readonly commandId?: string | undefined }

/** Sends a command about one task, and gives the task as it is then. */
export async function act(
  context: HandlerContext,
  { id, commandId }: OnTask,
  commandFor: (task: Task) => Command,
): Promise<TaskView> {
  const task = taskOf(context, id)
  await send(context, commandFor(task), commandId)
  return viewOf(context, task.id)
}

/** The same for what may also be one of several changes. */
export const change = (
  context: HandlerContext,
  input: OnTask & Exclude<TaskChange, { do: 'add' }>,
): Promise<TaskView> => act(context, input, () => toCommand(context, input))

/** What an earlier change of the same list adds is not there yet, and so is unknown here. */
export function toCommand(context: HandlerContext, change: TaskChange): TaskCommand {
  if (change.do === 'add')
    return { type: 'task.add', ...valueOf(toNewTask(context.yard, change.task)) }
  const id = idOf(context, change.id)
  switch (change.do) {
    case 'edit': {
      const task = context.yard.plan.tasks.get(id) ?? null
      return { type: 'task.edit', id, ...valueOf(toTaskEdit(context.yard, task, change.edit)) }
    }
    case 'take':
      return { type: 'task.take', ...claimOf(context, taskOf(context, id)) }
    case 'release':
    case 'reopen':
    case 'remove':
    case 'letGo':
      return { type: `task.${change.do}`, id }
    case 'hold':
      return { type: 'task.hold', id, asDraft: change.asDraft ?? false }
    case 'publish':
      return { type: 'task.publish', id, only: change.only ?? false }
    case 'retry':
      return { type: 'task.retry', id, fresh: change.fresh ?? false }
    case 'complete': {
      const report = reportOf(context, taskOf(context, id), {})
      return { type: 'task.complete', ...report, artifacts: [], force: change.force ?? false }
    }
    case 'abandon': {
      const { withDependents = false, join = false } = change
      return { type: 'task.abandon', id, withDependents, join }
    }
  }
}

/** Of a task that may have gone: a repeated command that removed it gets the reply of the first time. */
export const idOf = ({ yard }: HandlerContext, id: string): TaskId =>
  isTaskId(id) ? id : refuse(unknownTask(yard.plan, id))

/** An agent that names no agent reports for itself; a person means the holder of the task. */
export function reportOf(
  context: HandlerContext,
  task: Task,
  input: { readonly agent?: string | undefined; readonly generation?: number | undefined },
) {
  const { actor, yard } = context
  const own = actor.kind === 'agent' ? actor.agentId : null
  const claimedAt = runBeganAt(yard.plan, task)
  const { missed } = yard.config().settings.schedule
  const from = nextRunFrom(task, claimedAt, yard.now(), missed)
  const port = createMailPort(yard, () => yard.config().settings, yard.now)
  return {
    id: task.id,
    agentId: input.agent === undefined ? own : knownAgent(yard, input.agent),
    generation: input.generation ?? null,
    nextFireAt: valueOf(nextFireAt(yard, task.schedule, from)),
    // Of the task and not of its agent, so that a command that is repeated is the same.
    mail: port.policyOf(task.member),
    escalateTo: port.escalateTo(),
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

const noAgent = (text: string): never => refuse(unknownAgent(text, JSON.stringify(text)))

/** A claim on a task that the coordinator never starts. */
export function claimOf(
  { yard }: HandlerContext,
  task: Task,
): { claim: Claim; workplaceCwd: string } {
  const config = yard.config()
  const choice = resolveExecutor(config.settings, task, originsOf(config))
  const { profile, why } = valueOf(choice)
  if (!isTakenByPeople(profile.type))
    refuseAs('wrong-state', `task ${task.id} is for executor ${profile.name}, not for a person`, {
      hint: `yard edit ${task.id} --executor manual (or external) makes it one to take`,
      facts: { id: task.id, executor: profile.name },
    })
  const claim = {
    taskId: task.id,
    agentId: yard.nextAgentId(),
    executor: profile.name,
    executorType: profile.type,
    model: null,
    modelId: null,
    provider: null,
    provenance: { executor: why, model: 'whoever takes it has its own' },
    timeoutMs: null,
  }
  return { claim, workplaceCwd: task.repo === null ? yard.paths.root : resolve(task.repo) }
}
