/** Which judges people are told of, and which the yard checks by itself. */
import { describe, expect, it } from 'vitest'
import type { MeasuredJudge } from '../../../src/yard/judging/measured-judges.ts'
import { judgeKey } from '../../../src/yard/judging/measured-judges.ts'
import {
  needsPerson,
  judgeIssues,
  settingsGate,
  type JudgeFacts,
} from '../../../src/yard/judging/judge-issues.ts'
import type { Gate } from '../../../src/domain/judging/score.ts'

const DAY = 86_400_000
const SONNET = { executor: 'claude', model: 'sonnet', prompt: 'v2' }

const figures = (more: Partial<MeasuredJudge> = {}): MeasuredJudge => ({
  n: 16,
  answered: 16,
  biasGood: 0,
  biasBad: 0.02,
  mae: 0.05,
  flag: null,
  at: 1000,
  ...more,
})

const measuredAs = (more: Partial<MeasuredJudge & typeof SONNET> = {}): JudgeFacts['measured'] => {
  const judge = { ...SONNET, ...figures(), ...more }
  return new Map([[judgeKey(judge), judge]])
}

const facts = (more: Partial<JudgeFacts> = {}): JudgeFacts => ({
  canaries: 'ask',
  judges: [SONNET],
  measured: new Map(),
  attempts: [],
  isUnderWay: () => false,
  costOf: () => 0.4,
  holdOf: () => null,
  ...more,
})

const told = (more: Partial<JudgeFacts>, now = 5000): string[] => {
  const all = facts(more)
  return judgeIssues(all, now).flatMap((issue) =>
    needsPerson(issue, all.canaries) ? issue.kind : [],
  )
}
const due = (more: Partial<JudgeFacts>, now = 5000): boolean[] =>
  judgeIssues(facts({ canaries: 'auto', ...more }), now).map(({ isDue }) => isDue)

describe('a judge', () => {
  it('that was measured and is not flagged is nobody’s trouble', () => {
    expect(judgeIssues(facts({ measured: measuredAs() }), 5000)).toEqual([])
  })

  it('that was never measured is proposed for a check, with its price', () => {
    expect(judgeIssues(facts(), 5000)).toMatchObject([
      { ...SONNET, kind: 'unmeasured', measuredAt: null, costUsd: 0.4, isDue: false, hold: null },
    ])
    expect(judgeIssues(facts(), 5000)[0]?.canaries).toHaveLength(16)
    expect(told({})).toEqual(['unmeasured'])
  })

  it.each([{ model: 'opus' }, { prompt: 'v1' }])('has changed since it was %o', (before) => {
    expect(judgeIssues(facts({ measured: measuredAs(before) }), 5000)).toMatchObject([
      { kind: 'changed', measuredAt: 1000 },
    ])
  })

  it('of another executor says nothing of this one', () => {
    expect(told({ measured: measuredAs({ executor: 'codex' }) })).toEqual(['unmeasured'])
  })

  it('that is being checked is not told', () => {
    expect(told({ isUnderWay: () => true })).toEqual([])
    expect(due({ isUnderWay: () => true })).toEqual([false])
  })

  it('that is flagged is told whatever the setting, with its reason', () => {
    const measured = measuredAs({ flag: 'lenient', biasBad: 0.2 })
    for (const canaries of ['ask', 'auto', 'off'] as const)
      expect(told({ canaries, measured })).toEqual(['flagged'])
    const [issue] = judgeIssues(facts({ measured }), 5000)
    expect(issue?.flag).toMatchObject({ code: 'lenient', text: expect.stringContaining('0.20') })
  })
})

describe('canaries = off', () => {
  it('proposes nothing and checks nothing', () => {
    expect(told({ canaries: 'off' })).toEqual([])
    expect(due({ canaries: 'off' })).toEqual([false])
  })
})

describe('canaries = auto', () => {
  it('checks what is unmeasured or changed, and tells nobody', () => {
    expect(due({})).toEqual([true])
    expect(due({ measured: measuredAs({ model: 'opus' }) })).toEqual([true])
    expect(told({ canaries: 'auto' })).toEqual([])
  })

  it('never checks anew what was found lenient or inexact', () => {
    expect(due({ measured: measuredAs({ flag: 'lenient' }) })).toEqual([false])
    expect(due({ measured: measuredAs({ flag: 'inexact' }) })).toEqual([false])
  })

  it.each([
    ['of the same question', 'v2'],
    ['that found nobody to ask', null],
  ])('tries at most once a day, after an attempt %s', (_, prompt) => {
    const attempts = [{ executor: 'claude', model: 'sonnet', prompt, at: 2000 }]
    const measured = measuredAs({ flag: 'unanswered', answered: 3 })
    expect(due({ attempts })).toEqual([false])
    expect(due({ attempts, measured })).toEqual([false])
    expect(told({ canaries: 'auto', attempts })).toEqual(['unmeasured'])
    expect(due({ attempts }, 2000 + DAY)).toEqual([true])
    expect(due({ attempts, measured }, 2000 + DAY)).toEqual([true])
  })

  it('is not kept by an attempt with an earlier question, or of another judge', () => {
    const at = 2000
    expect(
      due({
        attempts: [
          { executor: 'claude', model: 'sonnet', prompt: 'v1', at },
          { executor: 'claude', model: 'opus', prompt: null, at },
          { executor: 'codex', model: 'sonnet', prompt: 'v2', at },
        ],
      }),
    ).toEqual([true])
  })

  it('waits where it cannot be asked now, and tells why', () => {
    const holdOf = () => 'no money'
    expect(due({ holdOf })).toEqual([false])
    expect(judgeIssues(facts({ canaries: 'auto', holdOf }), 5000)[0]?.hold).toBe('no money')
    expect(told({ canaries: 'auto', holdOf })).toEqual(['unmeasured'])
  })
})

it.each([
  [{ mode: 'off' }, {}, false],
  [{ mode: 'person' }, {}, false],
  [{ mode: 'score' }, {}, true],
  [{ mode: 'gated', threshold: 0.7 }, {}, true],
  [{ mode: 'off' }, { docs: { mode: 'gated', threshold: 0.5 } }, true],
  [{ mode: 'off' }, { docs: { mode: 'person' } }, false],
] satisfies [Gate, Record<string, Gate>, boolean][])(
  'gate %o with tags %o lets a score decide: %s',
  (gate, tags, is) => expect(settingsGate({ gate, tags })).toBe(is),
)
