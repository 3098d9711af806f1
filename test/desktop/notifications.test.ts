import { beforeEach, describe, expect, test } from 'vitest'
import type { DesktopPreferences } from '../../src/contract/desktop.ts'
import type { Attention, AttentionKind, Summary } from '../../src/contract/view.ts'
import {
  bodyFor,
  createNotifier,
  noticesOf,
  type MergedNotice,
} from '../../src/desktop/notifications.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { summaryOf } from '../support/scripted-host.ts'

const needs = (task: string, kind: AttentionKind = 'sign-in', since = '1'): Attention => ({
  task,
  agent: null,
  kind,
  text: `${task} waits`,
  reason: 'waits',
  since,
})
const MESSAGE = {
  from: 'back',
  recipient: 'anna',
  kind: 'message',
  text: 'Look',
  asksDecision: false,
} as const
const asking = (...tasks: string[]): Summary =>
  summaryOf({ attention: tasks.map((task) => needs(task)) })

describe('news of a yard', () => {
  const news = (before: Summary | null, now: Summary) =>
    noticesOf('/atlas', before, now).map(({ kind, text, task }) => [kind, text, task])

  test('is what was not there before', () => {
    expect(news(null, asking('a'))).toEqual([])
    expect(news(asking('a'), asking('a', 'b'))).toEqual([['needs-you', 'b waits', 'b']])
    expect(news(asking('a'), asking('a'))).toEqual([])
    expect(news(asking('a', 'b'), asking('a'))).toEqual([])
  })

  test('tells a failure from a question, and a second failure from the first', () => {
    const failed = (since: string) => summaryOf({ attention: [needs('a', 'failed', since)] })
    expect(news(summaryOf(), failed('1'))).toEqual([['failed', 'a waits', 'a']])
    expect(news(failed('1'), failed('1'))).toEqual([])
    expect(news(failed('1'), failed('2'))).toHaveLength(1)
  })

  test('is each message to a person, and each notice of one that still waits', () => {
    const at = (...messages: [string, number][]) =>
      summaryOf({
        attention: messages.map(([id, notices]) => ({
          ...needs(id, 'message'),
          task: null,
          message: { ...MESSAGE, id, notices },
        })),
      })
    expect(news(at(['m1', 0]), at(['m1', 0], ['m2', 0]))).toHaveLength(1)
    expect(news(at(['m1', 0]), at(['m1', 1]))).toEqual([['needs-you', 'm1 waits', null]])
    expect(news(at(['m1', 1]), at(['m1', 1]))).toEqual([])
  })

  test('is that all is done, once, and only when something was done', () => {
    const at = (tasks: Record<string, number>, alive = 0) =>
      summaryOf({ tasks, agents: { alive, max: 4 } })
    const busy = at({ done: 1, 'in-progress': 1 }, 1)
    expect(news(busy, at({ done: 2, abandoned: 1 }))).toEqual([
      ['all-done', 'All done: 2 tasks', null],
    ])
    expect(news(busy, at({ done: 2 }, 1))).toEqual([])
    expect(news(at({ done: 2 }), at({ done: 2 }))).toEqual([])
    expect(news(busy, at({ done: 1, failed: 1 }))).toEqual([])
    expect(news(at({ ready: 1 }), at({ abandoned: 1 }))).toEqual([])
    expect(news(busy, at({ done: 1, blocked: 1 }))).toEqual([])
  })
})

describe('notifications', () => {
  const clock = createManualClock()
  let preferences: DesktopPreferences
  let hasFocus = false
  let shown: MergedNotice[]
  let notifier: ReturnType<typeof createNotifier>
  const look = (summary: Summary | null, root = '/atlas') =>
    notifier.look([{ root, glimpse: () => summary && { summary, agents: [] } }])

  beforeEach(() => {
    notifier?.close()
    shown = []
    hasFocus = false
    preferences = {
      notifyNeedsYou: true,
      notifyFailed: true,
      notifyAllDone: true,
      openAtLogin: false,
    }
    notifier = createNotifier({
      clock,
      show: (notice) => shown.push(notice),
      preferences: () => preferences,
      hasFocus: () => hasFocus,
    })
    look(summaryOf())
  })
  const bodies = () => shown.map(({ body }) => body)

  test('the first comes at once, those of its minute together', () => {
    look(asking('a'))
    expect(bodies()).toEqual(['a waits'])
    look(asking('a', 'b'))
    look(asking('a', 'b', 'c'))
    clock.advance(59_000)
    expect(bodies()).toHaveLength(1)
    clock.advance(1_000)
    expect(bodies()).toEqual(['a waits', 'b waits\nc waits'])
    look(asking('d'))
    expect(bodies()).toHaveLength(2)
    clock.advance(60_000)
    expect(bodies()[2]).toBe('d waits')
    clock.advance(60_000)
    look(asking('e'))
    expect(bodies()[3]).toBe('e waits')
  })

  test('many are counted, not listed', () => {
    look(asking('a', 'b', 'c', 'd', 'e', 'f'))
    expect(bodies()).toEqual(['a waits\nb waits\nc waits\nd waits\nand 2 more'])
  })

  test('it is quiet while a window is in front, also for what was waiting', () => {
    hasFocus = true
    look(asking('a'))
    hasFocus = false
    look(asking('a', 'b'))
    look(asking('a', 'b', 'c'))
    hasFocus = true
    clock.advance(60_000)
    expect(bodies()).toEqual(['b waits'])
  })

  test('each kind can be turned off', () => {
    preferences = { ...preferences, notifyNeedsYou: false }
    look(asking('a'))
    expect(bodies()).toEqual([])
    preferences = { ...preferences, notifyNeedsYou: true, notifyFailed: false }
    look(summaryOf({ attention: [needs('b', 'failed')] }))
    expect(bodies()).toEqual([])
    preferences = { ...preferences, notifyAllDone: false }
    look(summaryOf({ tasks: { done: 1 } }))
    expect(bodies()).toEqual([])
  })

  test('what happens while nobody answers is told afterwards', () => {
    look(null)
    look(asking('a'))
    expect(bodies()).toEqual(['a waits'])
  })

  test('one failure can be tried again; several of one minute cannot', () => {
    look(asking('a'))
    look(summaryOf({ attention: [needs('b', 'failed')] }))
    clock.advance(60_000)
    look(summaryOf({ attention: [needs('c', 'failed'), needs('d', 'failed')] }))
    clock.advance(60_000)
    expect(shown).toMatchObject([
      { root: '/atlas', task: 'a', retry: null },
      { task: 'b', retry: 'b' },
      { task: null, retry: null },
    ])
  })
})

test.each([
  ['linux', '‹a href=x›'],
  ['darwin', '<a href=x>'],
] as const)('what an agent wrote is text and no markup on %s', (platform, body) => {
  expect(bodyFor('<a href=x>', platform)).toBe(body)
})
