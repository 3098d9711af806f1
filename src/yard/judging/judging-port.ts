/** Whom the coordinator asks for judgements, and what becomes of a result by the settings. */
import type { JudgingPort } from '../../coordinator/ports.ts'
import { DEFAULT_WEIGHTS } from '../../domain/judging/score.ts'

/** Of a yard that judges nothing. */
export const NO_JUDGING: JudgingPort = {
  judge: {
    choose: () => ({ kind: 'refuse', reason: 'nothing judges here' }),
    ask: () => Promise.resolve(null),
  },
  policyOf: () => ({
    gate: { gate: { mode: 'off' }, source: 'config', isOwn: false },
    weights: DEFAULT_WEIGHTS,
    retries: 2,
    secondLook: 0.1,
    onFailure: 'hold',
    waits: true,
  }),
  lane: () => 1,
}
