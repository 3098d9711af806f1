import { beforeEach, expect, test, vi } from 'vitest'
import type { MergedNotice } from '../../src/desktop/notifications.ts'
import { createNotifications } from '../../src/main/system-ui.ts'
import { Notification } from '../fakes/electron.ts'

const notice = (more: Partial<MergedNotice> = {}): MergedNotice => ({
  title: 'atlas',
  body: 'a waits',
  root: '/atlas',
  task: 'a',
  retry: null,
  isAllDone: false,
  ...more,
})
const open = vi.fn<(shown: MergedNotice) => void>()
const retry = vi.fn<(root: string, task: string) => void>()
beforeEach(() => {
  Notification.shown = []
  open.mockClear()
  retry.mockClear()
})

test('a click opens the thing; one failure can be tried again from here', () => {
  const show = createNotifications({ open, retry }, 'darwin')
  show(notice())
  Notification.shown[0]?.emit('click')
  expect(open).toHaveBeenCalledExactlyOnceWith(notice())
  expect(Notification.shown[0]?.options.actions).toMatchObject([{ text: 'Show' }])
  show(notice({ task: 'b', retry: 'b' }))
  const failed = Notification.shown[1]
  expect(failed?.options.actions).toMatchObject([{ text: 'Show' }, { text: 'Retry' }])
  failed?.emit('action', { actionIndex: 1 })
  expect(retry).toHaveBeenCalledExactlyOnceWith('/atlas', 'b')
  failed?.emit('action', { actionIndex: 0 })
  expect(open).toHaveBeenCalledTimes(2)
})

test('what an agent wrote is no markup where the system reads markup', () => {
  createNotifications({ open, retry }, 'linux')(notice({ body: '<a href=x> waits' }))
  expect(Notification.shown[0]?.options.body).toBe('‹a href=x› waits')
})
