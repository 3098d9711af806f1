/** What asking a judge all canaries costs, about. */
import { priceOf } from '../../domain/budget/price.ts'
import type { Judge } from '../../domain/judging/evaluation.ts'
import { listPrice } from '../../domain/routing/models.ts'
import type { Settings } from '../../domain/settings.ts'
import { CANARIES } from '../../judging/canaries/canaries.ts'
import { EVALUATION_SYSTEM, evaluationPrompt } from '../../judging/evaluation-prompt.ts'
import type { JudgingReads } from '../../store/judging.ts'
import { judgeKey } from './measured-judges.ts'

interface Asked {
  readonly judging: Pick<JudgingReads, 'askedJudges'>
}

/** Of one token, roughly. */
const CHARACTERS = 4
/** Of an answer, as measured on long ones. */
const ANSWER_TOKENS = 1200

/** By what it cost before, else by the length of what is sent and the list price; null = neither is known. */
export function checkCost(
  { store, settings }: { readonly store: Asked; readonly settings: Settings },
  judge: Pick<Judge, 'executor' | 'model' | 'prompt'>,
): number | null {
  const known = store.judging.askedJudges().find((each) => judgeKey(each) === judgeKey(judge))
  if (known?.meanUsd != null) return known.meanUsd * CANARIES.length
  const price = judge.model === null ? null : listPrice(settings, judge.model)
  if (price === null) return null
  const characters = CANARIES.reduce(
    (sum, { packet }) =>
      sum + EVALUATION_SYSTEM.length + evaluationPrompt(packet, settings.judging.maxInput).length,
    0,
  )
  const usage = {
    inputTokens: Math.round(characters / CHARACTERS),
    outputTokens: ANSWER_TOKENS * CANARIES.length,
    cachedTokens: null,
    reasoningTokens: null,
    costUsd: null,
  }
  return priceOf(usage, price)
}
