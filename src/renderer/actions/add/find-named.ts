/** Names that a person types, and the tasks and choices that they may mean. Pure. */
import { slugOf } from '../../../domain/ids.ts'
import { nearMatch } from '../../../domain/near-match.ts'
import { PRIORITIES } from '../../../domain/task.ts'
import type { TaskCard } from '../../../contract/view.ts'
import type { OpenToken } from './title-language.ts'

export type Tasks = ReadonlyMap<string, TaskCard>

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
