/** Procedures about tokens of other machines. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { TOKEN_KINDS } from '../domain/messages/access-token.ts'
import { commandIdSchema, get, idInput, post } from './route.ts'

const tokenNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 letters, digits, dots, dashes or underscores, not a dot or dash first',
  )

const names = z
  .array(z.string().regex(/^[^\s\p{C}]{1,200}$/u, 'must be a name without spaces'))
  .max(100)
  .optional()

const scopeFields = {
  name: tokenNameSchema,
  /** Of a member token: whom it may act for. None = any member. */
  as: names,
  /** Of a daemon token: work of which roles and repositories it may take. None = any. */
  roles: names,
  repos: names,
  /** A duration such as `90d`, or `never`. */
  expires: z.string().max(50).default('90d'),
  commandId: commandIdSchema,
}
export const tokenInput = z.strictObject({ ...scopeFields, kind: z.enum(TOKEN_KINDS) })
export const inviteInput = z.strictObject({
  ...scopeFields,
  kind: z.enum(TOKEN_KINDS).default('daemon'),
  /** How long the code is good: a duration such as `10m`. */
  ttl: z.string().max(50).default('10m'),
})

const scopeSchema = z.object({
  names: z.array(z.string()),
  roles: z.array(z.string()),
  repos: z.array(z.string()),
})

const tokenViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(TOKEN_KINDS),
  scope: scopeSchema,
  /** Its last characters. */
  hint: z.string(),
  createdAt: z.string(),
  /** Null = it is good for ever. */
  expiresAt: z.string().nullable(),
  /** To the minute; null = never. */
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
})
export type TokenView = z.infer<typeof tokenViewSchema>

/** With the token itself, which is shown this once. */
const madeTokenSchema = tokenViewSchema.extend({ token: z.string() })
export type MadeToken = z.infer<typeof madeTokenSchema>

const inviteSchema = z.object({
  /** What is run on the other machine; it asks for the code. */
  join: z.string(),
  code: z.string(),
  expiresAt: z.string(),
})
export type InviteView = z.infer<typeof inviteSchema>

export const tokenContract = {
  create: post('/token', 201).input(tokenInput).output(madeTokenSchema),
  /** A code that is good once: other machines exchange it for a token of this scope. */
  invite: post('/token/invite', 201).input(inviteInput).output(inviteSchema),
  /** Revoked ones included, oldest first. */
  list: get('/tokens').output(z.array(tokenViewSchema)),
  /** By id or name. What is open under it is closed within ten seconds. */
  revoke: oc
    .route({ method: 'DELETE', path: '/token/{id}' })
    .input(z.strictObject({ ...idInput.shape, commandId: commandIdSchema }))
    .output(tokenViewSchema),
}
