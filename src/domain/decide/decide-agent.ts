/** Claims, what is heard of agents, and their being stopped. Their end is in `decide-end.ts`. */
import { ok } from '../../base/result.ts'
import type { Agent, StopReason } from '../agent.ts'
import type { Claim, Command } from '../command.ts'
import type { Event } from '../event.ts'
import { failure } from '../failure.ts'
import type { AgentId } from '../ids.ts'
import { shownStateOf, type Plan } from '../plan.ts'
import {
  decided,
  noOp,
  refused,
  withTask,
  wrongState,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

/** Takes those that may still start now and passes over the rest: the coordinator looks again anyway. */
export function decideClaims(plan: Plan, command: Of<'agents.claim'>, now: Circumstances): Decided {
  const claims = plan.facts.paused
    ? []
    : command.claims.filter((claim) => mayStart(plan, claim, now.at))
  const events = claims.map((claim): Event => ({
    type: 'agent.claimed',
    at: now.at,
    claim,
    by: 'process',
    workplace: null,
  }))
  return ok({ events, reply: { ids: claims.map((claim) => claim.agentId) } })
}

/** Promise 1 and 2: nobody alive on it, nothing unmet, its time has come. */
function mayStart(plan: Plan, claim: Claim, at: number): boolean {
  const task = plan.tasks.get(claim.taskId)
  return (
    task !== undefined &&
    task.state.kind === 'open' &&
    plan.agentOf(task.id) === null &&
    shownStateOf(plan, task, at) === 'ready'
  )
}

export function decideTake(plan: Plan, command: Of<'task.take'>, now: Circumstances): Decided {
  const { claim, workplaceCwd } = command
  return withTask(plan, claim.taskId, (task) => {
    if (!mayStart(plan, claim, now.at))
      return refused(
        wrongState(
          task,
          `taken (${shownStateOf(plan, task, now.at)})`,
          `yard why ${task.id} says what it waits for`,
        ),
      )
    const workplace = { cwd: workplaceCwd, branch: null, baseCommit: null }
    return decided([task.id, claim.agentId], {
      type: 'agent.claimed',
      at: now.at,
      claim,
      by: 'person',
      workplace,
    })
  })
}

/** Runs `then` with the living agent of that generation; older news is a no-op. */
export function withAgent(
  plan: Plan,
  id: AgentId,
  generation: number,
  then: (agent: Agent) => Decided,
): Decided {
  const agent = plan.agents.get(id)
  return agent && agent.generation === generation ? then(agent) : noOp(id)
}

export function decidePlaced(plan: Plan, command: Of<'agent.placed'>, now: Circumstances): Decided {
  const { agentId, generation, workplace, worktreeName } = command
  return withAgent(plan, agentId, generation, () =>
    decided([agentId], { type: 'agent.placed', at: now.at, id: agentId, workplace, worktreeName }),
  )
}

export function decideStarted(
  plan: Plan,
  command: Of<'agent.started'>,
  now: Circumstances,
): Decided {
  const { agentId, generation, startedAt, pid, pidStartTime } = command
  return withAgent(plan, agentId, generation, (agent) =>
    agent.pid === pid && agent.pidStartTime === pidStartTime
      ? noOp(agentId)
      : decided([agentId], {
          type: 'agent.started',
          at: now.at,
          id: agentId,
          startedAt,
          pid,
          pidStartTime,
        }),
  )
}

export function decideHeard(plan: Plan, command: Of<'agent.heard'>, now: Circumstances): Decided {
  return withAgent(plan, command.agentId, command.generation, (agent) =>
    agent.state.kind === 'starting'
      ? decided([agent.id], { type: 'agent.heard', at: now.at, id: agent.id })
      : noOp(agent.id),
  )
}

export function decideConversed(
  plan: Plan,
  command: Of<'agent.conversed'>,
  now: Circumstances,
): Decided {
  return withAgent(plan, command.agentId, command.generation, (agent) =>
    agent.conversation?.id === command.conversation
      ? noOp(agent.id)
      : decided([agent.id], {
          type: 'agent.conversed',
          at: now.at,
          id: agent.id,
          conversation: command.conversation,
        }),
  )
}

/** Stopping is asked for once; later wishes may only make it harder (`force`) or say a stronger reason. */
export function decideStop(plan: Plan, command: Of<'agent.stop'>, now: Circumstances): Decided {
  const agent = plan.agents.get(command.agentId)
  if (!agent) return noOp(command.agentId)
  if (agent.by === 'person')
    return refused(
      failure('wrong-state', `${agent.id} is a person: there is nothing to kill`, {
        hint: `yard done or fail ${agent.taskId}, or let it go in the page`,
      }),
    )
  const wish = { reason: command.reason, force: command.force }
  if (agent.state.kind === 'stopping' && !isStronger(agent.state, wish)) return noOp(agent.id)
  return decided([agent.id], { type: 'agent.stopping', at: now.at, id: agent.id, ...wish })
}

const OF_A_PERSON: ReadonlySet<StopReason> = new Set(['killed', 'redispatch'])
const OF_A_WATCH: ReadonlySet<StopReason> = new Set(['timeout', 'silent'])

/** Force over none, and what a person wants over a watch that ended it first. */
const isStronger = (
  now: { readonly reason: StopReason; readonly force: boolean },
  wish: { readonly reason: StopReason; readonly force: boolean },
): boolean =>
  (wish.force && !now.force) || (OF_A_PERSON.has(wish.reason) && OF_A_WATCH.has(now.reason))

/** Forgets ended agents; living ones are passed over. */
export function decideForget(
  plan: Plan,
  command: Of<'agents.forget'>,
  now: Circumstances,
): Decided {
  const ids = command.ids.filter((id) => !plan.agents.has(id))
  return decided(ids, ...ids.map((id): Event => ({ type: 'agent.forgotten', at: now.at, id })))
}
