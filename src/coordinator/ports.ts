/** What the coordinator is given. All that is not a rule of its own comes in here, so that a simulation can stand in for the world. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Result } from '../base/result.ts'
import type { Agent } from '../domain/agent.ts'
import type { Claim } from '../domain/command.ts'
import type { LaunchOrder, Runtime } from '../domain/executor.ts'
import type { Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { MissedPolicy } from '../domain/settings.ts'
import type { Plan } from '../domain/plan.ts'
import type { Schedule, Task } from '../domain/task.ts'
import type { Dispatcher } from './dispatch.ts'

/** How a task would be run now. */
export interface Route extends Omit<Claim, 'taskId' | 'agentId'> {
  /** Only one living agent may have it: the folder of a coding task outside git. */
  readonly exclusive: string | null
  /** Taken by people: the coordinator never starts it. */
  readonly isForPeople: boolean
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
  readonly missed: MissedPolicy
}

export interface CoordinatorParts {
  readonly plan: Plan
  readonly dispatcher: Dispatcher
  readonly runtime: Runtime
  readonly clock: Clock
  readonly log: Log
  caps(): Caps
  route(task: Task): Result<Route, Failure>
  orderOf(agent: Agent): LaunchOrder | null
  nextAgentId(): AgentId
  nextFireAt(schedule: Schedule, fromMs: number): number | null
  /** 0 ≤ x < 1. */
  random(): number
  /** False in a process that only settles what has ended and starts nothing. */
  readonly startsAgents: boolean
  /** Runs soon, after what is under way. */
  readonly defer: (run: () => void) => void
}
