/** All requests that may change a plan. Time, ids and randomness come in with them; `decide` makes none. */
import type { Result } from '../base/result.ts'
import type { Agent, Changes, CostSource, StopReason, Usage, Workplace } from './agent.ts'
import type { Evidence } from './completion.ts'
import type { Artifact } from './executor.ts'
import type { Failure, FailureClass } from './failure.ts'
import type { AgentId, TaskId } from './ids.ts'
import type {
  EvaluationId,
  EvaluationPolicy,
  Judge,
  JudgementId,
  Opinion,
} from './judging/evaluation.ts'
import type { JudgementReply, Paid, Postponement } from './judging/judgement.ts'
import type { TriagePolicy } from './judging/triage.ts'
import type { Assignment } from './judging/assignment.ts'
import type { Identity } from './judging/identity.ts'
import type { AccessToken } from './messages/access-token.ts'
import type { JobRun } from './messages/job.ts'
import type {
  Delivery,
  MailPolicy,
  MailTime,
  Message,
  MessageId,
  Recipient,
} from './messages/message.ts'
import type { Peer } from './messages/peer.ts'
import type { LandingOutcome, Merger } from './landing.ts'
import type { Choice } from './routing/choice.ts'
import type { NewTask, Task, TaskEdit } from './task.ts'
import type { Breaker, ChangePosition } from './plan.ts'
import type { ExecutorType } from './settings.ts'

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
  /** Who the agent is asked to be; absent = nobody in particular. */
  readonly identity?: Identity
  /** Only of a claim by another orchestrator; see `Agent`. */
  readonly leaseMs?: number
  readonly claimedBy?: string
  /** Only where the yard chose among several. */
  readonly choice?: Choice
  /** Its member begins each turn with a new conversation; absent = it goes on with its own. */
  readonly isFresh?: true
  /** What is started is handed no prompt, so it takes no messages; absent = it reads one. */
  readonly hasNoPrompt?: true
}

export const DEPENDENTS_FATES = ['remove', 'release', 'join'] as const
/** remove: they go as well. release: they no longer wait. join: they wait for what the removed ones waited for. */
export type DependentsFate = (typeof DEPENDENTS_FATES)[number]

/** Of an end that an agent's own word brings about too. */
export interface MailRules {
  /** What becomes of the messages that it took, where it ends badly; absent = the defaults. */
  mail?: MailPolicy
  /** Whom the same failure twice running is told; absent = nobody. */
  escalateTo?: Recipient
}

interface TaskCommands {
  /** `nextFireAt`: first time of its schedule, null without one. */
  'task.add': { task: NewTask; nextFireAt: number | null }
  'tasks.import': {
    tasks: readonly { readonly task: NewTask; readonly nextFireAt: number | null }[]
  }
  /** `nextFireAt` is given when the edit sets a schedule. */
  'task.edit': { id: TaskId; edit: TaskEdit; nextFireAt: number | null }
  /** Before its first agent: what nobody said of it, by the coordinator. */
  'task.assign': { id: TaskId; assignment: Assignment }
  /** Has a model choose; unanswered from `dueAt` on, ms. */
  'assignment.request': { id: TaskId; dueAt: number }
  /** `asDraft`: its publishing is taken back, which can be done while no agent has worked on it. */
  'task.hold': { id: TaskId; asDraft?: boolean }
  'task.release': { id: TaskId }
  'task.publish': { id: TaskId; only: boolean }
  'task.complete': {
    id: TaskId
    agentId: AgentId | null
    generation: number | null
    artifacts: readonly Artifact[]
    force: boolean
    /** Next time of a repeating task; null otherwise. */
    nextFireAt: number | null
    /** Of a merge task: what git says of its merge. Missing where git was not asked. */
    merge?: Result<{ readonly commit: string | null }, Failure>
    /** Of a service: deliverables of the task that are not there. */
    missing?: readonly string[]
    /** What becomes of an agent's result; absent = nobody judges it. */
    evaluation?: EvaluationPolicy
  } & MailRules
  'task.fail': {
    id: TaskId
    agentId: AgentId | null
    generation: number | null
    reason: string
    class: FailureClass
    nextFireAt: number | null
  } & MailRules
  /** By its agent: a person, or the member that `sending` asks, must say something before the task can go on. It waits for that once the agent has ended. */
  'task.ask': { id: TaskId; text: string; sending?: Sending }
  /** By a person: its next agent is told, and goes on in the same conversation. */
  'task.answer': { id: TaskId; text: string }
  /** It has used up what it may spend: it waits until a person allows it more. */
  'task.overspend': { id: TaskId; text: string }
  'task.retry': { id: TaskId; fresh: boolean }
  'task.reopen': { id: TaskId }
  /** `join`: those that wait for it wait for what it waited for instead. */
  'task.abandon': { id: TaskId; withDependents: boolean; join?: boolean }
  'task.remove': { id: TaskId }
  /** Only tasks that no agent has worked on. `dependents`: what becomes of those that wait for them. */
  'tasks.remove': { ids: readonly TaskId[]; dependents: DependentsFate }
  /** `place`: what a person's remark is about, when it is about a line of the changes. */
  'task.log': { id: TaskId; text: string; place?: ChangePosition }
  /** Asks for the task's result to be brought onto its target branch. `pullRequest`: to be prepared as one, whatever the policy is. */
  'landing.request': { id: TaskId; pullRequest?: boolean | undefined }
  /** `result`: what the lander was given; news about an older one changes nothing. */
  'landing.settle': { id: TaskId; result: string; outcome: LandingOutcome; merger: Merger }
  'task.attach': { id: TaskId; artifacts: readonly Artifact[] }
  'task.take': { claim: Claim; workplaceCwd: string }
  /** A person drives an agent of it in a terminal. */
  'task.pilot': { claim: Claim }
  'task.letGo': { id: TaskId }
  'schedule.skip': { id: TaskId; nextFireAt: number | null }
  'schedule.fireNow': { id: TaskId }
}

/** Of one agent, and of the generation that it is about. */
interface AboutAgent {
  agentId: AgentId
  generation: number
}

interface AgentCommands {
  /** `picked`: the tasks that were looked at; one that has changed since is passed over, because it may route or count otherwise. */
  'agents.claim': { claims: readonly Claim[]; picked?: readonly Task[] }
  'agent.placed': AboutAgent & { workplace: Workplace; worktreeName: string | null }
  'agent.started': AboutAgent & {
    startedAt: number
    pid: number | null
    pidStartTime: string | null
  }
  'agent.heard': AboutAgent
  'agent.conversed': AboutAgent & { conversation: string }
  'agent.stop': { agentId: AgentId; reason: StopReason; force: boolean }
  'agent.end': AboutAgent & {
    endedAt: number
    evidence: Evidence
    usage: Usage | null
    costSource?: CostSource | null
    /** Another executor would take the task now, if this one's provider fell asleep. */
    hasFallback?: boolean
    conversation: string | null
    changes: Changes | null
    artifacts: readonly Artifact[]
    /** Who settles a conflict that kept it from beginning; absent = as for tasks that name none. */
    merger?: Merger
    /** 0 to 1, spreads retries after a provider's trouble. */
    jitter: number
    nextFireAt: number | null
    /** How its result is judged; absent = it is not. */
    evaluation?: EvaluationPolicy
    /** A model is asked where it was lost, ran out of time or crashed; absent = none is. */
    triage?: TriagePolicy
  } & MailRules
  'agents.forget': { ids: readonly AgentId[] }
}

interface JudgingCommands {
  /** Has what an ended agent left judged, whatever its gate. */
  'evaluation.request': {
    id: TaskId
    agentId: AgentId
    generation: number
    executor: string | null
    model: string | null
  }
  /** Has a judge asked what a person has scored already, one question for each of these. */
  'evaluator.check': { executor: string; model: string | null; canaries: readonly string[] }
  /**
   * Has a model say what becomes of the task of an agent that has ended badly or is silent. `agent`: the ended one as it is stored; null
   * where it lives or nothing is known of it. `isAgain`: also where that was asked before.
   */
  'triage.request': {
    agentId: AgentId
    agent: Agent | null
    policy: TriagePolicy
    isAgain: boolean
  }
  /** By a person: done, whatever a judge says. */
  'task.approve': { id: TaskId; note: string | null; nextFireAt: number | null }
  /** By a person: tried again, with the note. */
  'task.reject': { id: TaskId; note: string }
  /**
   * A person's score of a result; see `Opinion`. `score` null takes back an earlier one. `evaluationId` null: of the result that waits for its
   * first score; who was asked of it needs not answer any more, and `paid` tells what that has used.
   */
  'evaluation.score': {
    id: TaskId
    evaluationId: EvaluationId | null
    paid?: ReadonlyMap<JudgementId, Paid>
    score: number | null
    dimensions: Opinion['dimensions']
    note: string
    isAudit: boolean
    /** Who has audited it already; absent = nobody. */
    auditors?: readonly string[]
    policy: EvaluationPolicy
    nextFireAt: number | null
  }
  'judgement.ask': { judgementId: JudgementId; judge: Judge }
  'judgement.postpone': { judgementId: JudgementId; postponement: Postponement }
  /** `policy`: of the task that it is about, as it is now; null where it is about none. */
  'judgement.end': {
    judgementId: JudgementId
    reply: JudgementReply
    policy: EvaluationPolicy | null
    nextFireAt: number | null
    triaged?: Triaged
    /** It gave way to another while it was asked: that says nothing of its judge. */
    isCutShort?: true
  }
  /** By a person: it stays unanswered. `paid`: by what was sent until now; absent = nothing is known. */
  'judgement.kill': {
    judgementId: JudgementId
    paid?: Paid
    policy: EvaluationPolicy | null
    nextFireAt: number | null
    triaged?: Triaged
  }
}

/** What is needed to send one message, beside the message itself. */
export interface Sending {
  message: Message
  recipients: readonly Recipient[]
  /** What it answers, as it is stored. */
  original?: Message
  /** Of a person among the recipients: first notice after so long, ms. */
  mail: MailPolicy
  /** Most hops, and most messages of one agent to another in a minute. */
  limits: { readonly maxHops: number; readonly perPair: number }
  /** Ids of deliveries of the last minute from the sender to each of them, as far as they count; who is not in it has none. */
  recent: Readonly<Record<string, readonly string[]>>
}

interface MessageCommands {
  /** `delegate`: the task that a member is given by it. `isReply`: what it answers must be open, and is closed by it. */
  'message.send': Sending & {
    delegate?: { readonly task: NewTask }
    /** The task that it asks for, where that is there already: the sender is told of its end. */
    delegated?: TaskId
    isReply?: true
  }
  /** Closes what is open of these, of which something must be; an agent closes its own alone. */
  'message.ack': { deliveryIds: readonly string[] }
  /** Closes all that is open for these names. */
  'message.ackAll': { names: readonly string[] }
  /** What is dead of a message: closed, and sent anew as `again` where that is asked for. */
  'message.settleDead': {
    id: MessageId
    how: 'retry' | 'drop'
    dead: readonly Delivery[]
    again?: Sending
  }
  /** By a living agent, between two of its steps: what waits for it, in the order of a turn. */
  'delivery.take': { agentId: AgentId; generation: number; isUrgentOnly: boolean }
  /** A person was given its notice of that number, from 1; the next is due at `nextAt`, null = no more. `isLast`: its sender is told. */
  'delivery.notice': { id: string; number: number; nextAt: number | null; isLast: boolean }
  /** Another machine has it. */
  /** They were set by a clock that has been set back since. */
  'deliveries.time': { times: readonly MailTime[] }
  'delivery.forwarded': { id: string }
  /** Makes the standing tasks of these members, and gives up those of others. */
  'members.sync': { members: readonly { readonly name: string; readonly title: string }[] }
  /** A turn of a member, now. */
  'member.wake': { id: TaskId }
  /** Tells who delegated a task that it has ended. */
  'delegation.settle': { id: TaskId; sending: Sending }
  /** `sending` absent: it was skipped. */
  'job.fire': { run: JobRun; sending?: Sending }
  'job.settle': {
    id: string
    outcome: NonNullable<JobRun['outcome']>
    reason: string | null
    agentId: AgentId | null
    conversation: JobRun['conversation']
  }
}

interface AccessCommands {
  'token.make': { token: AccessToken }
  'token.revoke': { id: string }
  'peer.pin': { peer: Peer }
  /** How far it was read, and what of it was refused. */
  'peer.read': {
    id: string
    cursor: string | null
    members: readonly string[] | null
    refused: readonly string[]
  }
}

/** Of a triage: what the plan does not tell of its agent. */
export interface Triaged {
  /** The ended one as it is stored; null where it lives or was forgotten. */
  readonly agent: Agent | null
  /** It lives and still says nothing. */
  readonly isSilent: boolean
}

interface YardCommands {
  'yard.pause': object
  'yard.resume': object
  'breaker.trip': Pick<Breaker, 'kind' | 'subject' | 'reason' | 'until'> & { key: string }
  'breaker.clear': { key: string }
}

type CommandsOf<Table> = { [T in keyof Table]: Readonly<{ type: T } & Table[T]> }[keyof Table]
export type TaskCommand = CommandsOf<TaskCommands>
export type Command =
  | TaskCommand
  | CommandsOf<AgentCommands>
  | CommandsOf<JudgingCommands>
  | CommandsOf<MessageCommands>
  | CommandsOf<AccessCommands>
  | CommandsOf<YardCommands>
export type CommandType = Command['type']
export type CommandOf<T extends CommandType> = Extract<Command, { readonly type: T }>

/** Decided one by one, each on what those before it leave; the first refusal takes all back. */
export interface ChangeTasks {
  readonly type: 'tasks.change'
  readonly commands: readonly ChangeCommand[]
}

/** Messages that come along with tasks are one of them. */
export type ChangeCommand = TaskCommand | CommandOf<'message.send'>

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
