/** `evaluator.check`: asks a judge what a person has scored already. */
import { newJudgement, NO_SUBJECT } from '../../domain/decide/evaluated.ts'
import { dollarsText } from '../../domain/format.ts'
import { failure } from '../../domain/failure.ts'
import type { Judge } from '../../domain/judging/evaluation.ts'
import { CANARIES } from '../../judging/canaries/canaries.ts'
import { checkCost } from '../judging/check-cost.ts'
import { judgeName } from '../judging/choose-judge.ts'
import { type HandlerContext, procedures, send } from './context.ts'
import { refuse } from './failures.ts'
import { refuseUnknown } from './judging-acts.ts'

export const evaluatorCheck = procedures.evaluator.check.handler(async ({ context, input }) => {
  const judge = judgeOf(context, input.name)
  const calls = CANARIES.length
  const { store, config } = context.yard
  const costUsd = checkCost({ store, settings: config().settings }, judge)
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
function judgeOf(context: HandlerContext, name: string | undefined): Judge {
  const { yard } = context
  const [executor = null, model = null] = name === undefined ? [] : partsOf(name)
  refuseUnknown(context, executor, model)
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
