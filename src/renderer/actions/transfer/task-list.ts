/**
 * A list of lines as tasks: one a line, with or without bullets, numbers or boxes. A line further in waits for the one that it
 * stands under. What is ticked off is left out. Each line has the little language of titles. Pure.
 */
import { slugOf } from '../../../domain/ids.ts'
import type { Tasks } from '../../model/reach.ts'
import type { ListRequest } from '../quick-add.ts'
import { freeId } from '../add/task-text.ts'
import { findTask, noSuchTask, parseTitle, type TitleInput } from '../add/title-language.ts'

export interface ListedTask extends TitleInput {
  /** Its place among the listed; null = it stands at the top. */
  readonly parent: number | null
}

export const hasSeveralLines = (text: string): boolean =>
  text.split(LINE_END).filter((line) => line.trim() !== '').length > 1

const LINE_END = /\r\n?|\n|\u2028|\u2029/
const MARK = /^(?:[-*+•–]\s+|\d{1,4}[.)]\s+|#{1,6}\s+)?(?:\[([ xX])\]\s+)?/
/** Columns that a tab is worth. */
const TAB = '    '

export function readList(text: string): readonly ListedTask[] {
  const tasks: ListedTask[] = []
  /** The lines that the next one may stand under, from the top in. */
  const open: { readonly column: number; readonly place: number | null }[] = []
  for (const line of text.split(LINE_END)) {
    const read = readLine(line)
    if (read === null) continue
    const { column, isTicked, input } = read
    while ((open.at(-1)?.column ?? -1) >= column) open.pop()
    const parent = open.at(-1)?.place ?? null
    // What stands under a ticked line stands under the line around it.
    open.push({ column, place: isTicked ? parent : tasks.length })
    if (!isTicked) tasks.push({ ...input, parent })
  }
  return tasks
}

interface Line {
  /** How far in it begins. */
  readonly column: number
  readonly isTicked: boolean
  readonly input: TitleInput
}

/** Null for a line without a title: an empty one, a rule across the page. */
function readLine(line: string): Line | null {
  const rest = line.trim()
  const [mark = '', box = ' '] = MARK.exec(rest) ?? []
  const input = parseTitle(rest.slice(mark.length))
  if (input.title === '' || /^[-=*_]+$/.test(rest)) return null
  const column = line.replaceAll('\t', TAB).search(/\S/)
  return { column, isTicked: box !== ' ', input }
}

/** As many as a person can still look through; more is a file to import. */
export const MOST_LISTED = 1000

/** What stands against making them, as a sentence; null = nothing. */
export function listIssue(list: readonly ListedTask[], tasks: Tasks): string | null {
  if (list.length > MOST_LISTED)
    return `A list makes at most ${MOST_LISTED} tasks. Import a file instead.`
  const long = list.find(({ title }) => title.length > 500)
  if (long) return `A title has at most 500 characters: “${long.title.slice(0, 40)}…” has more.`
  const named = slugs(list)
  const unknown = list
    .flatMap(({ after }) => after)
    .find((word) => !named.has(word.toLowerCase()) && findTask(tasks, word) === null)
  return unknown === undefined ? null : noSuchTask(tasks, unknown)
}

/** The graph in JSON lines, all drafts, under ids that are free. */
export function toGraphLines(
  list: readonly ListedTask[],
  wanted: ListRequest,
  tasks: Tasks,
): string {
  const ids = freshIds(list, tasks)
  const named = slugs(list)
  const parents = new Set(list.map(({ parent }) => parent))
  const idOf = (word: string): string => {
    const place = named.get(word.toLowerCase())
    return place === undefined ? (findTask(tasks, word) ?? word) : (ids[place] ?? word)
  }
  return list
    .map(({ title, tags, priority, executor, after, parent }, place) => {
      const above = parent === null ? wanted.after : [ids[parent] ?? '']
      return JSON.stringify({
        id: ids[place],
        title,
        after: [...new Set([...above, ...after.map(idOf)])],
        ...(parents.has(place) ? {} : { before: wanted.before }),
        ...(tags.length > 0 ? { tags } : {}),
        ...(priority ? { priority } : {}),
        ...withName('executor', executor ?? wanted.executor),
        ...withName('model', wanted.model),
        ...wanted.judged,
        paused: true,
      })
    })
    .join('\n')
}

const withName = (name: string, value: string | null): Record<string, string> =>
  value === null ? {} : { [name]: value }

/** The words by which one line names another: its title in dashes. The first of two counts. */
function slugs(list: readonly ListedTask[]): ReadonlyMap<string, number> {
  const named = new Map<string, number>()
  for (const [place, { title }] of list.entries()) {
    const slug = slugOf(title)
    if (!named.has(slug)) named.set(slug, place)
  }
  return named
}

function freshIds(list: readonly ListedTask[], tasks: Tasks): readonly string[] {
  const taken = new Set<string>(tasks.keys())
  return list.map(({ title }) => {
    const slug = slugOf(title)
    const id = taken.has(slug) ? freeId(slug, (each) => taken.has(each)) : slug
    taken.add(id)
    return id
  })
}
