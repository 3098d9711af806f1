/** Which news are worth a system notification: what needs a person, what failed, and that nothing more can start by itself. Pure. */
import type { Attention, TaskCard } from '../../../contract/view.ts'

export interface Notice {
  readonly kind: 'needs-you' | 'failed' | 'all-done'
  readonly title: string
  readonly body: string
  /** Where a click leads. */
  readonly hash: string
}

export interface Seen {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly attention: readonly Attention[]
}

/** What has happened between two views of the yard. */
export function noticesBetween(before: Seen, after: Seen): readonly Notice[] {
  if (before.tasks.size === 0) return []
  const known = new Set(before.attention.map(keyOf))
  const notices = after.attention.filter((each) => !known.has(keyOf(each))).map(toNotice)
  if (!isBusy(before) || isBusy(after) || countOf(after, 'done') === 0) return notices
  return [...notices, atRest(after)]
}

const keyOf = ({ kind, task, agent, since }: Attention): string =>
  [kind, task, agent, since].join(' ')

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
const BUSY: ReadonlySet<string> = new Set([
  'in-progress',
  'ready',
  'delayed',
  'parked',
  'pending-eval',
])
const isBusy = ({ tasks }: Seen): boolean =>
  [...tasks.values()].some(({ state }) => BUSY.has(state))

const countOf = ({ tasks }: Seen, status: string): number =>
  [...tasks.values()].filter((card) => card.status === status).length

function atRest(after: Seen): Notice {
  const done = countOf(after, 'done')
  const failed = countOf(after, 'failed')
  const waiting = after.tasks.size - done - failed - countOf(after, 'abandoned')
  const parts = [`${done} done`, failed > 0 && `${failed} failed`, waiting > 0 && `${waiting} wait`]
  return {
    kind: 'all-done',
    title: failed + waiting === 0 ? 'All done' : 'Nothing more starts by itself',
    body: parts.filter(Boolean).join(', '),
    hash: '#/graph',
  }
}

/** Several at once are told as one. */
export function merged(notices: readonly Notice[]): Notice | null {
  const [first] = notices
  if (!first || notices.length === 1) return first ?? null
  const needs = notices.filter(({ kind }) => kind === 'needs-you').length
  const failed = notices.filter(({ kind }) => kind === 'failed').length
  const parts = [
    needs > 0 ? `${needs} ${needs === 1 ? 'needs' : 'need'} you` : '',
    failed > 0 ? `${failed} failed` : '',
    notices.some(({ kind }) => kind === 'all-done') ? 'nothing more starts' : '',
  ]
  return {
    kind: first.kind,
    title: parts.filter(Boolean).join(', '),
    body: notices.map(({ body }) => body).join('\n'),
    hash: '#/attention',
  }
}
