import { describe, expect, test } from 'vitest'
import type { Attention, AttentionKind, Summary, TaskCard } from '../../../src/contract/view.ts'
import {
  merged,
  needsYouText,
  newAttention,
  newsBetween,
  newsText,
  noticesBetween,
  type Seen,
} from '../../../src/renderer/shell/news.ts'
import { card, cards } from '../model/cards.ts'

const attention = (kind: AttentionKind, task: string | null): Attention => ({
  task,
  agent: null,
  kind,
  text: `${task ?? 'the yard'}: because`,
  reason: 'because',
  since: '2026-11-21T14:00:00.000Z',
})
const seen = (list: readonly TaskCard[], needs: readonly Attention[] = []): Seen => ({
  tasks: cards(...list),
  attention: needs,
})

describe('notices', () => {
  const working = card('a', { status: 'in-progress', state: 'in-progress' })
  const done = card('a', { status: 'done', state: 'done' })
  const failed = card('b', { status: 'failed', state: 'failed' })

  test('what needs a person and what failed, each once, with a way there', () => {
    const needs = [
      attention('sign-in', 'a'),
      attention('failed', 'b'),
      attention('untrusted', null),
    ]
    const after = seen([working, failed], needs)
    expect(
      noticesBetween(seen([working, failed]), after).map(({ kind, hash }) => [kind, hash]),
    ).toEqual([
      ['needs-you', '#/task/a'],
      ['failed', '#/task/b'],
      ['needs-you', '#/attention'],
    ])
    expect(noticesBetween(after, after)).toEqual([])
  })

  test('rest is told once: with a draft or a failure left it is not called all done', () => {
    const draft = card('c', { state: 'paused' })
    const titles = (after: Seen, before = seen([working])): readonly string[] =>
      noticesBetween(before, after).map(({ title, body }) => `${title}: ${body}`)
    expect(titles(seen([done]))).toEqual(['All done: 1 done'])
    expect(titles(seen([done, draft]))).toEqual(['Nothing more starts by itself: 1 done, 1 wait'])
    expect(titles(seen([done, failed]))).toEqual([
      'Nothing more starts by itself: 1 done, 1 failed',
    ])
    expect(titles(seen([done]), seen([done]))).toEqual([])
    expect(titles(seen([card('a', { status: 'abandoned', state: 'abandoned' })]))).toEqual([])
  })

  test('a sleeping or delayed task still goes on by itself', () =>
    expect(noticesBetween(seen([working]), seen([done, card('d', { state: 'parked' })]))).toEqual(
      [],
    ))

  test('each message to a person, and each notice of one that still waits', () => {
    const at = (...messages: [string, number][]) => {
      const facts = { from: 'back', recipient: 'anna', text: 'Look', asksDecision: false }
      const needs = messages.map(([id, notices]) => ({
        ...attention('message', null),
        message: { ...facts, id, notices, kind: 'message' as const },
      }))
      return seen([working], needs)
    }
    expect(noticesBetween(at(['m1', 0]), at(['m1', 0], ['m2', 0]))).toHaveLength(1)
    expect(noticesBetween(at(['m1', 0]), at(['m1', 1]))).toHaveLength(1)
    expect(noticesBetween(at(['m1', 1]), at(['m1', 1]))).toEqual([])
  })

  test('the first sight of a yard tells nothing', () =>
    expect(noticesBetween(seen([]), seen([failed], [attention('failed', 'b')]))).toEqual([]))

  test('several are told as one', () => {
    const needs = [attention('failed', 'b'), attention('answer', 'a')]
    expect(merged(noticesBetween(seen([working]), seen([working, failed], needs)))).toMatchObject({
      title: '1 needs you, 1 failed',
      hash: '#/attention',
    })
  })
})

describe('news', () => {
  test('counts of what happened between two looks, in one short sentence', () => {
    const before = new Map([
      ['a', card('a', { status: 'in-progress' })],
      ['b', card('b', { status: 'in-progress' })],
      ['c', card('c')],
    ])
    const now = new Map(before)
    now.set('a', card('a', { status: 'done' }))
    now.set('b', card('b', { status: 'failed' }))
    now.set('d', card('d'))
    const news = newsBetween(before, now)
    expect(newsText(news)).toBe('1 done, 1 failed, 1 added')
    expect(newsText(newsBetween(before, now, news))).toBe('2 done, 2 failed, 2 added')
    expect(newsText(newsBetween(now, now))).toBe('')
  })

  test('several that need the person interrupt once', () => {
    const item = (text: string) => ({ text }) as Parameters<typeof needsYouText>[0][number]
    expect(needsYouText([item('a failed.')])).toBe('Needs you: a failed')
    expect(needsYouText(['a', 'b', 'c', 'd'].map(item))).toBe('Needs you: a. b. 2 more')
  })

  test('only what was not waiting before interrupts', () => {
    const item = {
      task: 'a',
      agent: null,
      kind: 'failed',
      text: 'A failed',
      reason: 'failed',
      since: 'x',
    } as const
    const of = (attention: Summary['attention']): Summary => ({ attention }) as Summary
    expect(newAttention(of([]), of([item]))).toEqual([item])
    expect(newAttention(of([item]), of([{ ...item }]))).toEqual([])
    expect(newAttention(null, of([item]))).toEqual([])
  })
})
