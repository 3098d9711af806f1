import { describe, expect, test } from 'vitest'
import { chosenPlace } from '../../../../src/renderer/changes/changes-tab.tsx'
import { differenceText } from '../../../../src/renderer/components/radar.tsx'
import { scoreOf } from '../../../../src/renderer/inspector/score-form.tsx'
import { gateLine, groupName, resultOf } from '../../../../src/renderer/model/scores.ts'
import { estimateText } from '../../../../src/renderer/screens/evaluations/judges.tsx'

const SCORED = { status: 'scored', passed: null, gate: 'score', marks: [], override: null }

describe('scores in words', () => {
  test('say what they came to', () => {
    const of = (more: object) => resultOf({ ...SCORED, ...more } as never)
    expect(of({ status: 'pending' })).toEqual(['pending-eval', 'Being judged'])
    expect(of({ status: 'unscored' })).toEqual(['waiting', 'Not scored'])
    expect(of({ passed: true })).toEqual(['done', 'Passed'])
    expect(of({ passed: false })).toEqual(['failed', 'Below gate'])
    expect(of({})).toEqual(['done', 'Scored'])
    expect(of({ gate: 'off' })).toEqual(['done', 'Scored, no gate'])
    const flagged = { gate: '0.7', marks: ['flagged-judge'] }
    expect(of(flagged)).toEqual(['waiting', 'Judge flagged, decides nothing'])
    expect(of({ ...flagged, override: {}, passed: true })[1]).toBe('Passed')
    expect(of({ gate: 'person' })[1]).toBe('Scored, a person decides')
  })

  test('tell the gate, the difference and the interval', () => {
    expect(gateLine({ mode: 'gated', threshold: 0.7, source: 'task' })).toBe('gate 0.70')
    expect(gateLine(undefined)).toBeNull()
    expect([
      differenceText(0.9, 0.83),
      differenceText(0.7, 0.73),
      differenceText(0.7, 0.7),
    ]).toEqual(['+0.07', '−0.03', '±0'])
    expect(differenceText(null, 0.5)).toBe('')
    expect(estimateText({ value: -0.02, low: -0.1, high: 0.05 })).toBe('−0.02 (−0.10 to 0.05)')
    expect(estimateText(null)).toBe('')
    expect(estimateText({ value: -0.1, low: -0.1, high: -0.1 }, 1)).toBe('−0.10')
    const id = 'f5143935'.padEnd(64, '0')
    expect(groupName({ key: id, name: 'Careful Programmer' })).toBe('Careful Programmer f5143935')
    expect(groupName({ key: 'opus', name: null })).toBe('opus')
  })

  test('are read from what a person types', () => {
    expect(['0', '1', '0.5', '.85', '1.0', ' 0.7 '].map(scoreOf)).toEqual([0, 1, 0.5, 0.85, 1, 0.7])
    for (const text of ['', '1.1', '-0.1', 'good', '85%', '0,5']) expect(scoreOf(text)).toBeNull()
  })
})

describe('a place that is cited', () => {
  const files = [{ path: 'a.ts' }, { path: 'b.ts' }, { path: 'odd:7' }]
  test('opens its file at its line', () => {
    expect(chosenPlace(files, 'b.ts:12')).toEqual({ file: files[1], line: 12 })
    expect(chosenPlace(files, 'b.ts:12-20')).toEqual({ file: files[1], line: 12 })
    expect(chosenPlace(files, 'b.ts')).toEqual({ file: files[1], line: null })
    expect(chosenPlace(files, 'odd:7')).toEqual({ file: files[2], line: null })
  })
  test('that is not in the change opens the first', () => {
    expect(chosenPlace(files, 'gone.ts:3')).toEqual({ file: files[0], line: null })
    expect(chosenPlace([], null)).toEqual({ file: null, line: null })
  })
})
