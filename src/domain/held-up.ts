/** A try that could not begin, because what its task builds on does not merge: the task waits for whoever settles that. */
import type { WorkFailure } from './failure.ts'

export const isHeldUp = (agent: {
  readonly outcome: string | null
  readonly failure: Pick<WorkFailure, 'class'> | null
}): boolean => agent.outcome === 'superseded' && agent.failure?.class === 'isolation'
