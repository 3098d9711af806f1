/**
 * What an agent may call at all. Its commands are judged once more by the domain's `permit`; reads and the control of the host
 * never get there, so they are decided here. What is not in the table is refused.
 */
import type { Actor } from '../../domain/command.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { isTaskId, type TaskId } from '../../domain/ids.ts'
import type { Plan } from '../../domain/plan.ts'

type Reach =
  /** Its own task or one that this waits for. */
  | 'own-or-dependency'
  /** A report on its own task: after its end it is late, not unknown. */
  | 'report'
  | 'own-agent'
  | 'any'

const AGENT_MAY: Readonly<Record<string, Reach>> = {
  'service.hello': 'any',
  'task.get': 'own-or-dependency',
  'task.why': 'own-or-dependency',
  'page.timeline': 'own-or-dependency',
  'task.add': 'any',
  'task.complete': 'report',
  'task.settle': 'report',
  'task.fail': 'report',
  'task.ask': 'report',
  'task.log': 'report',
  'task.artifact': 'report',
  'agent.get': 'own-agent',
  'agent.output': 'own-agent',
  'agent.heartbeat': 'own-agent',
}

type AgentActor = Extract<Actor, { kind: 'agent' }>

export function isEnded(plan: Plan, by: AgentActor): boolean {
  return plan.agents.get(by.agentId)?.generation !== by.generation
}

/** `path` is the procedure, `id` the `id` of its input. Null = it may go on. */
export function permitCall(plan: Plan, by: Actor, path: string, id: unknown): Failure | null {
  if (by.kind !== 'agent') return null
  const reach = Object.hasOwn(AGENT_MAY, path) ? AGENT_MAY[path] : undefined
  if (isEnded(plan, by)) return lateFailure(by, reach, id)
  switch (reach) {
    case undefined:
      return notAllowed(by, path)
    case 'any':
      return null
    case 'report':
      return id === by.taskId ? null : notAllowed(by, `${path} of another task`)
    case 'own-agent':
      return id === by.agentId ? null : notAllowed(by, `${path} of another agent`)
    case 'own-or-dependency':
      return isNear(plan, by.taskId, id)
        ? null
        : notAllowed(by, `${path} of a task it does not wait for`)
  }
}

const isNear = (plan: Plan, own: TaskId, id: unknown): boolean =>
  id === own || (typeof id === 'string' && isTaskId(id) && plan.blockersOf(own).has(id))

function lateFailure(by: AgentActor, reach: Reach | undefined, id: unknown): Failure {
  const isLateReport =
    (reach === 'report' && id === by.taskId) || (reach === 'own-agent' && id === by.agentId)
  if (!isLateReport)
    return failure('unauthorized', `${by.agentId} has ended: its token is good for nothing else`)
  return failure(
    'stale-generation',
    `${by.agentId} (generation ${by.generation}) has ended: its report on ${by.taskId} comes too late`,
    {
      hint: 'nothing was changed',
      facts: { agent: by.agentId, task: by.taskId, generation: by.generation },
    },
  )
}

const notAllowed = (by: AgentActor, what: string): Failure =>
  failure('not-allowed', `an agent may not call ${what} (${by.agentId} works on ${by.taskId})`, {
    hint: 'it may show, log, artifact, ask, done and fail its own task, read its dependencies, and add tasks',
    facts: { agent: by.agentId },
  })
