/** Tokens of members and daemons on other machines, and the codes that are exchanged for one: known by their hash alone. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { TokenKind } from '../domain/messages/access-token.ts'

/** `domain/mask.ts` takes texts that begin so out of logs. */
const PREFIXES = { member: 'ymt_', daemon: 'ydt_' } as const satisfies Record<TokenKind, string>
const CODE_PREFIX = 'yjc_'
const TOKEN_BYTES = 32
const CODE_BYTES = 24
const HINT_CHARS = 4

export interface MintedToken {
  readonly text: string
  readonly sha256: string
  readonly hint: string
}

export function mintToken(kind: TokenKind): MintedToken {
  const text = PREFIXES[kind] + randomBytes(TOKEN_BYTES).toString('base64url')
  return { text, sha256: sha256Of(text), hint: text.slice(-HINT_CHARS) }
}

export const mintTokenId = (): string => `tok-${randomBytes(6).toString('hex')}`

export const mintCode = (): string => CODE_PREFIX + randomBytes(CODE_BYTES).toString('base64url')

export const isToken = (text: string): boolean => /^y[md]t_[A-Za-z0-9_-]{43}$/.test(text)

/** Lower-case hexadecimal. */
export const sha256Of = (text: string): string => digestOf(text).toString('hex')

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares with every entry, so that the time it takes says nothing about which one it is. */
export function findByText<T extends { readonly sha256: string }>(
  entries: Iterable<T>,
  text: string,
): T | null {
  const digest = digestOf(text)
  let found: T | null = null
  for (const entry of entries)
    if (timingSafeEqual(Buffer.from(entry.sha256, 'hex'), digest)) found = entry
  return found
}
