/** What a yard is assembled from. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Scope } from '../base/scope.ts'
import type { Dispatcher } from '../coordinator/dispatch.ts'
import type { LandingPort } from '../coordinator/ports.ts'
import type { Runtime } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { Trials } from './test-run.ts'
import type { Current, OpenYardOptions } from './current.ts'
import type { YardPlace } from './machine/yard-place.ts'
import type { Spending } from './spending.ts'

export interface YardParts {
  readonly options: OpenYardOptions
  readonly current: Current
  readonly opened: OpenStore
  readonly dispatcher: Dispatcher
  readonly runtime: Runtime
  readonly spending: Spending
  readonly clock: Clock
  readonly log: Log
  readonly errors: readonly { readonly at: number; readonly text: string }[]
  readonly dataFolder: string
  readonly nextAgentId: () => AgentId
  readonly wasGiven: (id: AgentId) => boolean
  /** Null where something stands in for processes. */
  readonly trials: Trials | null
  readonly landing: LandingPort
  /** Ends agents at work that the plan does not know as living; before anything starts. */
  endUnknown(): Promise<void>
  readonly place: YardPlace
  readonly scope: Scope
}
