import { describe, expect, test } from 'vitest'
import type { ArmEstimate } from '../../src/judging/route-choice.ts'
import { routeReason } from '../../src/judging/route-reason.ts'

const goals = { pointUsd: 0.02, hourUsd: 0, explore: 0.1 }

const estimate = (name: string, more: Partial<ArmEstimate>): ArmEstimate => ({
  arm: { name, tier: null, listCostUsd: null, listHours: 0.2 },
  tries: 24,
  score: 0.91,
  sd: 0.03,
  costUsd: 0.11,
  hours: 0.2,
  utility: 0,
  ...more,
})
const sonnet = estimate('claude/sonnet', { utility: 1.7 })
const haiku = estimate('claude/haiku', { score: 0.84, costUsd: 0.02, utility: 1.6 })

describe('the reason of a choice', () => {
  test('says what is known of the chosen one and its rivals, and what the person values', () => {
    expect(routeReason({ arm: 'claude/sonnet', estimates: [haiku, sonnet] }, 'docs', goals)).toBe(
      'sonnet: 0.91 ± .03 over 24 docs tasks at $0.11; haiku 0.84 at $0.02; you value .01 at $0.02',
    )
  })

  test('names executors where two run the same model, and the best rivals only', () => {
    const other = estimate('proxy/sonnet', { score: 0.9, costUsd: 0.004, utility: 1.65 })
    const poor = estimate('claude/opus', { utility: -1 })
    expect(
      routeReason({ arm: 'claude/sonnet', estimates: [poor, haiku, other, sonnet] }, 'docs', goals),
    ).toBe(
      'claude/sonnet: 0.91 ± .03 over 24 docs tasks at $0.11; proxy/sonnet 0.90 at $0.004; haiku 0.84 at $0.02; you value .01 at $0.02',
    )
  })

  test('leaves out a cost that nobody knows, and says what an hour is worth', () => {
    const local = estimate('local/qwen', { tries: 1, costUsd: null })
    expect(
      routeReason({ arm: 'local/qwen', estimates: [local] }, 'test', { ...goals, hourUsd: 5 }),
    ).toBe('qwen: 0.91 ± .03 over 1 test task; you value .01 at $0.02 and an hour at $5.00')
  })
})
