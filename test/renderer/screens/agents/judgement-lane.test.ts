import { expect, test } from 'vitest'
import { judgementLook } from '../../../../src/renderer/screens/agents/judgement-lane.tsx'

test('a judgement looks as far as it has come', () => {
  expect(judgementLook({ state: 'queued', outcome: null })).toEqual(['delayed', 'waits'])
  expect(judgementLook({ state: 'asked', outcome: null })).toEqual(['pending-eval', 'is asked'])
  expect(judgementLook({ state: 'ended', outcome: 'answered' })[0]).toBe('done')
  expect(judgementLook({ state: 'ended', outcome: 'unanswered' })).toEqual(['failed', 'unanswered'])
})
