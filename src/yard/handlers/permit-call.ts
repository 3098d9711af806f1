/** Whether an agent may make this call: reads and the control of the host never become commands, so they are judged here. */
import type { Actor } from '../../domain/command.ts'
import type { Failure } from '../../domain/failure.ts'
import { isTaskId } from '../../domain/ids.ts'
import {
  agentReach,
  isEnded,
  lateReport,
  notAllowed,
  tokenOfEnded,
  type AgentActor,
  type Reach,
} from '../../domain/permissions.ts'
import type { Plan } from '../../domain/plan.ts'

/** `path` is the procedure, `id` the `id` of its input. Null = allowed. */
export function permitCall(plan: Plan, by: Actor, path: string, id: unknown): Failure | null {
  if (by.kind !== 'agent') return null
  const reach = agentReach(path) ?? 'never'
  if (isEnded(plan, by)) return isOwnReport(by, reach, id) ? lateReport(by) : tokenOfEnded(by)
  switch (reach) {
    case 'never':
      return notAllowed(by, `call ${path}`)
    case 'any':
    case 'subtasks':
      return null
    case 'report':
      return id === by.taskId ? null : notAllowed(by, `call ${path} of another task`)
    case 'own-agent':
      return id === by.agentId ? null : notAllowed(by, `call ${path} of another agent`)
    case 'own-or-dependency':
      return isNear(plan, by, id)
        ? null
        : notAllowed(by, `call ${path} of a task it does not wait for`)
  }
}

const isOwnReport = (by: AgentActor, reach: Reach, id: unknown): boolean =>
  (reach === 'report' && id === by.taskId) || (reach === 'own-agent' && id === by.agentId)

const isNear = (plan: Plan, { taskId }: AgentActor, id: unknown): boolean =>
  id === taskId || (typeof id === 'string' && isTaskId(id) && plan.blockersOf(taskId).has(id))
