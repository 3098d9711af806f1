/** All requests that may change a plan. Time, ids and randomness come in with them; `decide` makes none. */
import type { Result } from '../base/result.ts'
import type { Agent, Changes, CostSource, StopReason, Usage, Workplace } from './agent.ts'
import type { Evidence } from './completion.ts'
import type { Artifact } from './executor.ts'
import type { Failure, FailureClass } from './failure.ts'
import type { AgentId, TaskId } from './ids.ts'
import type { LandingOutcome, Merger } from './landing.ts'
import type { NewTask, TaskEdit } from './new-task.ts'
import type { Breaker, ChangePlace } from './plan.ts'
import type { ExecutorType } from './settings.ts'
import type { Task } from './task.ts'

/** Who asks. An agent is limited to its own task; see `permit`. */
export type Actor =
  | { readonly kind: 'person'; readonly name: string | null }
  | {
      readonly kind: 'agent'
      readonly agentId: AgentId
      readonly taskId: TaskId
      readonly generation: number
      /** `any` when its profile lifts the limits on added tasks. */
      readonly subtasks: 'own' | 'any'
      readonly maxSubtasks: number
    }
  | { readonly kind: 'coordinator' }

/** A chosen way to run one ready task. `provenance` says why each was chosen. */
export interface Claim {
  readonly taskId: TaskId
  readonly agentId: AgentId
  readonly executor: string
  readonly executorType: ExecutorType
  readonly model: string | null
  readonly modelId: string | null
  readonly provider: string | null
  readonly provenance: Agent['provenance']
  readonly timeoutMs: number | null
  /** Only of a claim by another orchestrator; see `Agent`. */
  readonly leaseMs?: number
  readonly claimedBy?: string
}

export const DEPENDENTS_FATES = ['remove', 'release', 'join'] as const
/** remove: they go as well. release: they no longer wait. join: they wait for what the removed ones waited for. */
export type DependentsFate = (typeof DEPENDENTS_FATES)[number]

export type TaskCommand =
  /** `nextFireAt`: first time of its schedule, null without one. */
  | { readonly type: 'task.add'; readonly task: NewTask; readonly nextFireAt: number | null }
  | {
      readonly type: 'tasks.import'
      readonly tasks: readonly { readonly task: NewTask; readonly nextFireAt: number | null }[]
    }
  /** `nextFireAt` is given when the edit sets a schedule. */
  | {
      readonly type: 'task.edit'
      readonly id: TaskId
      readonly edit: TaskEdit
      readonly nextFireAt: number | null
    }
  /** `asDraft`: its publishing is taken back, which can be done while no agent has worked on it. */
  | { readonly type: 'task.hold'; readonly id: TaskId; readonly asDraft?: boolean }
  | { readonly type: 'task.release'; readonly id: TaskId }
  | { readonly type: 'task.publish'; readonly id: TaskId; readonly only: boolean }
  | {
      readonly type: 'task.complete'
      readonly id: TaskId
      readonly agentId: AgentId | null
      readonly generation: number | null
      readonly artifacts: readonly Artifact[]
      readonly force: boolean
      /** Next time of a repeating task; null otherwise. */
      readonly nextFireAt: number | null
      /** Of a merge task: what git says of its merge. Missing where git was not asked. */
      readonly merge?: Result<{ readonly commit: string | null }, Failure>
      /** Of a service: deliverables of the task that are not there. */
      readonly missing?: readonly string[]
    }
  | {
      readonly type: 'task.fail'
      readonly id: TaskId
      readonly agentId: AgentId | null
      readonly generation: number | null
      readonly reason: string
      readonly class: FailureClass
      readonly nextFireAt: number | null
    }
  /** By its agent: a person must say something before the task can go on. It waits for that once the agent has ended. */
  | { readonly type: 'task.ask'; readonly id: TaskId; readonly text: string }
  /** By a person: its next agent is told, and goes on in the same conversation. */
  | { readonly type: 'task.answer'; readonly id: TaskId; readonly text: string }
  /** It has used up what it may spend: it waits until a person allows it more. */
  | { readonly type: 'task.overspend'; readonly id: TaskId; readonly text: string }
  | { readonly type: 'task.retry'; readonly id: TaskId; readonly fresh: boolean }
  | { readonly type: 'task.reopen'; readonly id: TaskId }
  /** `join`: those that wait for it wait for what it waited for instead. */
  | {
      readonly type: 'task.abandon'
      readonly id: TaskId
      readonly withDependents: boolean
      readonly join?: boolean
    }
  | { readonly type: 'task.remove'; readonly id: TaskId }
  /** Only tasks that no agent has worked on. `dependents`: what becomes of those that wait for them. */
  | {
      readonly type: 'tasks.remove'
      readonly ids: readonly TaskId[]
      readonly dependents: DependentsFate
    }
  | {
      readonly type: 'task.log'
      readonly id: TaskId
      readonly text: string
      /** What a person's remark is about, when it is about a line of the changes. */
      readonly place?: ChangePlace
    }
  /** Asks for the task's result to be brought onto its target branch. */
  | {
      readonly type: 'landing.request'
      readonly id: TaskId
      /** Prepares a pull request whatever the policy is. */
      readonly pullRequest?: boolean | undefined
    }
  | {
      readonly type: 'landing.settle'
      readonly id: TaskId
      /** The result that the lander was given; news about an older one changes nothing. */
      readonly result: string
      readonly outcome: LandingOutcome
      readonly merger: Merger
    }
  | { readonly type: 'task.attach'; readonly id: TaskId; readonly artifacts: readonly Artifact[] }
  | { readonly type: 'task.take'; readonly claim: Claim; readonly workplaceCwd: string }
  /** A person drives an agent of it in a terminal. */
  | { readonly type: 'task.pilot'; readonly claim: Claim }
  | { readonly type: 'task.letGo'; readonly id: TaskId }
  | { readonly type: 'schedule.skip'; readonly id: TaskId; readonly nextFireAt: number | null }
  | { readonly type: 'schedule.fireNow'; readonly id: TaskId }

export type AgentCommand =
  /** `picked`: the tasks that were looked at; one that has changed since is passed over, because it may route or count otherwise. */
  | {
      readonly type: 'agents.claim'
      readonly claims: readonly Claim[]
      readonly picked?: readonly Task[]
    }
  | {
      readonly type: 'agent.placed'
      readonly agentId: AgentId
      readonly generation: number
      readonly workplace: Workplace
      readonly worktreeName: string | null
    }
  | {
      readonly type: 'agent.started'
      readonly agentId: AgentId
      readonly generation: number
      readonly startedAt: number
      readonly pid: number | null
      readonly pidStartTime: string | null
    }
  | { readonly type: 'agent.heard'; readonly agentId: AgentId; readonly generation: number }
  | {
      readonly type: 'agent.conversed'
      readonly agentId: AgentId
      readonly generation: number
      readonly conversation: string
    }
  | {
      readonly type: 'agent.stop'
      readonly agentId: AgentId
      readonly reason: StopReason
      readonly force: boolean
    }
  | {
      readonly type: 'agent.end'
      readonly agentId: AgentId
      readonly generation: number
      readonly endedAt: number
      readonly evidence: Evidence
      readonly usage: Usage | null
      readonly costSource?: CostSource | null
      /** Another executor would take the task now, if this one's provider fell asleep. */
      readonly hasFallback?: boolean
      readonly conversation: string | null
      readonly changes: Changes | null
      readonly artifacts: readonly Artifact[]
      /** Who settles a conflict that kept it from beginning; absent = as for tasks that name none. */
      readonly merger?: Merger
      /** 0 to 1, spreads retries after a provider's trouble. */
      readonly jitter: number
      readonly nextFireAt: number | null
    }
  | { readonly type: 'agents.forget'; readonly ids: readonly AgentId[] }

export type YardCommand =
  | { readonly type: 'yard.pause' }
  | { readonly type: 'yard.resume' }
  | {
      readonly type: 'breaker.trip'
      readonly key: string
      readonly kind: Breaker['kind']
      readonly subject: string
      readonly reason: string
      readonly until: number | null
    }
  | { readonly type: 'breaker.clear'; readonly key: string }

/** Decided one by one, each on what those before it leave; the first refusal takes all back. */
export interface ChangeTasks {
  readonly type: 'tasks.change'
  readonly commands: readonly TaskCommand[]
}

export type Command = TaskCommand | AgentCommand | YardCommand
/** What can be dispatched. */
export type AnyCommand = Command | ChangeTasks

/** What a command answers: the ids it touched first of all. */
export interface Reply {
  readonly ids: readonly string[]
  /** Of `tasks.change`: what each of its commands answers. */
  readonly replies?: readonly Reply[]
  /** How many tasks can start now that could not before (`abandon`). */
  readonly becameReady?: number
  /** Set when nothing was changed because it was so already, or the news came late. */
  readonly isNoOp?: boolean
}
