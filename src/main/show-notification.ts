/** Notifications of the system. */
import { Notification } from 'electron'
import { bodyFor, type MergedNotice } from '../desktop/notifications.ts'

interface NotificationActions {
  readonly open: (notice: MergedNotice) => void
  readonly retry: (root: string, task: string) => void
}

/** Returns what shows one. */
export function createNotifications(
  { open, retry: retryTask }: NotificationActions,
  platform: NodeJS.Platform = process.platform,
): (notice: MergedNotice) => void {
  // A notification without a reference is garbage collected, and its click is lost.
  const shown = new Set<Notification>()
  return (notice) => {
    if (!Notification.isSupported()) return
    const { root, title, body, retry } = notice
    const labels = retry === null ? ['Show'] : ['Show', 'Retry']
    const notification = new Notification({
      title,
      body: bodyFor(body, platform),
      silent: true,
      actions: labels.map((text) => ({ type: 'button', text })),
    })
    notification.on('click', () => open(notice))
    notification.on('action', ({ actionIndex }) => {
      if (actionIndex === 1 && retry !== null) retryTask(root, retry)
      else open(notice)
    })
    notification.on('close', () => shown.delete(notification))
    notification.on('failed', () => shown.delete(notification))
    shown.add(notification)
    notification.show()
  }
}
