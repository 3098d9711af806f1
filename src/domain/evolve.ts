/** Event → changed entities, each a copy. Never refuses, reads no clock; the same event on the same plan gives the same changes. */
import { assertNever, invariant } from '../base/result.ts'
import type { Agent } from './agent.ts'
import type { AgentEvent, Event, EventOf, TaskEvent, YardEvent } from './event.ts'
import type { AgentId, TaskId } from './ids.ts'
import { dependencyIdOf, NO_FACTS, type EntityChange, type Plan } from './plan.ts'
import type { Task, TaskState } from './task.ts'

export function evolve(plan: Plan, event: Event): readonly EntityChange[] {
  if (isTaskEvent(event)) return withWork(evolveTask(plan, event), event)
  if (isAgentEvent(event)) return evolveAgent(plan, event)
  return evolveYard(plan, event)
}

const isTaskEvent = (e: Event): e is TaskEvent =>
  e.type.startsWith('task.') || e.type.startsWith('dependency.')
const isAgentEvent = (e: Event): e is AgentEvent => e.type.startsWith('agent.')

const OPEN: TaskState = { kind: 'open', notBefore: null, park: null }

function evolveTask(plan: Plan, event: TaskEvent): readonly EntityChange[] {
  switch (event.type) {
    case 'task.added':
      return [{ entity: 'task', id: event.task.id, before: null, after: event.task }]
    case 'task.edited':
      return change(plan, event.id, () => event.fields)
    case 'task.timed':
      return change(plan, event.id, (task) => ({
        state: { kind: 'open', notBefore: event.notBefore, park: parkOf(task) },
        scheduledFor: event.scheduledFor,
      }))
    case 'task.held':
      return change(plan, event.id, () =>
        event.draft ? { held: true, draft: true } : { held: true },
      )
    case 'task.released':
      return change(plan, event.id, () => ({ held: false, draft: false }))
    case 'task.completed':
      return change(plan, event.id, (task) => completed(task, event))
    case 'task.landed':
      return change(plan, event.id, (task) => resultOf(task, event.resultCommit))
    case 'task.landing':
      return change(plan, event.id, () => ({ landing: event.landing }))
    case 'task.merging':
      return change(plan, event.id, () => ({ merging: event.merging }))
    case 'task.failed':
      return change(plan, event.id, (task) => ({
        state: { kind: 'failed', at: event.at, failure: event.failure },
        lastFailure: event.failure,
        attempts: task.attempts + (event.isAttempt ? 1 : 0),
        completedAt: event.at,
      }))
    case 'task.returned':
      return change(plan, event.id, (task) => returned(task, event))
    case 'task.repeated':
      return change(plan, event.id, (task) => repeated(task, event))
    case 'task.awaiting':
      return change(plan, event.id, (task) => awaiting(task, event))
    case 'task.reopened':
      return change(plan, event.id, (task) => reopened(task, event))
    case 'task.abandoned':
      return change(plan, event.id, () => ({
        state: { kind: 'abandoned', at: event.at, by: event.by },
        held: false,
        completedAt: event.at,
      }))
    case 'task.removed':
      return removed(plan, event.id)
    default:
      return evolveRecord(event)
  }
}

/** What stands beside tasks: log lines, artifacts, dependencies. */
function evolveRecord(
  event: EventOf<'task.logged' | 'task.attached' | 'dependency.added' | 'dependency.removed'>,
): readonly EntityChange[] {
  switch (event.type) {
    case 'task.logged': {
      const { type: _, ...after } = event
      return [{ entity: 'log', id: event.id, before: null, after }]
    }
    case 'task.attached': {
      const { id, taskId, agentId, at, artifact } = event
      return [
        { entity: 'artifact', id, before: null, after: { id, taskId, agentId, at, artifact } },
      ]
    }
    case 'dependency.added': {
      const { blocker, dependent } = event
      const id = dependencyIdOf(blocker, dependent)
      return [{ entity: 'dependency', id, before: null, after: { id, blocker, dependent } }]
    }
    case 'dependency.removed': {
      const { blocker, dependent } = event
      const id = dependencyIdOf(blocker, dependent)
      return [{ entity: 'dependency', id, before: { id, blocker, dependent }, after: null }]
    }
    default:
      return assertNever(event)
  }
}

/** What an agent has worked is added up where its end is told of its task. */
function withWork(changes: readonly EntityChange[], event: TaskEvent): readonly EntityChange[] {
  const ms = 'workedMs' in event ? event.workedMs : undefined
  if (ms === undefined) return changes
  return changes.map((each) =>
    each.entity === 'task' && each.after
      ? { ...each, after: { ...each.after, workedMs: (each.after.workedMs ?? 0) + ms } }
      : each,
  )
}

const parkOf = (task: Task) => (task.state.kind === 'open' ? task.state.park : null)

const completed = (task: Task, event: EventOf<'task.completed'>): Partial<Task> => ({
  state: { kind: 'done', at: event.at, by: event.by },
  held: false,
  completedAt: event.at,
  conversation: null,
  backOffs: 0,
  ...resultOf(task, event.resultCommit),
  firstSuccessAt: task.schedule ? (task.firstSuccessAt ?? event.at) : null,
})

const returned = (task: Task, event: EventOf<'task.returned'>): Partial<Task> => ({
  state: { kind: 'open', notBefore: event.notBefore, park: event.park },
  held: task.held || event.held,
  attempts: task.attempts + (event.isAttempt ? 1 : 0),
  backOffs: event.isBackOff ? task.backOffs + 1 : 0,
  lastFailure: event.failure ?? task.lastFailure,
})

const awaiting = (task: Task, event: EventOf<'task.awaiting'>): Partial<Task> => ({
  state: {
    kind: 'waiting',
    for: event.for,
    text: event.text,
    since: event.at,
    provider: event.provider,
  },
  lastFailure: event.failure ?? task.lastFailure,
})

const repeated = (task: Task, event: EventOf<'task.repeated'>): Partial<Task> => ({
  state: { kind: 'open', notBefore: event.notBefore, park: null },
  scheduledFor: event.notBefore,
  attempts: 0,
  backOffs: 0,
  conversation: null,
  lastFailure: event.success ? null : event.failure,
  completedAt: event.at,
  firstSuccessAt: task.firstSuccessAt ?? (event.success ? event.at : null),
  ...resultOf(task, event.resultCommit),
})

/** A new result has not landed, whatever became of the one before. */
const resultOf = (task: Task, commit: string | null): Partial<Task> =>
  commit === null || commit === task.resultCommit ? {} : { resultCommit: commit, landing: null }

const reopened = (task: Task, event: EventOf<'task.reopened'>): Partial<Task> => ({
  state: { ...OPEN, notBefore: event.notBefore },
  attempts: 0,
  backOffs: 0,
  completedAt: null,
  firstSuccessAt: null,
  scheduledFor: event.scheduledFor,
  // What is worked on again is not asked to land any more.
  landing: task.landing?.state === 'queued' ? null : task.landing,
  conversation: event.fresh ? null : task.conversation,
})

function removed(plan: Plan, id: TaskId): readonly EntityChange[] {
  const before = taskOf(plan, id)
  const edges = [...plan.blockersOf(id)].map((blocker): EntityChange => {
    const edge = dependencyIdOf(blocker, id)
    return {
      entity: 'dependency',
      id: edge,
      before: { id: edge, blocker, dependent: id },
      after: null,
    }
  })
  return [...edges, { entity: 'task', id, before, after: null }]
}

function evolveAgent(plan: Plan, event: AgentEvent): readonly EntityChange[] {
  switch (event.type) {
    case 'agent.claimed':
      return claimed(plan, event)
    case 'agent.placed': {
      const agent = agentOf(plan, event.id)
      const task = taskOf(plan, agent.taskId)
      const named =
        event.worktreeName === null || task.worktreeName === event.worktreeName
          ? []
          : change(plan, task.id, () => ({ worktreeName: event.worktreeName }))
      return [...agentChange(plan, event.id, () => ({ workplace: event.workplace })), ...named]
    }
    case 'agent.started':
      return agentChange(plan, event.id, (agent) => ({
        state: agent.state.kind === 'claimed' ? startState(agent) : agent.state,
        startedAt: agent.startedAt ?? event.startedAt,
        pid: event.pid,
        pidStartTime: event.pidStartTime,
      }))
    case 'agent.heard':
      return agentChange(plan, event.id, (agent) => ({
        state: agent.state.kind === 'starting' ? { kind: 'working' } : agent.state,
      }))
    case 'agent.conversed': {
      const { taskId, executor } = agentOf(plan, event.id)
      const conversation = { executor, id: event.conversation }
      return [
        ...agentChange(plan, event.id, () => ({ conversation })),
        ...change(plan, taskId, () => ({ conversation })),
      ]
    }
    case 'agent.reported':
      return agentChange(plan, event.id, () => ({
        report: event.failure ? { kind: 'fail', failure: event.failure } : { kind: 'done' },
      }))
    case 'agent.stopping':
      return agentChange(plan, event.id, ({ state }) => ({
        state: {
          kind: 'stopping',
          reason: event.reason,
          since: state.kind === 'stopping' ? state.since : event.at,
          force: event.force,
        },
      }))
    case 'agent.ended':
      return ended(plan, event)
    case 'agent.forgotten':
      return [{ entity: 'agent', id: event.id, before: null, after: null }]
    default:
      return assertNever(event)
  }
}

/** A shell is at work as soon as it runs; other CLIs need a while before they are heard. */
const startState = (agent: Agent): Agent['state'] =>
  agent.executorType === 'shell' ? { kind: 'working' } : { kind: 'starting' }

function claimed(plan: Plan, event: EventOf<'agent.claimed'>): readonly EntityChange[] {
  const { claim, at } = event
  const task = taskOf(plan, claim.taskId)
  const generation = task.generation + 1
  const resumes = task.conversation !== null && task.conversation.executor === claim.executor
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
    pid: null,
    pidStartTime: null,
    workplace: event.workplace,
    conversation: resumes ? task.conversation : null,
    resumed: resumes,
    usage: null,
    costSource: null,
    changes: null,
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

const isNextRun = ({ schedule, completedAt, attempts, backOffs }: Task): boolean =>
  schedule !== null && completedAt !== null && attempts === 0 && backOffs === 0

function ended(plan: Plan, event: EventOf<'agent.ended'>): readonly EntityChange[] {
  const agent = agentOf(plan, event.id)
  const conversation = event.conversation
    ? { executor: agent.executor, id: event.conversation }
    : agent.conversation
  const task = plan.tasks.get(agent.taskId)
  const keep = event.resumable ? conversation : null
  const onTask =
    task && task.conversation?.id !== keep?.id
      ? change(plan, task.id, () => ({ conversation: keep }))
      : []
  return [
    ...agentChange(plan, event.id, () => ({
      state: { kind: 'ended', outcome: event.outcome, failure: event.failure },
      endedAt: event.endedAt,
      exitCode: event.exitCode,
      usage: event.usage ?? agent.usage,
      costSource: event.costSource ?? null,
      changes: event.changes ?? agent.changes,
      conversation,
    })),
    ...onTask,
  ]
}

function evolveYard(plan: Plan, event: YardEvent): readonly EntityChange[] {
  switch (event.type) {
    case 'yard.paused':
    case 'yard.resumed': {
      const after = { ...plan.facts, paused: event.type === 'yard.paused' }
      // The first record holds every field, so that the folded journal is whole.
      const before = plan.facts === NO_FACTS ? null : plan.facts
      return [{ entity: 'yard', id: 'yard', before, after }]
    }
    case 'breaker.tripped': {
      const before = plan.breakers.get(event.breaker.id) ?? null
      return [{ entity: 'breaker', id: event.breaker.id, before, after: event.breaker }]
    }
    case 'breaker.cleared': {
      const before = plan.breakers.get(event.id) ?? null
      return before ? [{ entity: 'breaker', id: event.id, before, after: null }] : []
    }
    default:
      return assertNever(event)
  }
}

function change(
  plan: Plan,
  id: TaskId,
  to: (task: Task) => Partial<Task>,
): readonly EntityChange[] {
  const before = taskOf(plan, id)
  return [{ entity: 'task', id, before, after: { ...before, ...to(before) } }]
}

function agentChange(
  plan: Plan,
  id: AgentId,
  to: (agent: Agent) => Partial<Agent>,
): readonly EntityChange[] {
  const before = agentOf(plan, id)
  return [{ entity: 'agent', id, before, after: { ...before, ...to(before) } }]
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
