/** Claims, what is heard of agents, and their being stopped. Their end is in `decide-end.ts`. */
import { ok } from '../../base/result.ts'
import type { Agent, StopReason, Workplace } from '../agent.ts'
import { isLaunched } from '../routing/holder.ts'
import type { Claim, CommandOf } from '../command.ts'
import type { Event, EventOf } from '../event.ts'
import { failure } from '../failure.ts'
import type { AgentId, TaskId } from '../ids.ts'
import { shownStateOf, type Plan } from '../plan.ts'
import { endingBlockerOf } from '../graph/upstream.ts'
import type { Task } from '../task.ts'
import {
  decided,
  noOp,
  refused,
  whyHint,
  withTask,
  wrongState,
  type Circumstances,
  type Decided,
  type Deciders,
} from './decision.ts'
import { conversationOf, dueDeliveries, takenEvents, beginsAnew } from './mail-turn.ts'

export const agentDeciders: Deciders<
  | ('agents.claim' | 'task.take' | 'task.pilot' | 'agent.placed' | 'agent.started')
  | ('agent.heard' | 'agent.conversed' | 'agent.stop' | 'agents.forget')
> = {
  /** Takes those that may still start now and passes over the rest: the coordinator looks again anyway. */
  'agents.claim'(plan, command, now) {
    const picked = command.picked && new Set(command.picked)
    const isAsPicked = ({ taskId }: Claim): boolean => {
      const task = plan.tasks.get(taskId)
      return task !== undefined && (picked === undefined || picked.has(task))
    }
    const fit = plan.facts.paused
      ? []
      : command.claims.filter((claim) => isAsPicked(claim) && mayStart(plan, claim, now.at))
    const claims = onePerMember(plan, fit)
    const events = claims.flatMap((claim) =>
      turnEvents(plan, claim, claim.executorType === 'http' ? 'service' : 'process', now),
    )
    return ok({
      events: [...newIdentities(plan, claims, now), ...events],
      reply: { ids: claims.map((claim) => claim.agentId) },
    })
  },

  'task.take': (plan, { claim, workplaceCwd: cwd }, now) =>
    withTask(plan, claim.taskId, (task) => {
      if (plan.facts.paused && claim.leaseMs !== undefined) return refused(PAUSED)
      const ending = endingBlockerOf(plan, task.id)
      if (ending !== null && task.state.kind === 'open')
        return refused(stillEnding(task.id, ending))
      if (!mayStart(plan, claim, now.at))
        return refused(
          wrongState(task, `taken (${shownStateOf(plan, task, now.at)})`, whyHint(task)),
        )
      const workplace = { cwd, branch: null, baseCommit: null }
      return decided([task.id, claim.agentId], claimedEvent(claim, 'person', now, workplace))
    }),

  /** By hand, so neither a pause nor a time that has not come holds it back; what it builds on must be there. */
  'task.pilot': (plan, { claim }, now) =>
    withTask(plan, claim.taskId, (task) => {
      const why = whyHint(task)
      if (task.state.kind !== 'open' || plan.agentOf(task.id) !== null)
        return refused(wrongState(task, `piloted (${shownStateOf(plan, task, now.at)})`, why))
      const ending = endingBlockerOf(plan, task.id)
      if (ending !== null) return refused(stillEnding(task.id, ending))
      if (plan.unmetOf(task.id) > 0) return refused(wrongState(task, 'piloted (blocked)', why))
      const known = newIdentities(plan, [claim], now)
      if (isMemberAtWork(plan, task))
        return refused(wrongState(task, `piloted while ${task.member} has another turn`, why))
      return decided([task.id, claim.agentId], ...known, ...turnEvents(plan, claim, 'pilot', now))
    }),

  'agent.placed': (plan, { agentId: id, generation, workplace, worktreeName }, { at }) =>
    withAgent(plan, id, generation, () =>
      decided([id], { type: 'agent.placed', at, id, workplace, worktreeName }),
    ),

  'agent.started': (plan, command, { at }) => {
    const { agentId: id, generation, startedAt, pid, pidStartTime } = command
    return withAgent(plan, id, generation, (agent) =>
      agent.startedAt !== null && agent.pid === pid && agent.pidStartTime === pidStartTime
        ? noOp(id)
        : decided([id], { type: 'agent.started', at, id, startedAt, pid, pidStartTime }),
    )
  },

  'agent.heard': (plan, { agentId: id, generation }, { at }) =>
    withAgent(plan, id, generation, ({ state }) =>
      state.kind === 'starting' ? decided([id], { type: 'agent.heard', at, id }) : noOp(id),
    ),

  'agent.conversed': (plan, { agentId: id, generation, conversation }, { at }) =>
    withAgent(plan, id, generation, (agent) =>
      agent.conversation?.id === conversation
        ? noOp(id)
        : decided([id], { type: 'agent.conversed', at, id, conversation }),
    ),

  /** Stopping is asked for once; later wishes may only make it harder (`force`) or say a reason that counts as much or more. */
  'agent.stop'(plan, command, { at }) {
    const { agentId: id } = command
    const agent = plan.agents.get(id)
    if (!agent) return noOp(id)
    if (!isLaunched(agent))
      return refused(
        failure('wrong-state', elsewhere(agent), {
          hint: `yard done or fail ${agent.taskId}, or yard let-go ${agent.taskId} takes it back`,
        }),
      )
    const wish = strongest(agent.state, command)
    return wish ? decided([id], { type: 'agent.stopping', at, id, ...wish }) : noOp(id)
  },

  /** Forgets ended agents; living ones are passed over, and those of whom a model is asked. */
  'agents.forget'(plan, command, { at }) {
    const asked = new Set([...plan.judgements.values()].map(({ agentId }) => agentId))
    const ids = command.ids.filter((id) => !plan.agents.has(id) && !asked.has(id))
    return decided(ids, ...ids.map((id): Event => ({ type: 'agent.forgotten', at, id })))
  },
}

const claimedEvent = (
  claim: Claim,
  by: Agent['by'],
  { at }: Circumstances,
  workplace: Workplace | null = null,
): Event => ({ type: 'agent.claimed', at, claim, by, workplace })

/** The claim, and what waits for whoever works on the task: both or neither. */
function turnEvents(plan: Plan, claim: Claim, by: Agent['by'], now: Circumstances): Event[] {
  const task = plan.tasks.get(claim.taskId)
  // A pilot is shown the messages in the terminal, whatever its profile says.
  const isRead = by === 'pilot' || !claim.hasNoPrompt
  const due = task && isRead ? dueDeliveries(plan, task, now.at) : []
  const { type, at, ...claimed } = claimedEvent(claim, by, now) as EventOf<'agent.claimed'>
  const fresh = beginsAnew(claim.isFresh === true, due) ? { isFresh: true as const } : {}
  const of = due[0] ? conversationOf(due[0]) : null
  const own = of === null ? {} : { conversationOf: of }
  return [{ type, at, ...claimed, ...fresh, ...own }, ...takenEvents(due, claim.agentId, at)]
}

/** At most one living agent of a member. */
const isMemberAtWork = (plan: Plan, { member }: Task): boolean =>
  member !== null && plan.agentOfMember(member) !== null

function onePerMember(plan: Plan, claims: readonly Claim[]): readonly Claim[] {
  const seen = new Set<string>()
  return claims.filter(({ taskId }) => {
    const member = plan.tasks.get(taskId)?.member ?? null
    if (member === null) return true
    if (seen.has(member)) return false
    seen.add(member)
    return true
  })
}

/** Those that no agent was asked to be so far, each once. */
function newIdentities(plan: Plan, claims: readonly Claim[], { at }: Circumstances): Event[] {
  const asked = claims.flatMap(({ identity }) => identity ?? [])
  const found = new Map(asked.map((identity) => [identity.id, identity]))
  return [...found.values()]
    .filter(({ id }) => !plan.identities.has(id))
    .map((identity) => ({ type: 'identity.known', at, identity }))
}

/** Promise 1 and 2: no living agent on it, nothing unmet or still at work below it, its time has come. */
function mayStart(plan: Plan, claim: Claim, at: number): boolean {
  const task = plan.tasks.get(claim.taskId)
  return (
    task !== undefined &&
    task.state.kind === 'open' &&
    plan.agentOf(task.id) === null &&
    !isMemberAtWork(plan, task) &&
    shownStateOf(plan, task, at) === 'ready' &&
    endingBlockerOf(plan, task.id) === null
  )
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
  return agent?.generation === generation ? then(agent) : noOp(id)
}

const elsewhere = ({ id, by }: Agent): string =>
  by === 'pilot'
    ? `${id} is piloted by a person in a terminal: it is not killed from here`
    : `${id} runs elsewhere: there is nothing to kill here`

type Wish = Pick<CommandOf<'agent.stop'>, 'reason' | 'force'>

/** What counts all the same gives way to a watch, that to a person, all to what has settled the task. */
const WEIGHT = {
  reported: 0,
  budget: 0,
  timeout: 1,
  silent: 1,
  triaged: 0,
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
