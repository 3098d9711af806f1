/** A question to a model as it is asked, whatever it is about. */
import type { z } from 'zod'
import type { JudgedValue } from '../../domain/judging/judgement.ts'

/** One question to a model. */
export interface Question {
  readonly system: string
  readonly prompt: string
  /** As its structured output is asked for. */
  readonly wire: Readonly<Record<string, unknown>>
  readonly timeoutMs: number
  /** What an answer means; the error says what does not fit, for a second try. */
  readonly read: (value: unknown) => { readonly value: JudgedValue } | { readonly error: string }
  readonly schema: z.ZodType
}

/** What there is to ask; or what is known without asking; or why it cannot be asked. */
export type Prepared =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'known'; readonly value: JudgedValue }
  | { readonly kind: 'impossible'; readonly reason: string }
