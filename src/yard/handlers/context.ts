/** What every handler is given, and what stands before each of them: permission, and one way out for failures. */
import { implement } from '@orpc/server'
import { contract } from '../../contract/contract.ts'
import type { Actor, AnyCommand, Reply } from '../../domain/command.ts'
import { unknownTask } from '../../domain/decide/decision.ts'
import { isTaskId } from '../../domain/ids.ts'
import type { Task } from '../../domain/task.ts'
import type { StartScreen } from '../start-screen/create-start-screen.ts'
import type { PageSessions } from '../access/page-sessions.ts'
import type { Yard } from '../yard.ts'
import type { LiveView } from '../views/live-view.ts'
import { failureFrom, refuse, toOrpcError, valueOf } from './failures.ts'
import type { Failure } from '../../domain/failure.ts'
import {
  type AgentActor,
  agentReach,
  isEnded,
  lateReport,
  notAllowed,
  type Reach,
  tokenOfEnded,
} from '../../domain/permissions.ts'
import type { Plan } from '../../domain/plan.ts'

/** What the host can do that the yard cannot. */
export interface HostHooks {
  /** Where it is reached; null when it cannot be reached. */
  url(): string | null
  /** A fresh one-use address of its page; null when it serves none. */
  pageUrl(): string | null
  /** Ends the host of this yard soon, after the reply to this request has gone out; others of its process go on. */
  stop(): void
  /** The folders of all yards of this process; missing where this is the only one. */
  yards?(): readonly string[]
  /** Who may use its page; missing where a single command is the host. */
  readonly sessions?: PageSessions
  /** The way to other yards; missing where a single command is the host. */
  readonly startScreen?: StartScreen
}

export interface HandlerContext {
  readonly yard: Yard
  readonly view: LiveView
  readonly host: HostHooks
  readonly actor: Actor
}

/** Outputs are typed by the compiler and not parsed again: that would cost more than the answers. */
export const procedures = implement(contract)
  .$config({ initialOutputValidationIndex: Number.NaN })
  .$context<HandlerContext>()
  .use(async ({ context, path, next }, input) => {
    const name = path.join('.')
    try {
      const forbidden = permitCall(context.yard.plan, context.actor, name, idOf(input))
      if (forbidden) refuse(forbidden)
      return await next()
    } catch (error) {
      const { failure: told, isBug } = failureFrom(error)
      if (isBug) context.yard.log.error(`${name} failed`, { error: describe(error) })
      throw toOrpcError(told, error)
    }
  })

const idOf = (input: unknown): unknown =>
  typeof input === 'object' && input !== null && 'id' in input ? input.id : undefined

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

export async function send(
  context: HandlerContext,
  command: AnyCommand,
  commandId: string | undefined,
): Promise<Reply> {
  return valueOf(await context.yard.dispatch(command, context.actor, commandId))
}

/** The task of that id as it is now, or a throw that says that there is none. */
export function taskOf({ yard }: Pick<HandlerContext, 'yard'>, id: string): Task {
  const task = isTaskId(id) ? yard.plan.tasks.get(id) : undefined
  return task ?? refuse(unknownTask(yard.plan, id))
}

// Whether an agent may make this call: reads and the control of the host never become commands, so they are judged here.

/** `path` is the procedure, `id` the `id` of its input. Null = allowed. */
export function permitCall(plan: Plan, by: Actor, path: string, id: unknown): Failure | null {
  if (by.kind !== 'agent') return null
  const reach = agentReach(path) ?? 'never'
  if (isEnded(plan, by)) return isOwnReport(by, reach, id) ? lateReport(by) : tokenOfEnded(by)
  switch (reach) {
    case 'never':
      return notAllowed(by, `call ${path}`)
    case 'any':
    case 'mail':
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
