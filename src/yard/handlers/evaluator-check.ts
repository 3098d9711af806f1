/** `evaluator.check`: asks a judge what a person has scored already. */
import { newJudgement, NO_SUBJECT } from '../../domain/decide/evaluated.ts'
import { priceOf } from '../../domain/budget/price.ts'
import { dollarsText } from '../../domain/format.ts'
import { failure } from '../../domain/failure.ts'
import type { Judge } from '../../domain/judging/evaluation.ts'
import { listPrice } from '../../domain/routing/models.ts'
import { CANARIES } from '../../judging/canaries/canaries.ts'
import { EVALUATION_SYSTEM, evaluationPrompt } from '../../judging/evaluation-prompt.ts'
import { judgeName } from '../judging/choose-judge.ts'
import { judgeKey } from '../judging/measured-judges.ts'
import { type HandlerContext, procedures, send } from './context.ts'
import { refuse } from './failures.ts'

export const evaluatorCheck = procedures.evaluator.check.handler(async ({ context, input }) => {
  const judge = judgeOf(context, input.name)
  const calls = CANARIES.length
  const costUsd = costOf(context, judge)
  const about = { executor: judge.executor, model: judge.model, calls, costUsd }
  if (!input.confirm) {
    const price =
      costUsd === null ? 'at a price that is not known' : `about ${dollarsText(costUsd)}`
    refuse(
      failure('bad-request', `${calls} calls to ${judgeName(judge)}, ${price}`, {
        hint: '--yes, or confirm = true, asks them',
        facts: about,
      }),
    )
  }
  const { executor, model } = judge
  const canaries = CANARIES.map(({ id }) => id)
  const command = { type: 'evaluator.check', executor, model, canaries } as const
  const { ids } = await send(context, command, input.commandId)
  return { ...about, judgements: [...ids] }
})

/** Who is named, else who would judge a result now. */
function judgeOf({ yard }: HandlerContext, name: string | undefined): Judge {
  const [executor = null, model = null] = name === undefined ? [] : partsOf(name)
  const now = yard.now()
  const asked = newJudgement(yard.plan, {
    ...NO_SUBJECT,
    purpose: 'canary',
    subject: null,
    by: 'person',
    wish: executor === null ? null : { executor, model },
    at: now,
  })
  const choice = yard.judging.judge.choose(asked, now)
  if (choice.kind === 'judge') return choice.judge
  return refuse(
    failure('no-judge', choice.reason, {
      hint: 'judging.executor names who is asked; yard executors says what each lacks',
    }),
  )
}

/** `claude/sonnet`; names of executors have no slash. */
function partsOf(name: string): readonly [string, string | null] {
  const slash = name.indexOf('/')
  return slash < 0 ? [name, null] : [name.slice(0, slash), name.slice(slash + 1)]
}

/** Of one token, roughly. */
const CHARACTERS = 4
/** Of an answer, as measured on long ones. */
const ANSWER_TOKENS = 1200

/** By what it cost before, else by the length of what is sent and the list price; null = neither is known. */
function costOf({ yard }: HandlerContext, judge: Judge): number | null {
  const known = yard.store.judging.askedJudges().find((each) => judgeKey(each) === judgeKey(judge))
  if (known?.meanUsd != null) return known.meanUsd * CANARIES.length
  const { settings } = yard.config()
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
