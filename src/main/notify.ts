/** System notifications: merged per minute, quiet while a window is in front, each kind as the person wants it. */
import { Notification } from 'electron'
import type { Clock } from '../base/clock.ts'
import type { DesktopPreferences } from '../contract/desktop.ts'
import type { Summary } from '../contract/view.ts'
import { isWanted, mergeNotices, noticesOf, type MergedNotice, type Notice } from './notices.ts'
import type { HeldYard } from './open-yards.ts'

export interface NotifierParts {
  readonly clock: Clock
  readonly preferences: () => DesktopPreferences
  readonly hasFocus: () => boolean
  /** Goes to what a notification is about. */
  readonly open: (notice: MergedNotice) => void
  readonly retry: (root: string, task: string) => void
  readonly platform?: NodeJS.Platform
}

export interface Notifier {
  look(yards: readonly Pick<HeldYard, 'root' | 'glimpse'>[]): void
  close(): void
}

const MERGE_MS = 60_000

/** On Linux a body is markup: a title or a question of an agent could show a link or a picture from elsewhere. */
const plain = (body: string, platform: NodeJS.Platform): string =>
  platform === 'linux' ? body.replaceAll('<', '‹').replaceAll('>', '›') : body

export function createNotifier(parts: NotifierParts): Notifier {
  const seen = new Map<string, Summary>()
  // A notification that nobody holds is collected, and its click goes nowhere.
  const shown = new Set<Notification>()
  const waiting: Notice[] = []
  let cancel: (() => void) | null = null

  const flush = (): void => {
    cancel = null
    // What came in while the person looked is known to them.
    const merged = parts.hasFocus() ? null : mergeNotices(waiting)
    waiting.length = 0
    if (merged === null) return
    show(merged)
    cancel = parts.clock.after(MERGE_MS, flush)
  }
  const show = (merged: MergedNotice): void => {
    if (!Notification.isSupported()) return
    const { title, body, retry } = merged
    const actions = retry === null ? ['Show'] : ['Show', 'Retry']
    const notification = new Notification({
      title,
      body: plain(body, parts.platform ?? process.platform),
      silent: true,
      actions: actions.map((text) => ({ type: 'button', text })),
    })
    const open = (): void => parts.open(merged)
    notification.on('click', open)
    notification.on('action', ({ actionIndex }) => {
      if (actionIndex === 1 && retry !== null) parts.retry(merged.root, retry)
      else open()
    })
    notification.on('close', () => shown.delete(notification))
    notification.on('failed', () => shown.delete(notification))
    shown.add(notification)
    notification.show()
  }
  return {
    look(yards) {
      for (const { root, glimpse } of yards) {
        const summary = glimpse()?.summary
        // While nobody answers nothing is known; what happens meanwhile is news afterwards.
        if (!summary) continue
        const news = noticesOf(root, seen.get(root) ?? null, summary)
        seen.set(root, summary)
        const wanted = news.filter(({ kind }) => isWanted(kind, parts.preferences()))
        if (!parts.hasFocus()) waiting.push(...wanted)
      }
      // The first is told at once; the others of its minute are told together.
      if (waiting.length > 0 && cancel === null) flush()
    },
    close() {
      cancel?.()
      shown.clear()
    },
  }
}
