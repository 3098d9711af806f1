/** Whether this actor may give this command. Agents by the table of `permissions.ts`; an added task must not exceed its adder's limits. */
import type { Actor, AnyCommand } from '../command.ts'
import { DEFAULT_MAX_ATTEMPTS, failure, type Failure } from '../failure.ts'
import type { NewTask } from '../new-task.ts'
import {
  agentReach,
  isEnded,
  lateReport,
  notAllowed,
  tokenOfEnded,
  type AgentActor,
} from '../permissions.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'

export function permit(plan: Plan, by: Actor, command: AnyCommand): Failure | null {
  if (by.kind === 'coordinator') return null
  if (by.kind === 'person') return permitPerson(command)
  switch (agentReach(command.type)) {
    case 'report':
      return permitReport(plan, by, command)
    case 'subtasks':
      return isEnded(plan, by) ? lateReport(by) : permitSubtasks(plan, by, newTasksOf(command))
    default:
      return isEnded(plan, by) ? tokenOfEnded(by) : notAllowed(by, actionOf(command))
  }
}

const actionOf = ({ type }: AnyCommand): string =>
  type === 'yard.pause' ? 'pause the coordinator' : type.replace('.', ' ')

/** What an agent reports about its own task. */
function permitReport(plan: Plan, by: AgentActor, command: AnyCommand): Failure | null {
  const id = 'id' in command ? command.id : null
  if (id !== by.taskId) return notAllowed(by, `change task ${id}`)
  if ('force' in command && command.force) return notAllowed(by, 'force anything')
  if ('place' in command && command.place) return notAllowed(by, 'comment on changes')
  return isEnded(plan, by) ? lateReport(by) : null
}

function newTasksOf(command: AnyCommand): NewTask[] {
  if (command.type === 'task.add') return [command.task]
  return command.type === 'tasks.import' ? command.tasks.map(({ task }) => task) : []
}

/** A person may stop agents and forget ended ones; how an agent lives is reported by what runs it. */
function permitPerson({ type }: AnyCommand): Failure | null {
  const isOfCoordinator = type.startsWith('agent') || type === 'landing.settle'
  if (!isOfCoordinator || type === 'agent.stop' || type === 'agents.forget') return null
  return failure('not-allowed', `${type} comes from the coordinator only`)
}

function permitSubtasks(plan: Plan, by: AgentActor, tasks: readonly NewTask[]): Failure | null {
  if (plan.subtasksOf(by.taskId).size + tasks.length > by.maxSubtasks)
    return failure(
      'not-allowed',
      `the agents of ${by.taskId} may add at most ${by.maxSubtasks} tasks`,
      {
        hint: 'a person can raise agent.max_subtasks',
      },
    )
  for (const task of tasks) {
    const field = forbiddenField(plan, by, task)
    if (field) return notAllowed(by, `add a task with ${field}`)
  }
  return null
}

function forbiddenField(plan: Plan, by: AgentActor, task: NewTask): string | null {
  if (task.exec) return 'exec'
  if (task.repo) return 'repo'
  if (by.subtasks === 'any') return null
  if (task.verify) return 'verify'
  if (task.budget || task.budgetTokens) return 'budget'
  if (task.schedule) return 'a schedule'
  if (task.worktree === 'off') return 'worktree off'
  if (task.before && task.before.length > 0) return 'before'
  return beyondOwn(plan, by, task)
}

/** An executor, a model, a mode, a time or tries that are more than its own. */
function beyondOwn(plan: Plan, by: AgentActor, task: NewTask): string | null {
  const agent = plan.agents.get(by.agentId)
  const own = plan.tasks.get(by.taskId)
  if (!agent || !own) return 'no task of its own'
  if (task.executor && task.executor !== agent.executor) return `executor ${task.executor}`
  if (task.model && ![own.model, agent.model].includes(task.model)) return `model ${task.model}`
  if (task.mode && MODES.indexOf(task.mode) > MODES.indexOf(own.mode ?? 'full'))
    return `mode ${task.mode}`
  return beyondLimits(task, own, own.timeoutMs ?? agent.timeoutMs)
}

function beyondLimits(task: NewTask, own: Task, time: number | null): string | null {
  if (time !== null && (task.timeoutMs ?? 0) > time) return 'a longer timeout than its own'
  const tries = own.maxAttempts ?? DEFAULT_MAX_ATTEMPTS
  return (task.maxAttempts ?? 0) > tries ? 'more tries than its own' : null
}

const MODES = ['bare', 'light', 'full']
