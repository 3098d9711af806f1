/**
 * The little language of a new task's title: `Build docs #docs @claude !high >plan`. A sign counts only at the start of a
 * word and before a letter (so `#12` and `C#` stay in the title); a backslash before it writes the sign itself. Its names, and what they may mean, are looked up here too. Pure.
 */
import { slugOf } from '../../../domain/ids.ts'
import { nearMatch } from '../../../domain/near-match.ts'
import { PRIORITIES } from '../../../domain/graph/priority.ts'
import type { TaskCard } from '../../../contract/view.ts'
import type { Tasks } from '../../model/reach.ts'

type TokenKind = 'tag' | 'executor' | 'priority' | 'after'

export interface TitleInput {
  readonly title: string
  readonly tags: readonly string[]
  readonly executor: string | null
  readonly priority: TaskCard['priority'] | null
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

/** The text without the executors that it names: another was chosen since. */
export const withoutExecutor = (text: string): string =>
  text
    .split(/(\s+)/)
    .filter((part) => tokenOf(part)?.kind !== 'executor')
    .join('')
    .replace(/\s{2,}/g, ' ')

/** The id of the task that `>word` means: its id, its title in dashes, or the one id that begins so. */
export function findTask(tasks: Tasks, word: string): string | null {
  if (tasks.has(word)) return word
  const wanted = word.toLowerCase()
  const cards = [...tasks.values()]
  const titled = cards.filter(({ title }) => slugOf(title) === wanted)
  if (titled.length === 1) return titled[0]?.id ?? null
  const begun = cards.filter(({ id }) => id.toLowerCase().startsWith(wanted))
  return begun.length === 1 ? (begun[0]?.id ?? null) : null
}

/** Why `>word` means no task, with the one that was probably meant. */
export function noSuchTask(tasks: Tasks, word: string): string {
  const near = nearMatch(word, tasks.keys())
  return near === null
    ? `No task is named “${word}”. Write \\> for the sign itself.`
    : `No task is named “${word}”. Did you mean ${near}?`
}

export interface Completion {
  readonly value: string
  readonly note: string
}

export interface Names {
  readonly tasks: Tasks
  readonly executors: readonly { readonly name: string; readonly problem: string | null }[]
}

const MOST = 8

/** What the open token may become, best first. Empty when it stands there already. */
export function completionsFor(token: OpenToken, names: Names): readonly Completion[] {
  const typed = token.typed.toLowerCase()
  const found = SOURCES[token.kind](names)
    .filter(({ value, note }) => `${value} ${note}`.toLowerCase().includes(typed))
    .toSorted((a, b) => rank(a, typed) - rank(b, typed))
  return found.some(({ value }) => value.toLowerCase() === typed) ? [] : found.slice(0, MOST)
}

const rank = ({ value }: Completion, typed: string): number =>
  value.toLowerCase().startsWith(typed) ? 0 : 1

const SOURCES: Readonly<Record<OpenToken['kind'], (names: Names) => readonly Completion[]>> = {
  tag: ({ tasks }) => tagsOf(tasks).map((value) => ({ value, note: '' })),
  executor: ({ executors }) =>
    executors.map(({ name, problem }) => ({ value: name, note: problem ?? '' })),
  priority: () => PRIORITIES.map((value) => ({ value, note: '' })),
  // The newest first: the next task mostly waits for the one added last.
  after: ({ tasks }) =>
    [...tasks.values()].toReversed().map(({ id, title }) => ({ value: id, note: title })),
}

/** All tags of the yard in order of the alphabet. */
export const tagsOf = (tasks: Tasks): readonly string[] =>
  [...new Set([...tasks.values()].flatMap(({ tags }) => tags))].toSorted((a, b) =>
    a.localeCompare(b),
  )
