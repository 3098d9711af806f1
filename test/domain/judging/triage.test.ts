import { expect, test } from 'vitest'
import { FAILURE_CLASSES } from '../../../src/domain/failure.ts'
import {
  endsAgent,
  isTriaged,
  TRIAGE_VERDICTS,
  triageOutcome,
  type TriageFacts,
} from '../../../src/domain/judging/triage.ts'

const facts = (more: Partial<TriageFacts> = {}): TriageFacts => ({
  isSilent: false,
  doFactsAgree: true,
  isChecked: true,
  hasAttemptsLeft: true,
  hasWaited: false,
  ...more,
})

test.each(FAILURE_CLASSES)(
  'an end of class %s is asked about only where it is lost, late or crashed',
  (failure) => expect(isTriaged(failure)).toBe(['lost', 'timeout', 'crash'].includes(failure)),
)

test.each([
  ['done', {}, { kind: 'gate' }],
  ['done', { isChecked: false }, { kind: 'ask-person' }],
  ['done', { doFactsAgree: false }, { kind: 'default' }],
  ['done', { hasAttemptsLeft: false }, { kind: 'gate' }],
  ['continue', {}, { kind: 'open', conversation: 'keep' }],
  ['continue', { hasAttemptsLeft: false }, { kind: 'failed' }],
  ['restart', {}, { kind: 'open', conversation: 'new' }],
  ['restart', { hasAttemptsLeft: false }, { kind: 'failed' }],
  ['wait', {}, { kind: 'back-off' }],
  ['wait', { hasWaited: true }, { kind: 'default' }],
  ['wait', { isSilent: true, hasWaited: true }, { kind: 'leave' }],
  ['unsure', {}, { kind: 'default' }],
] as const)('%s with %j comes to %j', (verdict, more, outcome) =>
  expect(triageOutcome(verdict, facts(more))).toEqual(outcome),
)

test('a silent agent is ended only where its task goes another way', () => {
  const ended = TRIAGE_VERDICTS.filter((verdict) => {
    const silent = facts({ isSilent: true })
    return endsAgent(triageOutcome(verdict, silent), silent)
  })
  expect(ended).toEqual(['done', 'continue', 'restart'])
})
