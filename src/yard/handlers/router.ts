/** The contract, carried out. One router for every transport, and for a caller in the same process. */
import { createRouterClient } from '@orpc/server'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../contract/contract.ts'
import { systemClock } from '../../base/clock.ts'
import type { Actor } from '../../domain/command.ts'
import type { Yard } from '../yard.ts'
import { createLiveView } from '../views/live-view.ts'
import { agentHandlers } from './agent-handlers.ts'
import { procedures } from './context.ts'
import { graphHandlers } from './graph-handlers.ts'
import { serviceHandlers } from './service-handlers.ts'
import { taskHandlers } from './task-handlers.ts'

export const router = procedures.router({
  task: { ...taskHandlers, ...graphHandlers },
  agent: agentHandlers,
  service: serviceHandlers,
})

/** Calls the handlers directly: what a `yard` command does that has opened the yard itself. Needs no closing. */
export function createYardClient(yard: Yard, actor: Actor): ContractRouterClient<Contract> {
  const host = { url: () => null, stop: () => {} }
  const context = { yard, actor, host, view: createLiveView(yard, systemClock) }
  return createRouterClient(router, { context })
}
