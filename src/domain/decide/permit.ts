/** What an agent may ask for: its own task's story and end, and a few tasks more. People and the coordinator may ask for anything. */
import type { Actor, AnyCommand } from '../command.ts'
import { DEFAULT_MAX_ATTEMPTS, failure, type Failure } from '../failure.ts'
import type { TaskId } from '../ids.ts'
import type { NewTask } from '../new-task.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'

export function permit(plan: Plan, by: Actor, command: AnyCommand): Failure | null {
  if (by.kind !== 'agent')
    return by.kind === 'person' && isOfCoordinator(command) ? permitPerson(command) : null
  switch (command.type) {
    case 'task.log':
    case 'task.attach':
    case 'task.complete':
    case 'task.fail':
    case 'task.ask':
      return permitReport(plan, by, command)
    case 'task.add':
      return staleUnlessLiving(plan, by) ?? permitSubtasks(plan, by, [command.task])
    case 'tasks.import':
      return (
        staleUnlessLiving(plan, by) ??
        permitSubtasks(
          plan,
          by,
          command.tasks.map((t) => t.task),
        )
      )
    default:
      return plan.agents.get(by.agentId)?.generation === by.generation
        ? notAllowed(
            by,
            command.type.replace('.', ' ').replace('yard pause', 'pause the coordinator'),
          )
        : failure('unauthorized', `${by.agentId} has ended: its token is good for nothing else`)
  }
}

/** Words of an agent about its own task. */
function permitReport(
  plan: Plan,
  by: AgentActor,
  command: Extract<AnyCommand, { id: TaskId }>,
): Failure | null {
  if (command.id !== by.taskId) return notAllowed(by, `change task ${command.id}`)
  if ('force' in command && command.force) return notAllowed(by, 'force anything')
  if ('place' in command && command.place) return notAllowed(by, 'comment on changes')
  return staleUnlessLiving(plan, by)
}

const isOfCoordinator = ({ type }: AnyCommand): boolean =>
  type.startsWith('agent') || type === 'landing.settle'

/** A person may stop agents and forget ended ones; how an agent lives is told by whatever runs it. */
const permitPerson = (command: AnyCommand): Failure | null =>
  command.type === 'agent.stop' || command.type === 'agents.forget'
    ? null
    : failure('not-allowed', `${command.type} comes from the coordinator only`)

type AgentActor = Extract<Actor, { kind: 'agent' }>

function staleUnlessLiving(plan: Plan, by: AgentActor): Failure | null {
  const agent = plan.agents.get(by.agentId)
  if (agent && agent.generation === by.generation) return null
  return failure(
    'stale-generation',
    `${by.agentId} (generation ${by.generation}) has ended: its report on ${by.taskId} comes too late`,
    {
      hint: 'nothing was changed',
      facts: { agent: by.agentId, task: by.taskId, generation: by.generation },
    },
  )
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

const notAllowed = (by: AgentActor, what: string): Failure =>
  failure('not-allowed', `an agent may not ${what} (${by.agentId} works on ${by.taskId})`, {
    hint: 'it may show, log, artifact, ask, done and fail its own task, and add tasks',
    facts: { agent: by.agentId },
  })
