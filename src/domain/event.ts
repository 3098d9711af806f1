/** All facts that can be recorded. Each holds what `evolve` needs to change entities without judging anything again. */
import type { Agent, Changes, CostSource, Outcome, StopReason, Usage, Workplace } from './agent.ts'
import type { Claim } from './command.ts'
import type { Artifact } from './executor.ts'
import type { WorkFailure } from './failure.ts'
import type { AgentId, TaskId } from './ids.ts'
import type { Landing, Merging } from './landing.ts'
import type { Breaker, ChangePlace } from './plan.ts'
import type { Task, TaskDefinition, TaskState, WaitedFor } from './task.ts'

type Fact<T extends string, Data> = Readonly<{ type: T; at: number } & Data>

/** ms that the agent worked whose end it is. */
interface Work {
  workedMs?: number
}

export type TaskEvent =
  | Fact<'task.added', { task: Task }>
  | Fact<'task.edited', { id: TaskId; fields: Partial<TaskDefinition> }>
  /** Its earliest start was set by a person or by its schedule; an open task only. */
  | Fact<'task.timed', { id: TaskId; notBefore: number | null; scheduledFor: number | null }>
  | Fact<'task.held', { id: TaskId; draft?: boolean }>
  | Fact<'task.released', { id: TaskId }>
  | Fact<'task.completed', { id: TaskId; by: string; resultCommit: string | null } & Work>
  /** What the agent of a task that a person called done had left by its end. */
  | Fact<'task.landed', { id: TaskId; resultCommit: string }>
  | Fact<'task.landing', { id: TaskId; landing: Landing }>
  /** More has come to wait for a merge task by its conflict. */
  | Fact<'task.merging', { id: TaskId; merging: Merging }>
  | Fact<'task.failed', { id: TaskId; failure: WorkFailure; isAttempt: boolean } & Work>
  /** Open again by itself after an agent's end: a retry, a provider's sleep, a kill. */
  | Fact<
      'task.returned',
      {
        id: TaskId
        notBefore: number | null
        park: Extract<TaskState, { kind: 'open' }>['park']
        failure: WorkFailure | null
        isAttempt: boolean
        isBackOff: boolean
        held: boolean
      } & Work
    >
  /** A repeating task's run is over and its next time is known. */
  | Fact<
      'task.repeated',
      {
        id: TaskId
        notBefore: number
        success: boolean
        failure: WorkFailure | null
        resultCommit: string | null
      } & Work
    >
  | Fact<
      'task.awaiting',
      {
        id: TaskId
        for: WaitedFor
        text: string
        failure: WorkFailure | null
        provider: string | null
      } & Work
    >
  /** Open again because a person said so. */
  | Fact<
      'task.reopened',
      { id: TaskId; fresh: boolean; notBefore: number | null; scheduledFor: number | null }
    >
  | Fact<'task.abandoned', { id: TaskId; by: string }>
  | Fact<'task.removed', { id: TaskId }>
  | Fact<
      'task.logged',
      { id: string; taskId: TaskId; by: string; text: string; place?: ChangePlace }
    >
  | Fact<
      'task.attached',
      { id: string; taskId: TaskId; agentId: AgentId | null; artifact: Artifact }
    >
  | Fact<'dependency.added', { blocker: TaskId; dependent: TaskId }>
  | Fact<'dependency.removed', { blocker: TaskId; dependent: TaskId }>

export type AgentEvent =
  | Fact<'agent.claimed', { claim: Claim; by: Agent['by']; workplace: Workplace | null }>
  | Fact<'agent.placed', { id: AgentId; workplace: Workplace; worktreeName: string | null }>
  | Fact<
      'agent.started',
      { id: AgentId; startedAt: number; pid: number | null; pidStartTime: string | null }
    >
  | Fact<'agent.heard', { id: AgentId }>
  | Fact<'agent.conversed', { id: AgentId; conversation: string }>
  | Fact<'agent.reported', { id: AgentId; failure: WorkFailure | null }>
  | Fact<'agent.stopping', { id: AgentId; reason: StopReason; force: boolean }>
  | Fact<
      'agent.ended',
      {
        id: AgentId
        endedAt: number
        outcome: Outcome
        failure: WorkFailure | null
        exitCode: number | null
        usage: Usage | null
        /** Absent = its cost is unknown. */
        costSource?: CostSource | null
        conversation: string | null
        /** What the task's next agent goes on with. */
        resumable: boolean
        changes: Changes | null
      }
    >
  | Fact<'agent.forgotten', { id: AgentId }>

export type YardEvent =
  | Fact<'yard.paused', object>
  | Fact<'yard.resumed', object>
  | Fact<'breaker.tripped', { breaker: Breaker }>
  | Fact<'breaker.cleared', { id: string }>

export type Event = TaskEvent | AgentEvent | YardEvent
