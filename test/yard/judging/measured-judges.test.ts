/** What canaries say of a judge: only a run that came to its end counts. */
import { describe, expect, it } from 'vitest'
import { CANARIES, canaryScore } from '../../../src/judging/canaries/canaries.ts'
import type { CanaryAnswer } from '../../../src/store/judging.ts'
import { canaryRecords, flagText, judgeKey } from '../../../src/yard/judging/measured-judges.ts'

const JUDGE = { executor: 'claude', model: 'sonnet', prompt: 'evaluation-1' }

/** As good as people, or off by this much. */
const run = (at: number, off = 0, more: Partial<CanaryAnswer> = {}): CanaryAnswer[] =>
  CANARIES.map((canary, nth) => ({
    ...JUDGE,
    subject: canary.id,
    score: Math.min(1, canaryScore(canary) + off),
    at: at + nth,
    run: at,
    isCutShort: false,
    ...more,
  }))
const recordOf = (...answers: readonly CanaryAnswer[]) =>
  canaryRecords(answers).get(judgeKey(JUDGE))

describe('a judge', () => {
  it('is measured by the latest whole run', () => {
    const record = recordOf(...run(1000), ...run(2000, 0.3))
    expect(record).toMatchObject({ measured: { at: 2015, answered: 16 }, partial: null })
    expect(record?.measured && flagText(record.measured)).toContain('too high')
  })

  it('keeps its measure where a later run was ended half-way', () => {
    const ended = run(2000, 0.3).map((one, nth) => (nth < 5 ? one : { ...one, isCutShort: true }))
    for (const later of [ended, ended.slice(0, 5)])
      expect(recordOf(...run(1000), ...later)).toMatchObject({
        measured: { at: 1015, flag: null },
        partial: { at: 2004, n: 5 },
      })
  })

  it('is flagged where it answers nothing in a run that was let come to its end', () => {
    const silent = recordOf(...run(1000), ...run(2000, 0, { score: null }))
    expect(silent).toMatchObject({ measured: { flag: 'unanswered', answered: 0 }, partial: null })
  })

  it('is not measured by the halves of two runs, nor by another judge or prompt', () => {
    const halves = [...run(1000).slice(0, 8), ...run(2000).slice(8)]
    expect(recordOf(...halves)).toMatchObject({ measured: null, partial: { n: 8 } })
    expect(recordOf(...run(1000, 0, { prompt: 'evaluation-0' }))).toBeUndefined()
  })

  it('is measured anew by a run after one that was ended', () => {
    const record = recordOf(...run(1000).slice(3), ...run(2000))
    expect(record).toMatchObject({ measured: { at: 2015 }, partial: null })
  })
})
