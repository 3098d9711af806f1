/** A question for a permission that nobody could answer while the agent ran, and the answer that its next agent is given. */

const HOW_TO_ANSWER = '(the answer "allow" lets it)'

/** As a person reads it. */
export const questionFor = (words: string): string => `${words} ${HOW_TO_ANSWER}`

/** The words of the question where the answer is a yes; null otherwise. */
export function grantedBy(question: string, answer: string): string | null {
  if (!question.endsWith(` ${HOW_TO_ANSWER}`)) return null
  const isYes = /^\s*["']?(?:allow|yes|ok|okay)\b/i.test(answer)
  return isYes ? question.slice(0, -HOW_TO_ANSWER.length - 1) : null
}
