/** What happened between two looks at the yard, as one short sentence. Pure. */
import type { TaskStatus } from '../../domain/task.ts'
import { countText } from '../ui/format.ts'
import type { Attention, Summary, TaskCard } from '../../contract/view.ts'

/** Counts of tasks per kind of news. */
export interface News {
  readonly started: number
  readonly done: number
  readonly failed: number
  readonly added: number
}
export const NO_NEWS: News = { started: 0, done: 0, failed: 0, added: 0 }

type Tasks = ReadonlyMap<string, TaskCard>

const KIND_OF: Readonly<Partial<Record<TaskStatus, keyof News>>> = {
  'in-progress': 'started',
  done: 'done',
  failed: 'failed',
}

/** Cards that are the same object have no news. */
export function newsBetween(before: Tasks, now: Tasks): News {
  const news = { ...NO_NEWS }
  for (const card of now.values()) {
    const was = before.get(card.id)
    if (was === card) continue
    if (!was) news.added++
    const kind = was?.status === card.status ? undefined : KIND_OF[card.status]
    if (kind) news[kind]++
  }
  return news
}

export const addNews = (a: News, b: News): News => ({
  started: a.started + b.started,
  done: a.done + b.done,
  failed: a.failed + b.failed,
  added: a.added + b.added,
})

/** `4 done, 1 failed`; empty when nothing is worth a word. */
export function newsText({ done, failed, started, added }: News): string {
  const parts = [
    [done, 'done'],
    [failed, 'failed'],
    [started, 'started'],
    [added, 'added'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')
}

/** What waits for a person now and did not before. */
export function newAttention(before: Summary | null, now: Summary | null): readonly Attention[] {
  if (before === null || now === null || before.attention === now.attention) return []
  const known = new Set(before.attention.map(keyOf))
  return now.attention.filter((each) => !known.has(keyOf(each)))
}

const keyOf = ({ task, agent, kind, since }: Attention): string =>
  [task, agent, kind, since].join('\n')

const MOST_TOLD = 2

/** One interruption for all of them: a second one would cut off the first. Null for none. */
export function needsYouText(items: readonly Attention[]): string | null {
  if (items.length === 0) return null
  const told = items.slice(0, MOST_TOLD).map(({ text }) => text.replace(/\.$/, ''))
  const rest = items.length - told.length
  return `Needs you: ${[...told, ...(rest > 0 ? [`${countText(rest)} more`] : [])].join('. ')}`
}
