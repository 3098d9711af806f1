/** Who an agent is asked to be: a role with a trade-off and skills. */
import { z } from 'zod'
import { isStorableText, UNSTORABLE_TEXT } from '../bounds.ts'

const text = z.string().refine(isStorableText, UNSTORABLE_TEXT).trim()
const line = text
  .min(1)
  .max(500)
  .regex(/^\P{Cc}*$/u, 'must be one line')

/** What a file of one says. */
export const identityContentSchema = z.strictObject({
  role: line,
  tradeoff: line,
  /** For people; no part of the id. */
  name: line.optional(),
  description: text.max(20_000).default(''),
  skills: z.array(line).max(100).default([]),
  acceptable: z.array(line).max(100).default([]),
  not_acceptable: z.array(line).max(100).default([]),
})
export type IdentityContent = z.infer<typeof identityContentSchema>

/** As an agent keeps it. */
export const identityNameSchema = z.strictObject({
  /** 64 hexadecimal digits, of which eight are shown. Made from what the identity says, so that an edit is another identity. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
})
export type IdentityName = z.infer<typeof identityNameSchema>

export interface Identity extends IdentityContent, IdentityName {
  readonly name: string
}

/** `f5143935` */
export const shortId = (id: string): string => id.slice(0, 8)

export const identityNameOf = ({ id, name }: IdentityName): IdentityName => ({ id, name })
