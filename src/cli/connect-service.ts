/** Starts the headless host of a yard in the background. */
import type { Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import { startHost, type StartOrder } from '../yard/lobby/start-host.ts'
import { findOwner, type Owner } from './owner.ts'

/** The owner that answers: the one started here, or another that was faster. */
export const startService = (order: StartOrder): Promise<Result<Owner, Failure>> =>
  startHost(order, () => findOwner(order.paths, { kind: 'person' }))
