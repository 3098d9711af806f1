/** What a yard is assembled from. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Scope } from '../base/scope.ts'
import type { Dispatcher } from '../coordinator/dispatch.ts'
import type { Runtime } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { Current, OpenYardOptions } from './current.ts'

export interface YardParts {
  readonly options: OpenYardOptions
  readonly current: Current
  readonly opened: OpenStore
  readonly dispatcher: Dispatcher
  readonly runtime: Runtime
  readonly clock: Clock
  readonly log: Log
  readonly errors: readonly { readonly at: number; readonly text: string }[]
  readonly dataFolder: string
  readonly nextAgentId: () => AgentId
  readonly scope: Scope
}
