/**
 * The little language of a new task's title: `Build docs #docs @claude !high >plan`. A sign counts only at the start of a
 * word and before a letter (so `#12` and `C#` stay in the title); a backslash before it writes the sign itself. Pure.
 */
import { PRIORITIES } from '../../../domain/task.ts'

export type Priority = (typeof PRIORITIES)[number]
export type TokenKind = 'tag' | 'executor' | 'priority' | 'after'

export interface TitleInput {
  readonly title: string
  readonly tags: readonly string[]
  readonly executor: string | null
  readonly priority: Priority | null
  /** As typed: an id, or the words of a title joined by dashes. */
  readonly after: readonly string[]
}

const KINDS: Readonly<Record<string, TokenKind>> = {
  '#': 'tag',
  '@': 'executor',
  '!': 'priority',
  '>': 'after',
}

interface Token {
  readonly kind: TokenKind
  readonly value: string
}

export function parseTitle(text: string): TitleInput {
  const words: string[] = []
  const tokens: Token[] = []
  for (const word of text.split(/\s+/)) {
    const token = tokenOf(word)
    if (token) tokens.push(token)
    else if (word !== '') words.push(/^\\[#@!>]/.test(word) ? word.slice(1) : word)
  }
  const all = (kind: TokenKind): readonly string[] => [
    ...new Set(tokens.filter((token) => token.kind === kind).map(({ value }) => value)),
  ]
  return {
    title: words.join(' '),
    tags: all('tag'),
    executor: all('executor').at(-1) ?? null,
    priority: PRIORITIES.find((each) => each === all('priority').at(-1)?.toLowerCase()) ?? null,
    after: all('after'),
  }
}

function tokenOf(word: string): Token | null {
  const kind = KINDS[word.charAt(0)]
  const value = word.slice(1)
  // An id may begin with a digit; a tag or a name may not, so that `#12` stays in the title.
  const begins = kind === 'after' ? /^[\p{L}\p{N}_]/u : /^[\p{L}_]/u
  if (!kind || !begins.test(value)) return null
  if (kind === 'priority' && !PRIORITIES.some((each) => each === value.toLowerCase())) return null
  return { kind, value }
}

/** The sign and what follows it where the caret stands, for completion; null where there is none. */
export interface OpenToken {
  readonly kind: TokenKind
  readonly typed: string
  readonly start: number
  readonly end: number
}

export function openTokenAt(text: string, caret: number): OpenToken | null {
  const start = text.slice(0, caret).search(/\S+$/)
  if (start < 0) return null
  const kind = KINDS[text.charAt(start)]
  if (!kind) return null
  const rest = /^\S*/.exec(text.slice(caret))?.[0] ?? ''
  const end = caret + rest.length
  return { kind, typed: text.slice(start + 1, end), start, end }
}

/** The text with the token finished, and where the caret stands then. */
export function complete(
  text: string,
  token: OpenToken,
  value: string,
): { readonly text: string; readonly caret: number } {
  const before = `${text.slice(0, token.start + 1)}${value} `
  return { text: before + text.slice(token.end).trimStart(), caret: before.length }
}

/** The text without its words for an executor: a chooser has spoken since. */
export const withoutExecutor = (text: string): string =>
  text
    .split(/(\s+)/)
    .filter((part) => tokenOf(part)?.kind !== 'executor')
    .join('')
    .replace(/\s{2,}/g, ' ')
