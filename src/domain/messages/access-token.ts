/** A token by which a member or a daemon on another machine speaks to this yard. Only its hash is kept. */
import { z } from 'zod'

export const TOKEN_KINDS = ['member', 'daemon'] as const
export type TokenKind = (typeof TOKEN_KINDS)[number]

export const accessTokenSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(TOKEN_KINDS),
  /** SHA-256 of the token, lower-case hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Its last four characters, for people. */
  hint: z.string(),
  /** Names that it may act for; of a daemon: the roles and repositories that it may take work of. Empty = any. */
  names: z.array(z.string()),
  roles: z.array(z.string()),
  repos: z.array(z.string()),
  createdAt: z.number().int(),
  createdBy: z.string(),
  /** ms; null = never. */
  expiresAt: z.number().int().nullable(),
  revokedAt: z.number().int().nullable(),
})
export type AccessToken = z.infer<typeof accessTokenSchema>

/** Whether that name of its machine is one of its own. */
export const actsFor = ({ kind, names }: AccessToken, name: string): boolean =>
  kind === 'member' && (names.length === 0 || names.includes(name))

/** The member token whose holder is the machine of that name; a machine that comes by a token is named as the token is. */
export function tokenOfMachine(
  { tokens }: { readonly tokens: ReadonlyMap<string, AccessToken> },
  machine: string,
): AccessToken | null {
  for (const token of tokens.values())
    if (token.kind === 'member' && token.name === machine) return token
  return null
}
