/** Event → changed entities, each a copy. Never refuses, reads no clock; the same event on the same plan gives the same changes. */
import { invariant } from '../../base/result.ts'
import type { Agent } from '../agent.ts'
import type { Event, EventOf } from '../event.ts'
import { agentNumberOf, type AgentId, type TaskId } from '../ids.ts'
import type { Judgement } from '../judging/judgement.ts'
import { standingIdOf } from '../messages/standing.ts'
import { MESSAGE_EVOLVERS } from './evolve-messages.ts'
import { AGENT_PATCHES, keptLooks, TASK_PATCHES, withoutLooks } from './patches.ts'
import { dependencyIdOf, NO_FACTS, type EntityChange, type Plan } from '../plan.ts'
import type { Conversation, Task } from '../task.ts'

type Changes = readonly EntityChange[]
export function evolve(plan: Plan, event: Event): Changes {
  // Each entry is declared for the event under whose type it stands.
  if (isOf(TASK_PATCHES, event)) {
    const patch = TASK_PATCHES[event.type] as (task: Task, event: Event) => Partial<Task>
    return change(plan, event.id, (task) => {
      const patched = patch(task, event)
      return { ...patched, ...keptLooks(task, patched), ...workIn(task, event) }
    })
  }
  if (isOf(AGENT_PATCHES, event)) {
    const patch = AGENT_PATCHES[event.type] as (agent: Agent, event: Event) => Partial<Agent>
    return agentChange(plan, event.id, (agent) => patch(agent, event))
  }
  return (OTHERS[event.type] as (plan: Plan, event: Event) => Changes)(plan, event)
}

const isOf = <T extends object>(
  table: T,
  event: Event,
): event is EventOf<Extract<keyof T, Event['type']>> => Object.hasOwn(table, event.type)

/** What an agent has worked is added up where its end is told of its task. */
const workIn = (task: Task, event: Event): Partial<Task> =>
  'workedMs' in event && event.workedMs !== undefined
    ? { workedMs: (task.workedMs ?? 0) + event.workedMs }
    : {}

type Evolvers<T extends Event['type']> = {
  readonly [K in T]: (plan: Plan, event: EventOf<K>) => Changes
}

const OTHERS: Evolvers<
  Exclude<Event['type'], keyof typeof TASK_PATCHES | keyof typeof AGENT_PATCHES>
> = {
  ...MESSAGE_EVOLVERS,
  'task.added': (_, { task }) => [{ entity: 'task', id: task.id, before: null, after: task }],
  'task.removed': removed,
  'task.logged': (_, { type: _type, ...after }) => [
    { entity: 'log', id: after.id, before: null, after },
  ],
  'task.attached': (_, { id, taskId, agentId, at, artifact }) => [
    { entity: 'artifact', id, before: null, after: { id, taskId, agentId, at, artifact } },
  ],
  'dependency.added'(_plan, { blocker, dependent }) {
    const after = edge(blocker, dependent)
    return [{ entity: 'dependency', id: after.id, before: null, after }]
  },
  'dependency.removed': (_, { blocker, dependent }) => [cut(blocker, dependent)],
  'agent.claimed': claimed,
  'agent.placed'(plan, { id, workplace, worktreeName }) {
    const task = taskOf(plan, agentOf(plan, id).taskId)
    const isNamed = worktreeName === null || task.worktreeName === worktreeName
    const named = isNamed ? [] : change(plan, task.id, () => ({ worktreeName }))
    return [...agentChange(plan, id, () => ({ workplace })), ...named]
  },
  'agent.conversed'(plan, { id, conversation: said }) {
    const { taskId, executor, conversationOf: of } = agentOf(plan, id)
    const conversation = { executor, id: said }
    const changed = agentChange(plan, id, () => ({ conversation }))
    const holder = conversationHolder(plan, taskOf(plan, taskId))
    return [...changed, ...keepConversation(plan, holder, of, conversation)]
  },
  'agent.ended': ended,
  'agent.triaged': triaged,
  'agent.forgotten': (_, { id }) => [{ entity: 'agent', id, before: null, after: null }],
  'judgement.queued': (_, { judgement }) => [
    { entity: 'judgement', id: judgement.id, before: null, after: judgement },
  ],
  'judgement.asked': (plan, { id, at, judge }) =>
    judgementChange(plan, id, () => ({ judge, state: { kind: 'asked', since: at } })),
  'judgement.postponed': (plan, { id, notBefore, turn, usage, costSource = null }) =>
    judgementChange(plan, id, () => ({
      state: { kind: 'queued', notBefore },
      turn,
      ...(usage ? { usage, costSource } : {}),
    })),
  'judgement.ended': (plan, { id, at, outcome, reason, usage, costSource, score, ...more }) =>
    judgementChange(plan, id, () => {
      const { isCutShort, kept } = more
      const how = { ...(isCutShort ? { isCutShort } : {}), ...(kept ? { kept } : {}) }
      const state = { kind: 'ended', at, outcome, reason, ...how } as const
      return { state, usage, costSource, score, ...(kept ? { judge: null } : {}) }
    }),
  'evaluation.recorded'(plan, { evaluation }) {
    const { id, taskId, agentId, at, score: modelScore, passed, work, kept } = evaluation
    const score = kept?.score ?? modelScore
    const by = kept?.by == null ? {} : { by: kept.by }
    const known = { id, agentId, at, modelScore, score, passed, work, ...by }
    const before = taskOf(plan, taskId).evaluation
    // What comes late of an earlier try does not hide what is known of a later one, nor what a model says a person's score of the same try.
    const isLate = agentNumberOf(before?.agentId ?? agentId) > agentNumberOf(agentId)
    const isOverridden = before?.agentId === agentId && before.by !== undefined
    const rest = withoutLooks(taskOf(plan, taskId), agentId)
    const patch = isLate || isOverridden ? rest : { ...rest, evaluation: known }
    const changed = Object.keys(patch).length > 0 ? change(plan, taskId, () => patch) : []
    return [{ entity: 'evaluation', id, before: null, after: evaluation }, ...changed]
  },
  'identity.known': (_, { identity: after }) => [
    { entity: 'identity', id: after.id, before: null, after },
  ],
  'evaluation.scored'(plan, { opinion }) {
    const { id, taskId, evaluationId, score, by, isAudit } = opinion
    const evaluation = plan.tasks.get(taskId)?.evaluation
    const said: EntityChange = { entity: 'opinion', id, before: null, after: opinion }
    if (isAudit || evaluation?.id !== evaluationId) return [said]
    const { by: _by, ...judged } = evaluation
    const effective =
      score === null ? { ...judged, score: judged.modelScore } : { ...judged, score, by }
    return [said, ...change(plan, taskId, () => ({ evaluation: effective }))]
  },
  'yard.paused': (plan) => paused(plan, true),
  'yard.resumed': (plan) => paused(plan, false),
  'breaker.tripped': ({ breakers }, { breaker: after }) => [
    { entity: 'breaker', id: after.id, before: breakers.get(after.id) ?? null, after },
  ],
  'breaker.cleared'({ breakers }, { id }) {
    const before = breakers.get(id)
    return before ? [{ entity: 'breaker', id, before, after: null }] : []
  },
}

const edge = (blocker: TaskId, dependent: TaskId) => ({
  id: dependencyIdOf(blocker, dependent),
  blocker,
  dependent,
})

function cut(blocker: TaskId, dependent: TaskId): EntityChange {
  const before = edge(blocker, dependent)
  return { entity: 'dependency', id: before.id, before, after: null }
}

function removed(plan: Plan, { id }: EventOf<'task.removed'>): Changes {
  const before = taskOf(plan, id)
  const edges = [...plan.blockersOf(id)].map((blocker) => cut(blocker, id))
  return [...edges, { entity: 'task', id, before, after: null }]
}

/** The first record holds every field, so that the folded journal is whole. */
function paused({ facts }: Plan, isPaused: boolean): Changes {
  const before = facts === NO_FACTS ? null : facts
  return [{ entity: 'yard', id: 'yard', before, after: { ...facts, paused: isPaused } }]
}

/** It begins as far down a chain of messages as what asked for its work. */
const hopsOf = ({ delegation }: Task): Pick<Agent, 'hops'> =>
  delegation?.hops ? { hops: delegation.hops } : {}

/** A shell is at work as soon as it runs; other CLIs need a while before they are heard. */
function claimed(plan: Plan, event: EventOf<'agent.claimed'>): Changes {
  const { claim, at } = event
  const task = taskOf(plan, claim.taskId)
  const generation = task.generation + 1
  const { conversationOf } = event
  const conversation = keptConversation(conversationHolder(plan, task), conversationOf)
  const resumes =
    !event.isFresh && conversation !== null && conversation.executor === claim.executor
  const agent: Agent = {
    id: claim.agentId,
    taskId: task.id,
    generation,
    state: event.by === 'person' ? { kind: 'working' } : { kind: 'claimed' },
    executor: claim.executor,
    executorType: claim.executorType,
    model: claim.model,
    modelId: claim.modelId,
    provenance: claim.provenance,
    provider: claim.provider,
    tags: task.tags,
    timeoutMs: claim.timeoutMs,
    by: event.by,
    leaseMs: claim.leaseMs ?? null,
    claimedBy: claim.claimedBy ?? null,
    choice: claim.choice ?? null,
    pid: null,
    pidStartTime: null,
    workplace: event.workplace,
    conversation: resumes ? conversation : null,
    resumed: resumes,
    usage: null,
    costSource: null,
    changes: null,
    evidence: null,
    triage: null,
    identity: claim.identity ? { id: claim.identity.id, name: claim.identity.name } : null,
    member: task.member,
    ...(conversationOf === undefined ? {} : { conversationOf }),
    ...hopsOf(task),
    report: null,
    exitCode: null,
    claimedAt: at,
    startedAt: event.by === 'person' ? at : null,
    endedAt: null,
  }
  return [
    { entity: 'agent', id: agent.id, before: null, after: agent },
    ...change(plan, task.id, () => ({
      state: { kind: 'in-progress', agentId: agent.id, generation },
      generation,
      lastAgentId: agent.id,
      startedAt: task.startedAt ?? at,
      ...(isNextRun(task) ? { workedMs: 0 } : {}),
    })),
  ]
}

/** A member has one conversation, which all its turns go on with: its standing task keeps it. */
function conversationHolder(plan: Plan, task: Task): Task {
  const standing = task.member === null ? undefined : plan.tasks.get(standingIdOf(task.member))
  return standing ?? task
}

/** `of`: who has one of its own with the member, a job; absent = the task's. */
const keptConversation = (holder: Task, of: string | undefined): Conversation | null =>
  (of === undefined ? holder.conversation : holder.conversationsOf?.[of]) ?? null

function keepConversation(
  plan: Plan,
  holder: Task,
  of: string | undefined,
  conversation: Conversation | null,
): Changes {
  if (keptConversation(holder, of)?.id === conversation?.id) return []
  if (of === undefined) return change(plan, holder.id, () => ({ conversation }))
  const { [of]: _, ...others } = holder.conversationsOf ?? {}
  const conversationsOf = conversation ? { ...others, [of]: conversation } : others
  return change(plan, holder.id, () => ({ conversationsOf }))
}

const isNextRun = ({ schedule, completedAt, attempts, backOffs }: Task): boolean =>
  schedule !== null && completedAt !== null && attempts === 0 && backOffs === 0

function ended(plan: Plan, event: EventOf<'agent.ended'>): Changes {
  const agent = agentOf(plan, event.id)
  const conversation = event.conversation
    ? { executor: agent.executor, id: event.conversation }
    : agent.conversation
  const own = plan.tasks.get(agent.taskId)
  const task = own && conversationHolder(plan, own)
  const keep = event.resumable ? conversation : null
  const onTask = task ? keepConversation(plan, task, agent.conversationOf, keep) : []
  return [
    ...agentChange(plan, event.id, () => ({
      state: { kind: 'ended', outcome: event.outcome, failure: event.failure },
      endedAt: event.endedAt,
      exitCode: event.exitCode,
      usage: event.usage ?? agent.usage,
      costSource: event.costSource ?? null,
      changes: event.changes ?? agent.changes,
      evidence: event.evidence ?? null,
      conversation,
    })),
    ...onTask,
  ]
}

/** Its agent may have ended; then the plan does not hold it any more. */
function triaged(
  plan: Plan,
  { agent: before, triage, isFree, conversation }: EventOf<'agent.triaged'>,
): Changes {
  const { id, taskId, generation } = before
  const told: EntityChange = { entity: 'agent', id, before, after: { ...before, triage } }
  const task = plan.tasks.get(taskId)
  if (!task || (!isFree && conversation === undefined)) return [told]
  const moved = change(plan, taskId, () => ({
    ...(isFree ? { attempts: Math.max(0, task.attempts - 1) } : {}),
    ...(triage.outcome === 'back-off' ? { waitedOut: generation } : {}),
    ...(conversation ? { conversation: conversation === 'keep' ? before.conversation : null } : {}),
  }))
  return [told, ...moved]
}

function change(plan: Plan, id: TaskId, to: (task: Task) => Partial<Task>): Changes {
  const before = taskOf(plan, id)
  return [{ entity: 'task', id, before, after: { ...before, ...to(before) } }]
}

function agentChange(plan: Plan, id: AgentId, to: (agent: Agent) => Partial<Agent>): Changes {
  const before = agentOf(plan, id)
  return [{ entity: 'agent', id, before, after: { ...before, ...to(before) } }]
}

function judgementChange(
  plan: Plan,
  id: Judgement['id'],
  to: (judgement: Judgement) => Partial<Judgement>,
): Changes {
  const before = plan.judgements.get(id)
  invariant(before, `no living judgement ${id}`)
  return [{ entity: 'judgement', id, before, after: { ...before, ...to(before) } }]
}

function taskOf(plan: Plan, id: TaskId): Task {
  const task = plan.tasks.get(id)
  invariant(task, `no task ${id}`)
  return task
}

function agentOf(plan: Plan, id: AgentId): Agent {
  const agent = plan.agents.get(id)
  invariant(agent, `no living agent ${id}`)
  return agent
}
