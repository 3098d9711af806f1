/** Whether all that can move has moved to its end. */
import type { Agent } from '../../src/domain/agent.ts'
import type { Task } from '../../src/domain/task.ts'
import { shownStateOf, type Plan } from '../../src/domain/plan.ts'
import { movingTasks, type RestingTask } from '../../src/domain/graph/rest.ts'
import { isStanding } from '../../src/domain/messages/standing.ts'
import { route } from './owner.ts'

/** Who took a task by hand may take any time for it; a lease runs out by itself. */
const isPatient = (agent: Agent | null): boolean => agent?.by === 'person' && agent.leaseMs === null

const peopleAtWork = (plan: Plan): number => [...plan.agents.values()].filter(isPatient).length

/** Its account is left alone until a person acts, and none does any more. */
const waitsForSignIn = (plan: Plan, provider: string | null): boolean =>
  plan.breakers.get(`provider:${provider}`)?.until === null

export const isPlanAtRest = (plan: Plan, now: number): boolean =>
  plan.agents.size === peopleAtWork(plan) && movingTasks(restingTasks(plan, now)).size === 0

/** Its member has a turn that a person took by hand. */
const waitsForTurn = (plan: Plan, { member }: Task): boolean =>
  member !== null && isPatient(plan.agentOfMember(member))

/** A clock that was set back makes a member wait for days before it is handed a message again. */
const isFarOff = ({ id, state }: Task, now: number): boolean =>
  isStanding(id) && state.kind === 'open' && (state.notBefore ?? 0) > now + HOUR_MS
const HOUR_MS = 3_600_000

const restingTasks = (plan: Plan, now: number): RestingTask[] =>
  [...plan.tasks.values()].map((task) => {
    const way = route(task)
    const isTaken = isPatient(plan.agentOf(task.id))
    return {
      id: task.id,
      state: isTaken || isFarOff(task, now) ? 'waiting' : shownStateOf(plan, task, now),
      after: [...plan.blockersOf(task.id)],
      waitsForPerson: way.ok && way.value.isForPeople,
      hasRepeated: task.schedule !== null && task.generation > 0,
      isStuck: !way.ok || waitsForSignIn(plan, way.value.provider) || waitsForTurn(plan, task),
    }
  })
