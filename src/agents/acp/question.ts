/**
 * A question for a permission that nobody could answer while the agent ran, and the answer that its next agent is given. It shows the
 * whole act and bears its digest, so that a yes to one act is none to another that only looks like it.
 */
import { createHash } from 'node:crypto'
import type { Act } from './permission.ts'

/** UTF-16 units. What is longer cannot be shown whole, and so cannot be allowed by a person. */
const MAX_QUESTION = 4000
const ENDING = / \(the answer "allow" lets it, once; act [0-9a-f]{32}\)$/

/** As a person reads it; null where it is too long to be read. The same act in the same words gives the same question. */
export function questionFor(act: Act, words: string): string | null {
  const digest = createHash('sha256')
    .update(JSON.stringify([act, words]))
    .digest('hex')
  const question = `${visible(words)} (the answer "allow" lets it, once; act ${digest.slice(0, 32)})`
  return question.length <= MAX_QUESTION ? question : null
}

/** The question where the answer is a yes; null otherwise. */
export function grantedBy(question: string, answer: string): string | null {
  if (!ENDING.test(question)) return null
  return /^\s*["']?(?:allow|yes|ok|okay)\b/i.test(answer) ? question : null
}

/** On one line, with nothing in it that a reader would not see. */
const visible = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\r?\n/g, '⏎')
    .replaceAll(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
      (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
    )
