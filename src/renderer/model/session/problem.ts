/** A refusal or a failed exchange, as the page tells it. Foreign errors are translated here and nowhere else. */
import { ORPCError } from '@orpc/client'
import { fieldsOf, isRecordOf, isText } from '../reading.ts'
import { Refusal, type Problem } from './refusal.ts'

export type { Problem } from './refusal.ts'

export const notSent: Problem = {
  kind: 'link',
  message: 'Not sent: the yard does not answer at the moment.',
  hint: 'Try again once the page has reconnected.',
}
/** Of a command that may be sent twice: whether the first sending had its effect, nobody knows. */
export const unanswered: Problem = {
  kind: 'link',
  message: 'The connection was lost before the answer came.',
  hint: null,
}
/** The same can be sent again: it has one effect. */
export const maySendAgain = (problem: Problem): boolean =>
  problem === notSent || problem === unanswered

/** Of a command that cannot safely be sent twice. */
export const notAnswered: Problem = {
  kind: 'link',
  message: 'The connection was lost before the answer came.',
  hint: 'Look whether it was done before you do it again.',
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem
  if (!(error instanceof ORPCError)) return notSent
  const { kind, message, hint, facts } = fieldsOf(error.data)
  if (!isText(kind) || !isText(message))
    return { kind: error.code, message: error.message, hint: null }
  const rest = isRecordOf(isAnything)(facts) ? { facts } : {}
  return { kind, message, hint: isText(hint) ? hint : null, ...rest }
}

const isAnything = (_value: unknown): _value is unknown => true
