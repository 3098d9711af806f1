/** What happened between two looks at the yard: one short sentence for a screen reader, and what is worth a system notification. Pure. */
import type { TaskStatus } from '../../domain/task.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { countText, needYouText } from '../ui/format.ts'
import type { Attention, TaskCard } from '../../contract/view.ts'

/** Counts of tasks per kind of news, in the order in which they are told. */
export const NO_NEWS = { done: 0, failed: 0, started: 0, added: 0 }
export type News = Readonly<typeof NO_NEWS>

type Tasks = ReadonlyMap<string, TaskCard>

const KIND_OF: Readonly<Partial<Record<TaskStatus, keyof News>>> = {
  'in-progress': 'started',
  done: 'done',
  failed: 'failed',
}

/** With what was news already. Cards that are the same object have none. */
export function newsBetween(before: Tasks, now: Tasks, known: News = NO_NEWS): News {
  const news = { ...known }
  for (const card of now.values()) {
    const was = before.get(card.id)
    if (was === card) continue
    if (!was) news.added++
    const kind = was?.status === card.status ? undefined : KIND_OF[card.status]
    if (kind) news[kind]++
  }
  return news
}

/** `4 done, 1 failed`; empty when nothing is worth a word. */
export const newsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ')

export interface Seen {
  readonly tasks: Tasks
  readonly attention: readonly Attention[]
}

type Needs = Pick<Seen, 'attention'> | null

/** What waits for a person now and did not before. */
export function newAttention(before: Needs, now: Needs): readonly Attention[] {
  if (before === null || now === null || before.attention === now.attention) return []
  const known = new Set(before.attention.map(keyOf))
  return now.attention.filter((each) => !known.has(keyOf(each)))
}

/** A message that waits is told again with each notice of it. */
const keyOf = ({ task, agent, kind, since, message }: Attention): string =>
  [task, agent, kind, since, JSON.stringify(message)].join('\n')

const MOST_TOLD = 2

/** One interruption for all of them: a second one would cut off the first. */
export function needsYouText(items: readonly Attention[]): string {
  const told = items.slice(0, MOST_TOLD).map(({ text }) => text.replace(/\.$/, ''))
  const rest = items.length - told.length
  return `Needs you: ${[...told, ...(rest > 0 ? [`${countText(rest)} more`] : [])].join('. ')}`
}

export interface Notice {
  readonly kind: 'needs-you' | 'failed' | 'all-done'
  readonly title: string
  readonly body: string
  readonly hash: string
}

export function noticesBetween(before: Seen, after: Seen): readonly Notice[] {
  if (before.tasks.size === 0) return []
  const notices = newAttention(before, after).map(toNotice)
  if (!isBusy(before) || isBusy(after) || countOf(after, 'done') === 0) return notices
  return [...notices, atRest(after)]
}

function toNotice({ kind, task, text }: Attention): Notice {
  const isFailure = kind === 'failed'
  return {
    kind: isFailure ? 'failed' : 'needs-you',
    title: isFailure ? 'A task failed' : 'Something needs you',
    body: text,
    hash: task === null ? '#/attention' : `#/task/${encodeURIComponent(task)}`,
  }
}

/** States that end without anybody's doing. A draft and what waits behind a failure are at rest. */
const BUSY: readonly ShownState[] = ['in-progress', 'ready', 'delayed', 'parked', 'pending-eval']
const isBusy = ({ tasks }: Seen): boolean =>
  tasks.values().some(({ state }) => BUSY.includes(state))

const countOf = ({ tasks }: Seen, status: TaskStatus): number =>
  tasks
    .values()
    .filter((card) => card.status === status)
    .toArray().length

function atRest(after: Seen): Notice {
  const done = countOf(after, 'done')
  const failed = countOf(after, 'failed')
  const waiting = after.tasks.size - done - failed - countOf(after, 'abandoned')
  return {
    kind: 'all-done',
    title: failed + waiting === 0 ? 'All done' : 'Nothing more starts by itself',
    body: newsText({ done, failed, wait: waiting }),
    hash: '#/graph',
  }
}

export function merged(notices: readonly Notice[]): Notice | null {
  const [first] = notices
  if (!first || notices.length === 1) return first ?? null
  const counts = Object.groupBy(notices, ({ kind }) => kind)
  const parts = [
    counts['needs-you'] && needYouText(counts['needs-you'].length),
    counts.failed && `${counts.failed.length} failed`,
    counts['all-done'] && 'nothing more starts',
  ]
  return {
    kind: first.kind,
    title: parts.filter(Boolean).join(', '),
    body: notices.map(({ body }) => body).join('\n'),
    hash: '#/attention',
  }
}
