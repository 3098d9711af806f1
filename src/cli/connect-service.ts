/** Starts the headless host of one yard or several in the background. */
import type { Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import { commandAnswers } from '../headless/ask-owner.ts'
import { startHost, type StartOrder } from '../yard/lobby/start-host.ts'
import { findOwner, type Owner } from './owner.ts'

interface ServiceOrder extends StartOrder {
  /** Served by the same process. */
  readonly others: readonly YardPaths[]
}

/** The owners that answer, in the order of the yards: the one started here, or another that was faster. */
export const startService = (
  order: ServiceOrder,
): Promise<Result<readonly [Owner, ...Owner[]], Failure>> =>
  startHost({ ...order, isWaiting: () => commandAnswers(order.paths) }, async () => {
    const first = await findOwner(order.paths, { kind: 'person' })
    if (first === null) return null
    const others: Owner[] = []
    for (const paths of order.others) {
      const owner = await findOwner(paths, { kind: 'person' })
      if (owner === null) return null
      others.push(owner)
    }
    return [first, ...others] as const
  })
