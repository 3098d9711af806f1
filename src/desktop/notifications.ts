/** Which changes of a yard are worth a system notification, and when: merged per minute, none while a window has the focus. */
import type { Clock } from '../base/clock.ts'
import type { DesktopPreferences } from '../contract/desktop.ts'
import type { Summary } from '../contract/view.ts'
import type { OpenYard } from './open-yards.ts'

type NoticeKind = 'needs-you' | 'failed' | 'all-done'

interface Notice {
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

/** A message that waits is told again with each notice of it. */
const keyOf = ({ task, agent, kind, since, message }: Summary['attention'][number]): string =>
  JSON.stringify([task, agent, kind, since, message?.id, message?.recipient, message?.notices])

const OVER: readonly string[] = ['done', 'abandoned']

/** There was something to do, all of it is over, and no agent works. */
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

function isWanted(kind: NoticeKind, preferences: DesktopPreferences): boolean {
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
function mergeNotices(notices: readonly Notice[]): MergedNotice | null {
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

interface NotifierParts {
  readonly clock: Clock
  readonly preferences: () => DesktopPreferences
  readonly hasFocus: () => boolean
  readonly show: (notice: MergedNotice) => void
}

export interface Notifier {
  look(yards: readonly Pick<OpenYard, 'root' | 'glimpse'>[]): void
  close(): void
}

const MERGE_MS = 60_000

export function createNotifier({ clock, preferences, hasFocus, show }: NotifierParts): Notifier {
  const seen = new Map<string, Summary>()
  const waiting: Notice[] = []
  let cancel: (() => void) | null = null
  const flush = (): void => {
    cancel = null
    // What came in while a window had the focus was seen there.
    const merged = hasFocus() ? null : mergeNotices(waiting)
    waiting.length = 0
    if (merged === null) return
    show(merged)
    cancel = clock.after(MERGE_MS, flush)
  }
  return {
    look(yards) {
      for (const { root, glimpse } of yards) {
        const summary = glimpse()?.summary
        // While no host answers nothing is known; what happens meanwhile is reported afterwards.
        if (!summary) continue
        const notices = noticesOf(root, seen.get(root) ?? null, summary)
        seen.set(root, summary)
        const wanted = notices.filter(({ kind }) => isWanted(kind, preferences()))
        if (!hasFocus()) waiting.push(...wanted)
      }
      // The first is shown at once, the others of its minute together.
      if (waiting.length > 0 && cancel === null) flush()
    },
    close: () => cancel?.(),
  }
}

/** On Linux a body is markup: a title or a question of an agent could show a link or a picture. */
export const bodyFor = (body: string, platform: NodeJS.Platform): string =>
  platform === 'linux' ? body.replaceAll('<', '‹').replaceAll('>', '›') : body
