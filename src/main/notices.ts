/** What is worth a word from the system, found by comparing a yard with what it looked like before. */
import type { Summary } from '../contract/view.ts'
import type { DesktopPreferences } from '../contract/desktop.ts'

export type NoticeKind = 'needs-you' | 'failed' | 'all-done'

export interface Notice {
  readonly kind: NoticeKind
  readonly root: string
  /** The yard's name. */
  readonly yard: string
  readonly text: string
  /** What a click opens, besides the yard. */
  readonly task: string | null
}

/** Nothing is news in the first look at a yard. */
export function noticesOf(root: string, before: Summary | null, now: Summary): Notice[] {
  if (before === null) return []
  const known = new Set(before.attention.map(keyOf))
  const about = { root, yard: now.name }
  const notices: Notice[] = now.attention
    .filter((item) => !known.has(keyOf(item)))
    .map(({ kind, text, task }) => ({
      ...about,
      kind: kind === 'failed' ? 'failed' : 'needs-you',
      text,
      task,
    }))
  if (isAllDone(now) && !isAllDone(before))
    notices.push({ ...about, kind: 'all-done', text: doneText(now), task: null })
  return notices
}

const keyOf = ({ task, agent, kind, since }: Summary['attention'][number]): string =>
  JSON.stringify([task, agent, kind, since])

const OVER: readonly string[] = ['done', 'abandoned']

/** There was something to do, all of it is over, and nobody works. */
function isAllDone({ tasks, agents }: Summary): boolean {
  const states = Object.entries(tasks).filter(([, count]) => count > 0)
  return (
    agents.alive === 0 &&
    (tasks['done'] ?? 0) > 0 &&
    states.every(([state]) => OVER.includes(state))
  )
}

function doneText({ tasks }: Summary): string {
  const done = tasks['done'] ?? 0
  return `All done: ${done} ${done === 1 ? 'task' : 'tasks'}`
}

export function isWanted(kind: NoticeKind, preferences: DesktopPreferences): boolean {
  switch (kind) {
    case 'needs-you':
      return preferences.notifyNeedsYou
    case 'failed':
      return preferences.notifyFailed
    case 'all-done':
      return preferences.notifyAllDone
  }
}

export interface MergedNotice {
  readonly title: string
  readonly body: string
  readonly root: string
  /** The one task that it is about; null = several, or none. */
  readonly task: string | null
  /** The one failed task, which can be tried again from here. */
  readonly retry: string | null
  readonly isAllDone: boolean
}

const MOST_LINES = 4

/** One notification for all that came in within a minute. */
export function mergeNotices(notices: readonly Notice[]): MergedNotice | null {
  const [first] = notices
  const last = notices.at(-1)
  if (!first || !last) return null
  const yards = [...new Set(notices.map(({ yard }) => yard))]
  const lines = notices.slice(0, MOST_LINES).map(({ text }) => text)
  const left = notices.length - lines.length
  const only = notices.length === 1 ? first : null
  return {
    title: yards.join(', '),
    body: [...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n'),
    root: last.root,
    task: only?.task ?? null,
    retry: only?.kind === 'failed' ? only.task : null,
    isAllDone: notices.every(({ kind }) => kind === 'all-done'),
  }
}
