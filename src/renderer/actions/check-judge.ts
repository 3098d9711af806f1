/** Measuring who judges results: asked what a person has scored already, once the person has agreed to the price. */
import type { Attention } from '../../contract/view.ts'
import type { YardClient } from '../model/session/link.ts'
import { toProblem } from '../model/session/problem.ts'
import { type CommandRun, useSession } from '../model/session/session-context.tsx'
import { sendCommand, type Session } from '../model/session/session.ts'
import { showToast } from '../model/toasts.ts'
import { moneyText, plural } from '../ui/format.ts'
import { ask, type Question } from './ask.ts'
import { useCommands } from './commands.ts'

type Issue = NonNullable<Attention['judge']>['issue']

export const checkLabel = (issue: Issue | null): string =>
  issue === 'unmeasured' || issue === null ? 'Check…' : 'Check again…'

interface Price {
  /** `claude/sonnet` */
  readonly judge: string
  readonly calls: number
  /** Null = not known. */
  readonly costUsd: number | null
}

/** `name`: as `yard evaluators check` takes it; null = who would judge a result now. True when it is being asked. */
export async function checkJudge(
  session: Session,
  command: Pick<CommandRun, 'run'>,
  name: string | null,
): Promise<boolean> {
  const who = name === null ? {} : { name }
  const told: { price: Price | null } = { price: null }
  const isTold = await command.run(async ({ evaluator }) => {
    told.price = await priceOf(evaluator, who)
  })
  if (!isTold || told.price === null || (await ask(checkQuestion(told.price))) === null)
    return false
  const { judge, calls } = told.price
  const isAsked = await command.run(({ evaluator }, commandId) =>
    evaluator.check({ name: judge, confirm: true, commandId }),
  )
  if (isAsked) showToast(`${judge} is asked ${plural(calls, 'question')}`)
  return isAsked
}

/** It is said as the refusal of a check that nobody has confirmed; any other refusal is thrown. */
async function priceOf(
  evaluator: YardClient['evaluator'],
  who: { readonly name?: string },
): Promise<Price> {
  const error: unknown = await evaluator.check({ ...who, confirm: false }).then(
    () => new Error('The check was not refused.'),
    (refused: unknown) => refused,
  )
  const { facts } = toProblem(error)
  const { executor, model, calls, costUsd } = facts ?? {}
  if (typeof executor !== 'string' || typeof calls !== 'number') throw error
  return {
    judge: typeof model === 'string' ? `${executor}/${model}` : executor,
    calls,
    costUsd: typeof costUsd === 'number' ? costUsd : null,
  }
}

export const checkQuestion = ({ judge, calls, costUsd }: Price): Question => ({
  title: `Check ${judge}?`,
  lines: [
    `It is asked to judge ${plural(calls, 'result')} that a person has scored already.`,
    costUsd === null
      ? `That is ${plural(calls, 'call')}. What they cost is not known.`
      : `That is ${plural(calls, 'call')}, about ${moneyText(costUsd)}.`,
    'Where it is lenient with bad work or far off, its scores decide nothing from then on.',
  ],
  choices: [
    {
      id: 'check',
      label: costUsd === null ? `Ask ${calls}` : `Ask ${calls}, about ${moneyText(costUsd)}`,
      look: 'main',
    },
  ],
})

export function useJudgeCommands(): void {
  const session = useSession()
  useCommands({ 'judge.check': () => void checkJudge(session, inToasts(session), null) })
}

/** From where no place shows what was refused. */
const inToasts = (session: Session): Pick<CommandRun, 'run'> => ({
  async run(send) {
    const result = await sendCommand(session, send)
    if (!result.ok) showToast(`Check: ${result.error.message}`, { kind: 'error' })
    return result.ok
  },
})
