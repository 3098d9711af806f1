/** Finds the answer in what a model said: the one whole JSON object that fits, plain, fenced or between other text. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { issueText } from '../base/issue-text.ts'
import { err, ok, type Result } from '../base/result.ts'

/** Characters. What is longer was no answer to our question. */
const MOST_TEXT = 1_000_000
/** Objects looked at, and characters read for them all: a text of nothing but brackets takes no longer. */
const MOST_OBJECTS = 200
const MOST_READ = 20_000_000

const SEVERAL = 'the answer holds several JSON objects that fit and differ: it has to hold one'

/** The error says what did not fit, for a second try. */
export function findAnswer<T>(text: string, schema: z.ZodType<T>): Result<T, string> {
  if (text.length > MOST_TEXT) return err(`the answer is longer than ${MOST_TEXT} characters`)
  let problem: string | null = null
  let answer: { readonly data: T } | null = null
  for (const value of objectsIn(text)) {
    const fitted = schema.safeParse(value)
    // Of the outermost object, which is likely the one that was meant.
    if (!fitted.success) problem ??= problemOf(fitted.error)
    // One may be quoted from the work, which can hold an answer that was written for its judge.
    else if (answer && !isDeepStrictEqual(answer.data, fitted.data)) return err(SEVERAL)
    else answer = fitted
  }
  return answer ? ok(answer.data) : err(problem ?? 'the answer holds no JSON object')
}

/** All whole ones in the order in which they begin, those within others too. */
function* objectsIn(text: string): Generator<unknown> {
  let read = 0
  let seen = 0
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    if (seen >= MOST_OBJECTS || read >= MOST_READ) return
    const end = endOfObject(text, start)
    read += (end ?? text.length) - start
    seen += 1
    const value = end === null ? undefined : parse(text.slice(start, end))
    if (value !== undefined) yield value
  }
}

/** Behind the bracket that closes the one at `start`; null = none does. Brackets within strings do not count. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0
  let isString = false
  for (let at = start; at < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    if (isString) {
      if (sign === BACKSLASH) at += 1
      else if (sign === QUOTE) isString = false
    } else if (sign === QUOTE) isString = true
    else if (sign === OPEN) depth += 1
    else if (sign === CLOSE && (depth -= 1) === 0) return at + 1
  }
  return null
}

const [BACKSLASH, QUOTE, OPEN, CLOSE] = ['\\', '"', '{', '}'].map((sign) => sign.charCodeAt(0))

/** Undefined = not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const MOST_ISSUES = 5

function problemOf({ issues }: z.ZodError): string {
  const lines = issues
    .slice(0, MOST_ISSUES)
    .map((issue) => [issue.path.join('.'), issueText(issue)].filter(Boolean).join(': '))
  return lines.join('; ')
}
