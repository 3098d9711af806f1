/**
 * System notifications of a page in a browser: only after the person allowed them, only while another window is in front, and at most one
 * a minute. In the app the main process does this, also when no window is open.
 */
import { useEffect } from 'react'
import type { YardView } from '../model/session/yard-view.ts'
import { useSession, useYard } from '../model/session/session-context.tsx'
import { getPreferences, setPreferences } from '../model/preferences.ts'
import { showToast } from '../model/toasts.ts'
import { merged, type Notice, noticesBetween, type Seen } from './news.ts'

const EVERY_MS = 60_000

export function Notifier() {
  const session = useSession()
  useEffect(() => {
    if (window.yardHost || !('Notification' in window)) return undefined
    let waiting: Notice[] = []
    let toldAt = -EVERY_MS
    let timer: ReturnType<typeof setTimeout> | null = null
    const isAllowed = permissionReader()
    const tell = (): void => {
      timer = null
      const notice = merged(waiting)
      waiting = []
      if (notice === null || document.hasFocus() || Notification.permission !== 'granted') return
      toldAt = performance.now()
      show(notice)
    }
    const unsubscribe = session.yard.subscribe((view, before) => {
      if (view.summary === before.summary || !isAllowed()) return
      const notices = noticesBetween(toSeen(before), toSeen(view)).filter(isWanted)
      if (notices.length === 0) return
      waiting.push(...notices)
      timer ??= setTimeout(tell, Math.max(0, toldAt + EVERY_MS - performance.now()))
    })
    return () => {
      unsubscribe()
      if (timer !== null) clearTimeout(timer)
    }
  }, [session])
  useOffer()
  return null
}

const PERMISSION_MS = 1000

/** The browser's own process is asked, and the page waits: not with each change of the yard. */
function permissionReader(): () => boolean {
  let askedAt = -PERMISSION_MS
  let isAllowed = false
  return () => {
    if (performance.now() - askedAt < PERMISSION_MS) return isAllowed
    askedAt = performance.now()
    isAllowed = Notification.permission === 'granted'
    return isAllowed
  }
}

const toSeen = ({ tasks, summary }: YardView): Seen => ({
  tasks,
  attention: summary?.attention ?? [],
})

function isWanted({ kind }: Notice): boolean {
  const { notifyNeedsYou, notifyFailed, notifyAllDone } = getPreferences()
  return { 'needs-you': notifyNeedsYou, failed: notifyFailed, 'all-done': notifyAllDone }[kind]
}

function show({ title, body, hash }: Notice): void {
  const notification = new Notification(title, { body, tag: 'yardmaster' })
  notification.addEventListener('click', () => {
    window.focus()
    location.hash = hash
    notification.close()
  })
}

/** Settings has the same button for later. */
const OFFERED_MS = 20_000

/** One quiet offer, when the first agent has started: the browser itself is asked only by the button. */
function useOffer(): void {
  const isAnyWorking = useYard((view) => view.agents.size > 0)
  useEffect(() => {
    if (!isAnyWorking || !canAsk()) return
    setPreferences({ isAskedToNotify: true })
    const act = { label: 'Notify me', run: () => void Notification.requestPermission() }
    showToast('Tell you when something needs you or all is done?', { act, lastsMs: OFFERED_MS })
  }, [isAnyWorking])
}

const canAsk = (): boolean =>
  window.yardHost === undefined &&
  'Notification' in window &&
  Notification.permission === 'default' &&
  !getPreferences().isAskedToNotify
