/**
 * What an agent may do: one table of the procedures of the contract and the commands of `decide`, by name. The procedures are
 * judged in `yard/handlers/permit-call.ts`, the commands here. What is in no row is refused.
 */
import type { Actor, AnyCommand } from './command.ts'
import { DEFAULT_MAX_ATTEMPTS, failure, type Failure } from './failure.ts'
import { namesOf } from './messages/names.ts'
import type { NewTask, Task } from './task.ts'
import type { Plan } from './plan.ts'

export type AgentActor = Extract<Actor, { kind: 'agent' }>

const AGENT_MAY = {
  any: ['service.hello'],
  /** Its own task, or one that this waits for. */
  'own-or-dependency': ['task.get', 'task.why', 'page.timeline'],
  /** About its own task. After the agent's end it is late, not unknown. */
  report: [
    ...['task.complete', 'task.settle', 'task.fail', 'task.ask', 'task.log'],
    ...['task.artifact', 'task.attach'],
  ],
  /** For itself: under its own name, and of its own messages. */
  mail: [
    ...['message.send', 'message.reply', 'message.list', 'message.get', 'message.ack'],
    ...['message.take', 'message.ackAll', 'message.waiting', 'message.thread', 'delivery.take'],
  ],
  'own-agent': ['agent.get', 'agent.output', 'agent.heartbeat'],
  /** Within the limits of `permit`. The procedure `task.import` is for people; its command carries several tasks. */
  subtasks: ['task.add', 'tasks.import'],
  never: [
    ...['task.list', 'task.table', 'task.edit', 'task.hold', 'task.release', 'task.releaseAll'],
    ...['task.publish', 'task.answer', 'task.retry', 'task.reopen', 'task.abandon', 'task.remove'],
    ...['task.removeAll', 'task.change', 'task.take', 'task.claim', 'task.pilot', 'task.letGo'],
    ...['task.scheduleList', 'task.scheduleSkip', 'task.scheduleNow', 'task.import', 'task.export'],
    ...['transfer.import', 'transfer.export'],
    ...['task.overspend', 'tasks.change', 'tasks.remove', 'schedule.skip', 'schedule.fireNow'],
    ...['agent.list', 'agent.kill', 'agent.killAll', 'agent.dead', 'agent.placed', 'agent.started'],
    ...['agent.heard', 'agent.conversed', 'agent.stop', 'agent.end', 'agents.claim'],
    ...['agents.forget', 'breaker.trip', 'breaker.clear', 'yard.pause', 'yard.resume'],
    ...['landing.request', 'landing.settle', 'task.assign', 'assignment.request'],
    ...['evaluator.check', 'evaluation.request', 'evaluation.score', 'task.approve', 'task.reject'],
    ...['judgement.ask', 'judgement.end', 'judgement.kill', 'judgement.postpone'],
    ...['triage.request', 'agent.triage'],
    ...['service.status', 'service.page', 'service.pageSessions', 'service.revokePageSessions'],
    ...['service.pause', 'service.resume', 'service.reload', 'service.stop', 'service.snapshot'],
    ...['service.follow', 'service.journal', 'service.executors', 'service.testExecutor'],
    ...['service.wake', 'service.models', 'service.roles', 'service.config'],
    ...['service.pendingConfig', 'service.backup', 'service.forecast', 'service.routing'],
    ...['page.cost', 'page.moveNodes', 'page.activity', 'page.moment', 'page.history'],
    ...['page.agenda', 'page.journalTail', 'page.serviceLog', 'page.rates', 'page.searchOutput'],
    ...['page.outputLine', 'page.artifact'],
    ...['page.settings', 'page.configure', 'page.trust', 'page.confirmTrust', 'page.importText'],
    ...['change.of', 'change.diff', 'change.land', 'change.landAll', 'change.comment'],
    ...['change.worktrees', 'change.removeWorktree', 'change.gc'],
    ...['evaluation.list', 'evaluation.figures', 'evaluation.get', 'evaluation.audit'],
    'task.evaluate',
    ...['judgement.list', 'judgement.get', 'judgement.text', 'evaluator.list'],
    ...['identity.list', 'identity.broken', 'identity.get', 'identity.add', 'identity.performance'],
    'identity.tasks',
    ...[
      'message.settleDead',
      'message.retry',
      'message.drop',
      'member.list',
      'member.wake',
      'member.pause',
      'member.resume',
    ],
    ...['members.sync', 'delivery.notice', 'deliveries.time', 'delivery.forwarded'],
    'delegation.settle',
    ...['job.list', 'job.add', 'job.run', 'job.pause', 'job.resume', 'job.remove', 'job.history'],
    ...['job.fire', 'job.settle', 'service.doctor'],
    ...['token.make', 'token.revoke', 'token.list', 'token.invite', 'token.create'],
    ...['peer.pin', 'peer.read', 'transport.status', 'transport.sync', 'transport.compact'],
    ...['startScreen.recent', 'startScreen.forget', 'startScreen.clis', 'startScreen.inspect'],
    ...['startScreen.open', 'startScreen.example'],
  ],
} as const

export type Reach = keyof typeof AGENT_MAY

const REACH_OF = new Map<string, Reach>(
  Object.entries(AGENT_MAY).flatMap(([reach, names]) =>
    names.map((name) => [name, reach as Reach] as const),
  ),
)

/** Null for a name that is in no row. */
export const agentReach = (name: string): Reach | null => REACH_OF.get(name) ?? null

export const isEnded = (plan: Plan, by: AgentActor): boolean =>
  plan.agents.get(by.agentId)?.generation !== by.generation

export const tokenOfEnded = (by: AgentActor): Failure =>
  failure('unauthorized', `${by.agentId} has ended: its token is good for nothing else`)

export const lateReport = (by: AgentActor): Failure =>
  failure(
    'stale-generation',
    `${by.agentId} (generation ${by.generation}) has ended: its report on ${by.taskId} comes too late`,
    {
      hint: 'nothing was changed',
      facts: { agent: by.agentId, task: by.taskId, generation: by.generation },
    },
  )

export const notAllowed = (by: AgentActor, what: string): Failure =>
  failure('not-allowed', `an agent may not ${what} (${by.agentId} works on ${by.taskId})`, {
    hint: 'it may show, log, artifact, ask, done and fail its own task, read its dependencies, and add tasks',
    facts: { agent: by.agentId },
  })

/** Whether this actor may give this command; an added task must not exceed its adder's limits. */
export function permit(plan: Plan, by: Actor, command: AnyCommand): Failure | null {
  if (by.kind === 'coordinator') return null
  if (by.kind === 'person') return permitPerson(command)
  switch (agentReach(command.type)) {
    case 'report':
      return permitReport(plan, by, command)
    case 'subtasks':
      return isEnded(plan, by) ? lateReport(by) : permitSubtasks(plan, by, newTasksOf(command))
    case 'mail':
      return isEnded(plan, by) ? tokenOfEnded(by) : permitMail(plan, by, command)
    default:
      return isEnded(plan, by) ? tokenOfEnded(by) : notAllowed(by, actionOf(command))
  }
}

function permitMail(plan: Plan, by: AgentActor, command: AnyCommand): Failure | null {
  if (command.type === 'delivery.take')
    return command.agentId === by.agentId ? null : notAllowed(by, 'take the messages of another')
  if (command.type !== 'message.send') return null
  const task = plan.tasks.get(by.taskId)
  if (!task || !namesOf(task).includes(command.message.from))
    return notAllowed(by, `write as ${command.message.from}`)
  if (command.delegated) return notAllowed(by, `ask for task ${command.delegated}`)
  return command.delegate ? permitSubtasks(plan, by, [command.delegate.task]) : null
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

const OF_COORDINATOR: ReadonlySet<AnyCommand['type']> = new Set([
  'landing.settle',
  'task.assign',
  'assignment.request',
  'judgement.ask',
  'judgement.end',
  'judgement.postpone',
  'members.sync',
  'delivery.take',
  'delivery.notice',
  'deliveries.time',
  'delivery.forwarded',
  'delegation.settle',
  'job.settle',
  'peer.pin',
  'peer.read',
])

/** A person may stop agents and forget ended ones; how an agent lives is reported by what runs it. */
function permitPerson({ type }: AnyCommand): Failure | null {
  const isOfCoordinator = type.startsWith('agent') || OF_COORDINATOR.has(type)
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
  const judged = (['gate', 'identity', 'kind'] as const).find((field) => task[field])
  if (judged) return judged
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
