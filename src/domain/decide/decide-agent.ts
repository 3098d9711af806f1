/** Claims, what is heard of agents, and their being stopped. Their end is in `decide-end.ts`. */
import { ok } from '../../base/result.ts'
import { isLaunched, type Agent, type StopReason } from '../agent.ts'
import type { Claim, Command } from '../command.ts'
import type { Event } from '../event.ts'
import { failure } from '../failure.ts'
import type { AgentId, TaskId } from '../ids.ts'
import { endingBlockerOf, shownStateOf, type Plan } from '../plan.ts'
import {
  decided,
  noOp,
  refused,
  whyHint,
  withTask,
  wrongState,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

/** Takes those that may still start now and passes over the rest: the coordinator looks again anyway. */
export function decideClaims(plan: Plan, command: Of<'agents.claim'>, now: Circumstances): Decided {
  const picked = command.picked && new Set(command.picked)
  const isAsPicked = ({ taskId }: Claim): boolean => {
    const task = plan.tasks.get(taskId)
    return task !== undefined && (picked === undefined || picked.has(task))
  }
  const claims = plan.facts.paused
    ? []
    : command.claims.filter((claim) => isAsPicked(claim) && mayStart(plan, claim, now.at))
  const events = claims.map((claim): Event => ({
    type: 'agent.claimed',
    at: now.at,
    claim,
    by: claim.executorType === 'http' ? 'service' : 'process',
    workplace: null,
  }))
  return ok({ events, reply: { ids: claims.map((claim) => claim.agentId) } })
}

/** Promise 1 and 2: no living agent on it, nothing unmet or still at work below it, its time has come. */
function mayStart(plan: Plan, claim: Claim, at: number): boolean {
  const task = plan.tasks.get(claim.taskId)
  return (
    task !== undefined &&
    task.state.kind === 'open' &&
    plan.agentOf(task.id) === null &&
    shownStateOf(plan, task, at) === 'ready' &&
    endingBlockerOf(plan, task.id) === null
  )
}

export function decideTake(plan: Plan, command: Of<'task.take'>, now: Circumstances): Decided {
  const { claim, workplaceCwd } = command
  return withTask(plan, claim.taskId, (task) => {
    if (plan.facts.paused && claim.leaseMs !== undefined) return refused(PAUSED)
    const ending = endingBlockerOf(plan, task.id)
    if (ending !== null && task.state.kind === 'open') return refused(stillEnding(task.id, ending))
    if (!mayStart(plan, claim, now.at))
      return refused(wrongState(task, `taken (${shownStateOf(plan, task, now.at)})`, whyHint(task)))
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

/** By hand, so neither a pause nor a time that has not come holds it back; what it builds on must be there. */
export function decidePilot(plan: Plan, { claim }: Of<'task.pilot'>, now: Circumstances): Decided {
  return withTask(plan, claim.taskId, (task) => {
    const why = whyHint(task)
    if (task.state.kind !== 'open' || plan.agentOf(task.id) !== null)
      return refused(wrongState(task, `piloted (${shownStateOf(plan, task, now.at)})`, why))
    const ending = endingBlockerOf(plan, task.id)
    if (ending !== null) return refused(stillEnding(task.id, ending))
    if (plan.unmetOf(task.id) > 0) return refused(wrongState(task, 'piloted (blocked)', why))
    return decided([task.id, claim.agentId], {
      type: 'agent.claimed',
      at: now.at,
      claim,
      by: 'pilot',
      workplace: null,
    })
  })
}

const PAUSED = failure('wrong-state', 'the coordinator is paused: nothing can be claimed', {
  hint: 'yard service resume lets it go on',
})

const stillEnding = (id: TaskId, blocker: TaskId) =>
  failure('blocked', `task ${id} waits for ${blocker}, whose agent is still being ended`, {
    hint: 'try again in a moment',
    facts: { id, blocker },
  })

/** Runs `then` with the living agent of that generation; older news is a no-op. */
function withAgent(
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
    agent.startedAt !== null && agent.pid === pid && agent.pidStartTime === pidStartTime
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

/** Stopping is asked for once; later wishes may only make it harder (`force`) or say a reason that counts as much or more. */
export function decideStop(plan: Plan, command: Of<'agent.stop'>, now: Circumstances): Decided {
  const agent = plan.agents.get(command.agentId)
  if (!agent) return noOp(command.agentId)
  if (!isLaunched(agent))
    return refused(
      failure('wrong-state', elsewhere(agent), {
        hint: `yard done or fail ${agent.taskId}, or yard let-go ${agent.taskId} takes it back`,
      }),
    )
  const wish = strongest(agent.state, command)
  if (!wish) return noOp(agent.id)
  return decided([agent.id], { type: 'agent.stopping', at: now.at, id: agent.id, ...wish })
}

const elsewhere = ({ id, by }: Agent): string =>
  by === 'pilot'
    ? `${id} is piloted by a person in a terminal: it is not killed from here`
    : `${id} runs elsewhere: there is nothing to kill here`

interface Wish {
  readonly reason: StopReason
  readonly force: boolean
}

/** What counts all the same gives way to a watch, that to a person, all to what has settled the task. */
const WEIGHT = {
  reported: 0,
  budget: 0,
  timeout: 1,
  silent: 1,
  killed: 2,
  redispatch: 2,
  'taken-back': 2,
  superseded: 3,
  abandoned: 3,
} as const satisfies Record<StopReason, number>
const BY_A_PERSON = WEIGHT.killed

/** What both wishes together come to; null when the new one changes nothing. A person's latest word counts. */
function strongest(state: Agent['state'], { reason, force }: Wish): Wish | null {
  if (state.kind !== 'stopping') return { reason, force }
  const isLatestWord = WEIGHT[reason] === BY_A_PERSON && WEIGHT[state.reason] === BY_A_PERSON
  const wins = isLatestWord || WEIGHT[reason] > WEIGHT[state.reason]
  const both = { reason: wins ? reason : state.reason, force: force || state.force }
  return both.reason === state.reason && both.force === state.force ? null : both
}

/** Forgets ended agents; living ones are passed over. */
export function decideForget(
  plan: Plan,
  command: Of<'agents.forget'>,
  now: Circumstances,
): Decided {
  const ids = command.ids.filter((id) => !plan.agents.has(id))
  return decided(ids, ...ids.map((id): Event => ({ type: 'agent.forgotten', at: now.at, id })))
}
