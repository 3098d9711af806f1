/** What the quick-add card holds, as it is sent. Pure. */
import type { QuickAdd } from '../quick-add.ts'
import { findTask, noSuchTask, type Tasks } from './find-named.ts'
import { parseTitle } from './title-language.ts'

export interface CardFields {
  readonly text: string
  /** Markdown. */
  readonly description: string
  /** Chosen in the list; empty = none. A name in the title counts before it. */
  readonly executor: string
  readonly model: string
  readonly command: string
}

export const NO_FIELDS: CardFields = {
  text: '',
  description: '',
  executor: '',
  model: '',
  command: '',
}

/** The executor that is named, by the title or by the list; null = none. */
export const namedExecutor = ({ text, executor }: CardFields): string | null =>
  parseTitle(text).executor ?? (executor === '' ? null : executor)

/** What stands against sending it, in words; null = nothing. */
export function faultOf({ text }: CardFields, tasks: Tasks): string | null {
  const { title, after } = parseTitle(text)
  const unknown = after.find((word) => findTask(tasks, word) === null)
  if (unknown !== undefined) return noSuchTask(tasks, unknown)
  if (title === '') return 'A task needs a title.'
  return title.length > 500 ? 'A title has at most 500 characters.' : null
}

export function toNewTaskInput(
  fields: CardFields,
  wish: Pick<QuickAdd, 'after' | 'before'>,
  tasks: Tasks,
) {
  const { title, tags, priority, after } = parseTitle(fields.text)
  const typed = after.map((word) => findTask(tasks, word) ?? word)
  const executor = namedExecutor(fields)
  const command = fields.command.trim()
  const description = fields.description.trim()
  return {
    title,
    ...(description === '' ? {} : { description }),
    ...(tags.length > 0 ? { tags: [...tags] } : {}),
    ...(priority ? { priority } : {}),
    ...(executor === null ? {} : { executor }),
    ...(fields.model === '' ? {} : { model: fields.model }),
    ...(command === '' ? {} : { exec: command }),
    after: [...new Set([...wish.after, ...typed])],
    before: [...wish.before],
  }
}
