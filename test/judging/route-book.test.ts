import { describe, expect, test } from 'vitest'
import type { Choice } from '../../src/domain/routing/choice.ts'
import { createRouteBook, type EndedTry } from '../../src/judging/route-book.ts'
import { estimateArm } from '../../src/judging/route-choice.ts'
import { seededRandom } from '../../src/judging/sampling.ts'

const sonnet = { name: 'claude/sonnet', tier: 'standard' } as const
const haiku = { name: 'claude/haiku', tier: 'light' } as const
const goals = { pointUsd: 0.02, hourUsd: 0, explore: 0.1 }
const listed = { listCostUsd: 0.1, listHours: 0.2 }

const ended = (id: string, more: Partial<EndedTry> = {}): EndedTry => ({
  id,
  kind: 'docs',
  arm: sonnet,
  end: 'done',
  costUsd: 0.1,
  hours: 0.2,
  ...more,
})
const chosen = (more: Partial<Choice> = {}): Choice => ({
  arm: sonnet.name,
  chance: 1,
  explored: false,
  reason: '',
  kind: 'docs',
  incumbent: sonnet.name,
  today: sonnet.name,
  ...more,
})
const model = (score: number) => ({ model: score, person: null, passed: null })
const book = (keeps = 1000) => createRouteBook(100, keeps)

describe('a try counts', () => {
  test('what a person says, else 0 for a failure of its own, else what the model says', () => {
    const known = book()
    const sumAfter = (
      id: string,
      end: EndedTry['end'],
      score: Parameters<typeof known.scored>[1],
    ) => {
      const before = known.memory.of('docs', sonnet.name).score
      const decay = 2 ** (-1 / 100)
      known.ended(ended(id, { end }))
      known.scored(id, score)
      return known.memory.of('docs', sonnet.name).score - before * decay
    }
    expect(sumAfter('a1', 'done', model(0.9))).toBeCloseTo(0.9, 12)
    expect(sumAfter('a2', 'done', { model: 0.9, person: 0.4, passed: null })).toBeCloseTo(0.4, 12)
    expect(sumAfter('a3', 'failed', model(0.9))).toBeCloseTo(0, 12)
    expect(sumAfter('a4', 'failed', { model: null, person: 0.3, passed: null })).toBeCloseTo(
      0.3,
      12,
    )
    expect(sumAfter('a5', 'done', { model: 0.6, person: null, passed: false })).toBeCloseTo(0, 12)
    expect(known.memory.of('docs', sonnet.name).tries).toBe(5)
  })

  test('nothing where its end was not its own', () => {
    const known = book()
    known.ended(ended('a1', { end: 'other' }))
    known.scored('a1', model(0.9))
    expect(known.memory.of('docs', sonnet.name).tries).toBe(0)
  })

  test('once, though it is scored again and again', () => {
    const [once, often] = [book(), book()]
    for (const known of [once, often]) {
      known.ended(ended('a1'))
      known.ended(ended('a1'))
      known.ended(ended('a2', { arm: haiku }))
    }
    once.scored('a1', model(0.7))
    often.scored('a1', model(0.2))
    often.scored('a1', { model: 0.2, person: 0.9, passed: false })
    often.scored('a1', model(0.7))
    expect(often.memory.of('docs', sonnet.name)).toMatchObject({ tries: 1 })
    expect(often.memory.of('docs', sonnet.name).score).toBeCloseTo(
      once.memory.of('docs', sonnet.name).score,
      12,
    )
  })

  test('as the scored ones of its arm where nobody has scored it', () => {
    const known = book()
    for (let i = 0; i < 50; i += 1) {
      known.ended(ended(`a${i}`))
      known.scored(`a${i}`, model(0.5))
    }
    known.ended(ended('b', { end: 'failed' }))
    const before = known.memory.of('docs', sonnet.name).score
    known.ended(ended('c'))
    const assumed = known.memory.of('docs', sonnet.name).score - before * 2 ** (-1 / 100)
    // Failures are counted by themselves: what is assumed is the worth of a try that is done.
    expect(assumed).toBeGreaterThan(0.5)
    expect(assumed).toBeLessThan(0.54)
  })

  test('with no cost where none is told', () => {
    const known = book()
    known.ended(ended('a1', { costUsd: null }))
    known.ended(ended('a2', { costUsd: 0.4 }))
    const { costUsd } = estimateArm(known.memory, 'docs', { ...sonnet, ...listed }, goals)
    const ofArm = (0.4 + 2 * 0.1) / 3
    const decayed = 1
    expect(costUsd).toBeCloseTo((0.4 * decayed + 2 * ofArm) / 3, 6)
    const unpriced = { ...haiku, listCostUsd: null, listHours: 0.2 }
    expect(estimateArm(known.memory, 'docs', unpriced, goals).costUsd).toBeNull()
  })
})

test('only the latest are kept: the sums are those of these alone', () => {
  const random = seededRandom(4)
  const [all, latest] = [book(50), book(50)]
  const tries = Array.from({ length: 400 }, (_, at) => ({
    end: ended(`a${at}`, {
      arm: random() < 0.5 ? sonnet : haiku,
      end: random() < 0.2 ? 'failed' : 'done',
      kind: random() < 0.3 ? 'test' : 'docs',
    }),
    score: model(random()),
    choice: random() < 0.4 ? chosen({ explored: random() < 0.3 }) : null,
  }))
  const feed = (known: typeof all, some: typeof tries): void => {
    for (const { end, score, choice } of some) {
      if (choice) known.chosen(end.id, choice)
      known.ended(end)
      known.scored(end.id, score)
    }
  }
  feed(all, tries)
  feed(latest, tries.slice(-50))
  for (const kind of ['docs', 'test'])
    for (const arm of [sonnet.name, haiku.name]) {
      const [a, b] = [all.memory.of(kind, arm), latest.memory.of(kind, arm)]
      for (const key of ['n', 'score', 'squares', 'cost', 'priced', 'hours', 'tries'] as const)
        expect(a[key], `${kind} ${arm} ${key}`).toBeCloseTo(b[key], 9)
    }
  expect(all.counts('docs')).toEqual(latest.counts('docs'))
  expect(all.chosenTries('docs')).toHaveLength(latest.chosenTries('docs').length)
})

test('choices count from the claim on, each agent once', () => {
  const known = book()
  known.chosen('a1', chosen({ explored: true }))
  known.chosen('a1', chosen({ explored: true }))
  known.chosen('a2', chosen())
  expect(known.counts('docs')).toEqual({ chosen: 2, explored: 1 })
  expect(known.chosenTries('docs')).toEqual([])
  known.ended(ended('a2'))
  expect(known.chosenTries('docs').map(({ choice }) => choice.explored)).toEqual([false])
})

test('the best arm that was found holds for as long as the settings send tasks to the same one', () => {
  const known = book()
  expect(known.incumbent('docs', sonnet.name)).toBe(sonnet.name)
  known.chosen('a1', chosen({ incumbent: haiku.name }))
  expect(known.incumbent('docs', sonnet.name)).toBe(haiku.name)
  expect(known.incumbent('test', sonnet.name)).toBe(sonnet.name)
  expect(known.incumbent('docs', 'codex/gpt')).toBe('codex/gpt')
})
