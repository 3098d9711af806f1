/** A refusal or a failed exchange, as the page tells it. Foreign errors are translated here and nowhere else. */
import { ORPCError } from '@orpc/client'
import { z } from 'zod'

export interface Problem {
  /** The failure's kind; `link` when nothing was answered. */
  readonly kind: string
  readonly message: string
  readonly hint: string | null
  /** What the failure is about, in the host's own words, e.g. the `path` of a circle. */
  readonly facts?: Readonly<Record<string, unknown>>
}

const failureDataSchema = z.object({
  kind: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  facts: z.record(z.string(), z.unknown()).optional(),
})

export const notSent: Problem = {
  kind: 'link',
  message: 'Not sent: the yard does not answer at the moment.',
  hint: 'Try again once the page has reconnected.',
}

export function toProblem(error: unknown): Problem {
  if (!(error instanceof ORPCError)) return notSent
  const data = failureDataSchema.safeParse(error.data)
  if (!data.success) return { kind: error.code, message: error.message, hint: null }
  const { kind, message, hint = null, facts } = data.data
  return { kind, message, hint, ...(facts ? { facts } : {}) }
}
