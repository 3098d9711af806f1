import { describe, expect, test } from 'vitest'
import type { ChosenTry } from '../../src/judging/route-book.ts'
import { savingOf } from '../../src/judging/route-saving.ts'
import { drawNormal, seededRandom } from '../../src/judging/sampling.ts'

const goals = { pointUsd: 0.02, hourUsd: 0, explore: 0.1 }
const TODAY = 'claude/opus'
const RIVAL = 'claude/sonnet'

const tryOf = (arm: string, chance: number, score: number, costUsd: number): ChosenTry => ({
  choice: {
    arm,
    chance,
    explored: false,
    reason: '',
    kind: 'docs',
    incumbent: RIVAL,
    today: TODAY,
  },
  outcome: { kind: 'docs', arm, end: 'scored', score, costUsd, hours: 0.1 },
})

describe('the saving', () => {
  test('is what all tasks brought, less what they would have brought where the settings send them', () => {
    const tries = [
      ...Array.from({ length: 8 }, () => tryOf(RIVAL, 0.8, 0.8, 0.1)),
      ...Array.from({ length: 4 }, () => tryOf(TODAY, 0.2, 0.9, 0.5)),
    ]
    // 2·.8 − .1 = 1.5 and 2·.9 − .5 = 1.3 a task.
    const saving = savingOf(tries, TODAY, goals)
    expect(saving).toMatchObject({ against: TODAY, tries: 12, triesAgainst: 4 })
    expect(saving?.usd).toBeCloseTo(8 * 1.5 + 4 * 1.3 - 12 * 1.3, 9)
  })

  test('weighs a try by how rarely it was chosen, so that easy times do not flatter', () => {
    // In good times today's arm was always chosen, in hard times seldom.
    const good = Array.from({ length: 50 }, () => tryOf(TODAY, 1, 0.9, 0.1))
    const hard = Array.from({ length: 50 }, (_, at) =>
      at < 5 ? tryOf(TODAY, 0.1, 0.5, 0.1) : tryOf(RIVAL, 0.9, 0.5, 0.1),
    )
    expect(savingOf([...good, ...hard], TODAY, goals)?.usd).toBeCloseTo(0, 9)
  })

  test('is not told from less than three tries of either side', () => {
    const few = [tryOf(TODAY, 0.5, 0.9, 0.1), tryOf(TODAY, 0.5, 0.9, 0.1)]
    const rivals = Array.from({ length: 9 }, () => tryOf(RIVAL, 0.5, 0.8, 0.1))
    expect(savingOf([...few, ...rivals], TODAY, goals)).toBeNull()
    expect(savingOf(rivals, RIVAL, goals)).toBeNull()
  })

  test('lies within its interval in nine of ten histories', () => {
    const random = seededRandom(11)
    const histories = 1000
    let held = 0
    for (let i = 0; i < histories; i += 1) {
      const scores = Array.from({ length: 120 }, () => {
        const chance = random() < 0.5 ? 0.2 : 0.6
        const isToday = random() < chance
        const score = (isToday ? 0.75 : 0.8) + 0.1 * drawNormal(random)
        return isToday ? tryOf(TODAY, chance, score, 0.3) : tryOf(RIVAL, 1 - chance, score, 0.1)
      })
      const saving = savingOf(scores, TODAY, goals)
      const toRival = scores.filter(({ choice }) => choice.arm === RIVAL).length
      const truth = toRival * (0.02 * 100 * 0.05 + 0.2)
      if (saving && saving.low <= truth && truth <= saving.high) held += 1
    }
    expect(held / histories).toBeGreaterThan(0.85)
    expect(held / histories).toBeLessThan(0.95)
  })
})
