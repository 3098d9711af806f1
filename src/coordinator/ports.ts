/** What the coordinator is given. All that is not a rule of its own comes in here, so that a simulation can stand in for the world. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Result } from '../base/result.ts'
import type { Agent, RuntimeUsage } from '../domain/agent.ts'
import type { Spent } from '../domain/budget/budget.ts'
import type { Claim, Sending } from '../domain/command.ts'
import type { LaunchOrder, Runtime } from '../domain/executor.ts'
import type { Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { AssignmentPlan } from '../domain/judging/assignment.ts'
import type { EvaluationPolicy } from '../domain/judging/evaluation.ts'
import type { JudgeIssue, JudgePort } from '../domain/judging/judgement.ts'
import type { TriagePolicy } from '../domain/judging/triage.ts'
import type { Lander, LandingOrder, Merger } from '../domain/landing.ts'
import type {
  Delivery,
  MailPolicy,
  Message,
  MessageId,
  Recipient,
} from '../domain/messages/message.ts'
import type { Priced } from '../domain/budget/price.ts'
import type { Budget, JobSettings, MissedPolicy } from '../domain/settings.ts'
import type { Plan } from '../domain/plan.ts'
import type { Choice } from '../domain/routing/choice.ts'
import type { Schedule, Task } from '../domain/task.ts'
import type { JobTimes } from '../store/mail/mail-reads.ts'
import type { Dispatcher } from './dispatch.ts'

/** How a task would be run now. */
export interface Route extends Omit<Claim, 'taskId' | 'agentId' | 'choice'> {
  /** Only one living agent may have it: the folder of a coding task outside git. */
  readonly exclusive: string | null
  /** Taken by people: the coordinator never starts it. */
  readonly isForPeople: boolean
  /** Who takes it while its provider sleeps; absent = none. */
  readonly fallback?: Route | null
}

/**
 * Chooses among several ways to run a task, where the settings let it learn which are good. What is chosen is committed with the claim;
 * nothing of it is remembered that the claims do not tell.
 */
export interface RouteLearner {
  /** The ways that it may choose among for this task, that of the settings included; none where the task goes where it is routed. */
  armsOf(task: Task, route: Route): readonly Route[]
  /** How a task goes on with the conversation of an earlier try that was sent elsewhere than the settings send it; null where it does not. */
  ongoing(task: Task, route: Route): Route | null
  /** A round of picks begins: all that was chosen before is committed, or was refused. */
  begin(): void
  /** One of `open`, which can all start now; not empty. `random`: 0 ≤ x < 1. */
  choose(
    task: Task,
    ways: { readonly today: Route; readonly open: readonly [Route, ...Route[]] },
    random: () => number,
  ): Chosen
}

export interface Chosen {
  readonly route: Route
  readonly choice: Choice
}

/** What agents have spent, and what may be spent. */
export interface Money {
  /** What this agent's own run used, of what its CLI told, with its cost where somebody knows it. */
  settle(agent: Agent, told: RuntimeUsage): Priced
  /** What counts towards a task's own budget, what its living agent has used so far included. */
  ofTask(task: Task): Spent
  /** What counts towards the caps of the yard; nothing is summed while it has none. */
  ofYard(now: number): {
    readonly budget: Budget
    readonly day: Spent
    readonly graph: Spent
    /** Midnight, ms. */
    readonly dayEndsAt: number
  }
}

/** When the lease of an agent runs out, in ms since 1970. */
export interface LeaseBook {
  read(id: AgentId): number | null
  write(id: AgentId, untilMs: number): void
}

/** The part of the settings that steers the loop. */
export interface Caps {
  readonly maxAgents: number
  readonly executors: Readonly<Record<string, number>>
  readonly models: Readonly<Record<string, number>>
  readonly tags: Readonly<Record<string, number>>
  readonly pollIntervalMs: number
  readonly heartbeatTimeoutMs: number
  readonly stopGraceMs: number
  readonly doneGraceMs: number
  readonly endSilent: boolean
  readonly missed: MissedPolicy
}

/** What this machine still bears, over all yards of its user. */
export interface MachinePort {
  /** Holds places for at most `wanted` agents beside the living ones, until `note`. 0 = no agent may start now, or none was wanted. */
  take(living: readonly AgentId[], wanted: number): number
  /** Who has a place from now on: the living, and those whose claim is under way. */
  note(agents: readonly AgentId[]): void
  /** Ms until it is worth asking again; null = the last answer was no refusal. */
  retryInMs(): number | null
  /** Places have become free that this yard was refused. */
  onRoom(listener: () => void): () => void
}

export interface LandingPort {
  readonly lander: Lander
  policy(): 'keep' | 'auto' | 'pr'
  /** Null when nothing is known to land. */
  orderOf(task: Task): LandingOrder | null
  mergerOf(task: Task): Merger
}

export interface JudgingPort {
  readonly judge: JudgePort
  policyOf(task: Task): EvaluationPolicy
  /** Whether a model is asked about agents that end badly or fall silent; null or absent = none is. */
  triage?(): TriagePolicy | null
  /** An ended agent, as it is stored; null = it was forgotten. Absent = none is known. */
  agentOf?(id: AgentId): Agent | null
  /** What is wrong with judges whose scores would pass or fail results. Absent = nothing is known of it. */
  judgeIssues?(now: number): readonly JudgeIssue[]
  /** At most so many judgements are asked at once. */
  lane(): number
}

/** Since when a job is timed by this schedule; earlier times are not its own. `since`: ms, null while it is paused. */
export interface JobStart {
  readonly schedule: string
  readonly since: number | null
}

/** Jobs by the settings, and what is stored of them. */
export interface JobPort {
  /** None while the yard is not trusted. */
  all(): Readonly<Record<string, JobSettings>>
  timesOf(name: string): JobTimes
  /** It was fired or left out at that time; `id`: of what it would send. */
  hasRun(name: string, scheduledFor: number, id: MessageId): boolean
  /** For the next run of a job; never given twice. */
  takeNumber(name: string): number
  /** Null when it was never sent. */
  deliveriesOf(id: MessageId): readonly Delivery[] | null
  agentOf(id: AgentId): Agent | null
  /** Null when nobody of that name reads messages. */
  sendingTo(member: string, message: Message): Sending | null
  /** By name; they outlive the owner. */
  readonly starts: {
    read(): Readonly<Record<string, JobStart>>
    /** Never throws; false = they are not written. */
    write(starts: Readonly<Record<string, JobStart>>): boolean
  }
}

/** How messages are delivered, and who is a member, by the settings. */
export interface MailPort {
  policyOf(member: string | null): MailPolicy
  /** Whom the same failure twice running is told. */
  escalateTo(): Recipient
  /** Members that are woken, each with a title for its standing task. */
  members(): readonly { readonly name: string; readonly title: string }[]
  /** All that sending a message of the yard to that recipient needs; null where nobody of that name reads messages. */
  sendingTo(name: string, message: Message): Sending | null
}

export interface CoordinatorParts {
  readonly plan: Plan
  readonly dispatcher: Dispatcher
  readonly runtime: Runtime
  readonly clock: Clock
  readonly log: Log
  caps(): Caps
  route(task: Task): Result<Route, Failure>
  /** Absent: every task goes where it is routed. */
  readonly learner?: RouteLearner
  /** What is chosen for a task before its first agent; null = nothing. Absent: nobody chooses. */
  assignmentOf?(task: Task, route: Route): AssignmentPlan | null
  /** What it needs of this machine, a key and a program, is there; absent = always. What waits for it goes on as soon as it is. */
  canRun?(route: Pick<Route, 'executor' | 'model'>): boolean
  orderOf(agent: Agent): LaunchOrder | null
  readonly money: Money
  /** Where leases outlive the owner. */
  readonly leases: LeaseBook
  readonly landing: LandingPort
  readonly judging: JudgingPort
  readonly machine: MachinePort
  /** Absent: there are no jobs. */
  readonly jobs?: JobPort
  /** Absent: nobody is a member, and messages wait for the tasks that they are sent to. */
  readonly mail?: MailPort
  nextAgentId(): AgentId
  nextFireAt(schedule: Schedule, fromMs: number): number | null
  /** 0 ≤ x < 1. */
  random(): number
  /** False in a process that only settles what has ended and starts nothing. */
  readonly startsAgents: boolean
  /** Runs soon, after what is under way. */
  readonly defer: (run: () => void) => void
}
