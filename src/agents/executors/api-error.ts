/** `[API Error: …]`, as Gemini CLI and its kin write a provider's error: its words, or its whole JSON body. */
import { numberAt, objectAt, parseEvent, textAt } from './json-event.ts'

export interface ApiError {
  readonly status: number | null
  readonly message: string
}

const FORM = /\[API Error: ([\s\S]*)\]/

/** The text itself where it is not in that form. */
export function apiErrorIn(text: string): ApiError {
  const inner = FORM.exec(text)?.[1] ?? text
  const body = objectAt(parseEvent(inner), 'error')
  const message = textAt(body, 'message')
  if (message !== null) return { status: numberAt(body, 'code'), message }
  // Qwen Code: `401 invalid API key`.
  const [, status, words = ''] = /^([45]\d{2}) ([\s\S]+)$/.exec(inner) ?? []
  return status === undefined
    ? { status: null, message: inner }
    : { status: Number(status), message: words }
}

/** Whether an answer ends in such an error, or in one and a line of advice below it. */
export const endsInApiError = (text: string): boolean =>
  /\[API Error: [\s\S]*\](?:\s*\n[^\n]*)?\s*$/.test(text)
