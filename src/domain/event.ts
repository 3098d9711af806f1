/** All facts that can be recorded. Each holds what `evolve` needs to change entities without judging anything again. */
import type {
  Agent,
  Changes,
  CostSource,
  KeptEvidence,
  Outcome,
  StopReason,
  Usage,
  Workplace,
} from './agent.ts'
import type { Claim } from './command.ts'
import type { Artifact } from './executor.ts'
import type { WorkFailure } from './failure.ts'
import type { AgentId, TaskId } from './ids.ts'
import type {
  Evaluation,
  EvaluationId,
  Judge,
  JudgementId,
  Look,
  Opinion,
} from './judging/evaluation.ts'
import type { Identity } from './judging/identity.ts'
import type { AccessToken } from './messages/access-token.ts'
import type { JobRun } from './messages/job.ts'
import type { Delivery, Message, MessageId } from './messages/message.ts'
import type { Peer } from './messages/peer.ts'
import type { Judgement } from './judging/judgement.ts'
import type { AgentTriage } from './judging/triage.ts'
import type { Landing, Merging } from './landing.ts'
import type { Breaker, ChangePosition } from './plan.ts'
import type { Task, TaskDefinition, TaskState, WaitedFor } from './task.ts'

/** ms that the agent worked whose end it is. */
interface Work {
  workedMs?: number
}

interface JudgementEvents {
  'judgement.queued': { judgement: Judgement }
  'judgement.asked': { id: JudgementId; judge: Judge }
  /** `usage`: of all its turns so far; absent = as it was. */
  'judgement.postponed': {
    id: JudgementId
    notBefore: number
    turn: number
    usage?: Usage
    costSource?: CostSource | null
  }
  'judgement.ended': {
    id: JudgementId
    outcome: 'answered' | 'unanswered'
    reason: string | null
    usage: Usage | null
    costSource: CostSource | null
    score: number | null
    isCutShort?: true
    kept?: EvaluationId
  }
  /** Also what its task remembers of it. */
  'evaluation.recorded': { evaluation: Evaluation }
  'evaluation.scored': { opinion: Opinion }
  /** An agent is asked to be it for the first time. */
  'identity.known': { identity: Identity }
}

interface TaskEvents {
  'task.added': { task: Task }
  'task.edited': { id: TaskId; fields: Partial<TaskDefinition> }
  /** What nobody said of it was chosen for it, before its first agent. */
  'task.assigning': { id: TaskId; judgementId: JudgementId }
  'task.assigned': { id: TaskId; fields: Partial<TaskDefinition> }
  /** Its earliest start was set by a person or by its schedule; an open task only. */
  'task.timed': { id: TaskId; notBefore: number | null; scheduledFor: number | null }
  'task.held': { id: TaskId; draft?: boolean }
  'task.released': { id: TaskId }
  'task.completed': Work & { id: TaskId; by: string; resultCommit: string | null }
  /** What the agent of a task that a person called done had left by its end. */
  'task.landed': { id: TaskId; resultCommit: string }
  'task.landing': { id: TaskId; landing: Landing }
  /** More has come to wait for a merge task by its conflict. */
  'task.merging': { id: TaskId; merging: Merging }
  /** Its agent has ended well; what it left is being judged. */
  'task.judging': Work & {
    id: TaskId
    agentId: AgentId
    generation: number
    resultCommit: string | null
  }
  /** Judged, and too near to the threshold to decide by one look. */
  /** `late`: its task does not wait for what becomes of it any more. */
  'task.looked': { id: TaskId; look: Look; late?: AgentId }
  /** By a person, or because it is the very same work as what a person rejected. */
  'task.rejected': { id: TaskId; agentId: AgentId; note: string }
  'task.failed': Work & { id: TaskId; failure: WorkFailure; isAttempt: boolean }
  /** Open again by itself after an agent's end: a retry, a provider's sleep, a kill. */
  'task.returned': Work & {
    id: TaskId
    notBefore: number | null
    park: Extract<TaskState, { kind: 'open' }>['park']
    failure: WorkFailure | null
    isAttempt: boolean
    isBackOff: boolean
    /** By its gate, or by a person who did not approve. */
    isGate?: boolean
    held: boolean
  }
  /** A repeating task's run is over and its next time is known. */
  'task.repeated': Work & {
    id: TaskId
    notBefore: number
    success: boolean
    failure: WorkFailure | null
    resultCommit: string | null
  }
  /** Its start waits for what a model says of its last agent; null = no longer. */
  'task.triaging': {
    id: TaskId
    notBefore: number | null
    triage: Extract<TaskState, { kind: 'open' }>['triage'] | null
  }
  'task.awaiting': Work & {
    id: TaskId
    for: WaitedFor
    /** Of work that waits for an approval and was not judged before. */
    resultCommit?: string | null
    text: string
    failure: WorkFailure | null
    provider: string | null
  }
  /** Open again because a person said so. */
  'task.reopened': {
    id: TaskId
    fresh: boolean
    notBefore: number | null
    scheduledFor: number | null
  }
  'task.abandoned': { id: TaskId; by: string }
  /** Of a standing task: its member is to take a turn, no earlier than `notBefore`. */
  'task.woken': Work & { id: TaskId; notBefore: number | null }
  /** Somebody is asked what becomes of it, for it fails again and again: `failure`, without what differs each time. */
  'task.escalated': { id: TaskId; failure: string }
  /** A message asked for it, and its sender is told of its end. */
  'task.delegated': { id: TaskId; messageId: MessageId; from: string; hops?: number }
  /** Who delegated it is told of its end. */
  'task.delegationTold': { id: TaskId }
  'task.removed': { id: TaskId }
  'task.logged': { id: string; taskId: TaskId; by: string; text: string; place?: ChangePosition }
  'task.attached': { id: string; taskId: TaskId; agentId: AgentId | null; artifact: Artifact }
  'dependency.added': { blocker: TaskId; dependent: TaskId }
  'dependency.removed': { blocker: TaskId; dependent: TaskId }
}

interface AgentEvents {
  'agent.claimed': {
    claim: Claim
    by: Agent['by']
    workplace: Workplace | null
    /** It begins a new conversation whatever was before. */
    isFresh?: true
    /** It goes on with the conversation that this one (`job:NAME`) has with its member; absent = with its task's or member's own. */
    conversationOf?: string
  }
  'agent.placed': { id: AgentId; workplace: Workplace; worktreeName: string | null }
  'agent.started': {
    id: AgentId
    startedAt: number
    pid: number | null
    pidStartTime: string | null
  }
  'agent.heard': { id: AgentId }
  'agent.conversed': { id: AgentId; conversation: string }
  /** `isAnswered`: of a question, whose answer is there before its agent has ended. */
  'agent.reported': { id: AgentId; failure: WorkFailure | null; isAnswered?: true }
  'agent.stopping': { id: AgentId; reason: StopReason; force: boolean }
  'agent.ended': {
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
    /** Absent where nothing looked. */
    evidence?: KeptEvidence | null
  }
  /** A model was asked of its end, or of its silence. */
  'agent.triaged': {
    /** As it was. */
    agent: Agent
    triage: AgentTriage
    /** The attempt that its end has spent is given back. */
    isFree: boolean
    /** What its task's next agent goes on with; absent = as before. */
    conversation?: 'keep' | 'new'
  }
  'agent.forgotten': { id: AgentId }
}

interface MessageEvents {
  'message.sent': { message: Message; deliveries: readonly Delivery[] }
  'delivery.taken': { id: string; agentId: AgentId }
  /** Waits again. `isTry`: its turn counts. */
  'delivery.returned': { id: string; notBefore: number | null; isTry: boolean; reason: string }
  'delivery.closed': {
    id: string
    how: Extract<Delivery['state'], { kind: 'closed' }>['how']
    by: string
    /** As it is stored, of one that is dead; absent = it is open. */
    dead?: Delivery
  }
  /** `isTry`: the turn that it died of counts. */
  'delivery.died': { id: string; reason: string; isTry: boolean }
  'delivery.noticed': { id: string; nextAt: number | null }
  /** Of one that waits: when it is taken at the earliest, and when its next notice is due. */
  'delivery.timed': { id: string; notBefore: number | null; noticeAt: number | null }
  'job.fired': { run: JobRun }
  'job.ended': {
    id: string
    outcome: NonNullable<JobRun['outcome']>
    reason: string | null
    agentId: AgentId | null
    conversation: JobRun['conversation']
  }
}

interface AccessEvents {
  'token.made': { token: AccessToken }
  'token.revoked': { id: string }
  'peer.pinned': { peer: Peer }
  'peer.read': { id: string; cursor: string | null; members: readonly string[] | null }
  /** `count` of them for that reason; absent = one. */
  'peer.refused': { id: string; reason: string; count?: number }
}

interface YardEvents {
  'yard.paused': object
  'yard.resumed': object
  'breaker.tripped': { breaker: Breaker }
  'breaker.cleared': { id: string }
}

type EventsOf<Table> = {
  [T in keyof Table]: Readonly<{ type: T; at: number } & Table[T]>
}[keyof Table]
type TaskEvent = EventsOf<TaskEvents>
type AgentEvent = EventsOf<AgentEvents>
type YardEvent = EventsOf<YardEvents>
type JudgementEvent = EventsOf<JudgementEvents>
type MessageEvent = EventsOf<MessageEvents>
type AccessEvent = EventsOf<AccessEvents>
export type Event = TaskEvent | AgentEvent | YardEvent | JudgementEvent | MessageEvent | AccessEvent
export type EventOf<T extends Event['type']> = Extract<Event, { readonly type: T }>
