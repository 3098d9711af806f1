/** What an event changes of one task or one agent alone. */
import type { Agent } from '../agent.ts'
import type { Event, EventOf } from '../event.ts'
import type { AgentId } from '../ids.ts'
import type { Task, TaskState } from '../task.ts'

const OPEN: TaskState = { kind: 'open', notBefore: null, park: null }

type TaskPatches<T extends Event['type']> = {
  readonly [K in T]: (task: Task, event: EventOf<K>) => Partial<Task>
}

/** What was answered of a close call stays where its task goes on without the rest. */
export function keptLooks({ state, openLooks = [] }: Task, patch: Partial<Task>): Partial<Task> {
  const isLeft = patch.state !== undefined && patch.state.kind !== 'pending-eval'
  if (!isLeft || state.kind !== 'pending-eval' || state.looks.length === 0) return {}
  const { agentId } = state
  return { openLooks: [...openLooks, ...state.looks.map((look) => ({ agentId, look }))] }
}

/** All answers of a result stand in its evaluation now. */
export function withoutLooks({ state, openLooks }: Task, agentId: AgentId): Partial<Task> {
  const isJudged = state.kind === 'pending-eval' && state.agentId === agentId
  const left = openLooks?.filter((each) => each.agentId !== agentId)
  return {
    ...(isJudged ? { state: { ...state, looks: [] } } : {}),
    ...(left && left.length !== openLooks?.length ? { openLooks: left } : {}),
  }
}

/** What an event changes of its task alone. */
export const TASK_PATCHES: TaskPatches<
  | ('task.edited' | 'task.timed' | 'task.held' | 'task.released' | 'task.completed')
  | ('task.landed' | 'task.landing' | 'task.merging' | 'task.failed' | 'task.returned')
  | ('task.repeated' | 'task.awaiting' | 'task.reopened' | 'task.abandoned')
  | ('task.woken' | 'task.delegated' | 'task.delegationTold' | 'task.escalated')
  | (
      | 'task.judging'
      | 'task.looked'
      | 'task.rejected'
      | 'task.triaging'
      | 'task.assigning'
      | 'task.assigned'
    )
> = {
  'task.edited': (_, { fields }) => fields,
  'task.assigning': (_, { judgementId: assigning }) => ({ assigning }),
  'task.assigned': (_, { fields }) => ({ ...fields, assigned: true }),
  'task.timed': ({ state }, { notBefore, scheduledFor }) => ({
    state: { kind: 'open', notBefore, park: state.kind === 'open' ? state.park : null },
    scheduledFor,
  }),
  'task.held': (_, { draft }) => ({ held: true, ...(draft && { draft }) }),
  'task.released': () => ({ held: false, draft: false }),
  'task.completed': (task, { at, by, resultCommit }) => ({
    state: { kind: 'done', at, by },
    held: false,
    completedAt: at,
    conversation: null,
    backOffs: 0,
    gateTries: 0,
    ...resultOf(task, resultCommit),
    ...counted(task),
    firstSuccessAt: task.schedule ? (task.firstSuccessAt ?? at) : null,
  }),
  'task.landed': (task, { resultCommit }) => resultOf(task, resultCommit),
  'task.landing': (_, { landing }) => ({ landing }),
  'task.merging': (_, { merging }) => ({ merging }),
  'task.failed': (task, { at, failure, isAttempt }) => ({
    state: { kind: 'failed', at, failure },
    lastFailure: failure,
    attempts: task.attempts + (isAttempt ? 1 : 0),
    completedAt: at,
  }),
  'task.returned': (task, event) => ({
    state: { kind: 'open', notBefore: event.notBefore, park: event.park },
    held: task.held || event.held,
    attempts: task.attempts + (event.isAttempt ? 1 : 0),
    gateTries: task.gateTries + (event.isGate ? 1 : 0),
    backOffs: event.isBackOff ? task.backOffs + 1 : 0,
    lastFailure: event.failure ?? task.lastFailure,
  }),
  'task.repeated': (task, event) => ({
    state: { kind: 'open', notBefore: event.notBefore, park: null },
    scheduledFor: event.notBefore,
    attempts: 0,
    backOffs: 0,
    gateTries: 0,
    conversation: null,
    lastFailure: event.success ? null : event.failure,
    completedAt: event.at,
    firstSuccessAt: task.firstSuccessAt ?? (event.success ? event.at : null),
    ...resultOf(task, event.resultCommit),
    ...(event.success ? counted(task) : {}),
  }),
  'task.judging': (task, { at, agentId, generation, resultCommit }) => ({
    state: { kind: 'pending-eval', agentId, generation, since: at, looks: [] },
    backOffs: 0,
    ...uncounted(task, resultCommit),
  }),
  'task.looked': ({ state, openLooks = [] }, { look, late: agentId }) => {
    if (agentId) return { openLooks: [...openLooks, { agentId, look }] }
    return state.kind === 'pending-eval'
      ? { state: { ...state, looks: [...state.looks, look] } }
      : {}
  },
  'task.rejected': (_, { agentId, note }) => ({ rejected: { agentId, note } }),
  'task.triaging': ({ state }, { notBefore, triage }) => ({
    state: {
      kind: 'open',
      notBefore,
      park: state.kind === 'open' ? state.park : null,
      ...(triage ? { triage } : {}),
    },
  }),
  'task.awaiting': (task, { at, for: what, text, failure, provider, resultCommit = null }) => ({
    state: { kind: 'waiting', for: what, text, since: at, provider },
    lastFailure: failure ?? task.lastFailure,
    ...uncounted(task, resultCommit),
  }),
  'task.reopened': (task, event) => ({
    state: { ...OPEN, notBefore: event.notBefore },
    attempts: 0,
    backOffs: 0,
    gateTries: 0,
    completedAt: null,
    firstSuccessAt: null,
    ...counted(task),
    scheduledFor: event.scheduledFor,
    // What is worked on again is not asked to land any more.
    landing: task.landing?.state === 'queued' ? null : task.landing,
    conversation: event.fresh ? null : task.conversation,
    // Its next end is news again.
    ...(task.delegation ? { delegation: { ...task.delegation, isTold: false } } : {}),
  }),
  // A wait for its provider is over by it.
  'task.woken': (_, { notBefore }) => ({ state: { ...OPEN, notBefore }, backOffs: 0 }),
  'task.delegated': (_, { messageId, from, hops = 0 }) => ({
    delegation: { messageId, from, isTold: false, hops },
  }),
  'task.delegationTold': ({ delegation }) =>
    delegation ? { delegation: { ...delegation, isTold: true } } : {},
  'task.escalated': (_, { failure }) => ({ escalated: failure }),
  'task.abandoned': (_, { at, by }) => ({
    state: { kind: 'abandoned', at, by },
    held: false,
    completedAt: at,
  }),
}

/** A new result has not landed, whatever became of the one before. */
const resultOf = (task: Task, commit: string | null): Partial<Task> =>
  commit === null || commit === task.resultCommit ? {} : { resultCommit: commit, landing: null }

/** A result that has not passed yet: what waits for a repeating task goes on with the one before. */
function uncounted(task: Task, commit: string | null): Partial<Task> {
  const result = resultOf(task, commit)
  const isHeldBack = task.schedule !== null && task.firstSuccessAt !== null && !task.lastGood
  const isNew = result.resultCommit !== undefined
  return isNew && isHeldBack ? { ...result, lastGood: { commit: task.resultCommit } } : result
}

const counted = ({ lastGood }: Task): Partial<Task> => (lastGood ? { lastGood: null } : {})

type AgentPatches<T extends Event['type']> = {
  readonly [K in T]: (agent: Agent, event: EventOf<K>) => Partial<Agent>
}

const startState = (agent: Agent): Agent['state'] =>
  agent.executorType === 'shell' ? { kind: 'working' } : { kind: 'starting' }

/** What an event changes of its agent alone. */
export const AGENT_PATCHES: AgentPatches<
  'agent.started' | 'agent.heard' | 'agent.reported' | 'agent.stopping'
> = {
  'agent.started': (agent, { startedAt, pid, pidStartTime }) => ({
    state: agent.state.kind === 'claimed' ? startState(agent) : agent.state,
    startedAt: agent.startedAt ?? startedAt,
    pid,
    pidStartTime,
  }),
  'agent.heard': ({ state }) => ({
    state: state.kind === 'starting' ? { kind: 'working' } : state,
  }),
  'agent.reported': (_, { failure, isAnswered }) => ({
    report: failure
      ? { kind: 'fail', failure, ...(isAnswered ? { isAnswered } : {}) }
      : { kind: 'done' },
  }),
  'agent.stopping': ({ state }, { at, reason, force }) => ({
    state: { kind: 'stopping', reason, since: state.kind === 'stopping' ? state.since : at, force },
  }),
}
