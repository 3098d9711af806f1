import { expect, test } from 'vitest'
import { whyText } from '../../../src/renderer/inspector/why-note.tsx'

test.each([
  [
    'It is not started: it is a draft or paused: yard publish a (or yard resume a for it alone) lets it go on; b is not done.',
    'It is not started: it is a draft or paused; b is not done.',
  ],
  [
    'It is not started: it is paused: yard resume a lets it go on.',
    'It is not started: it is paused.',
  ],
  [
    'It is not started: a person does it: when it is done, yard done a-1.',
    'It is not started: a person does it: claim it, or mark it done.',
  ],
  [
    'It is not started: the coordinator is paused: yard service resume.',
    'It is not started: the coordinator is paused.',
  ],
  [
    'It waits for an answer: which one? (since 14:02). Then: yard retry a.',
    'It waits for an answer: which one? (since 14:02).',
  ],
  [
    'It waits for a larger budget: $0.60 of $0.50 spent (since 14:02). Then: yard edit v1.2 --budget N.',
    'It waits for a larger budget: $0.60 of $0.50 spent (since 14:02). Then raise the budget of v1.2.',
  ],
  [
    'It waits for an answer: which one? (since 14:02). Then: yard answer v1.2 "…".',
    'It waits for an answer: which one? (since 14:02).',
  ],
  [
    'It is not started: a person does it: when it is done, yard done v1.2; b is ready.',
    'It is not started: a person does it: claim it, or mark it done; b is ready.',
  ],
  [
    'It is not started: a person settles the merge conflict: yard show merge-a says what to merge; when that is committed, yard done merge-a.',
    'It is not started: a person settles the merge conflict: what to merge is described below; when that is committed, mark it done.',
  ],
  [
    'Its result is not merged into main: b.txt is in the way. Once nothing is in its way: yard merge v1.2.',
    'Its result is not merged into main: b.txt is in the way. Once nothing is in its way, ask for the merge again, with its changes.',
  ],
  [
    'merge-a was to settle that and has failed: yard merge v1.2 tries again.',
    'merge-a was to settle that and has failed: ask for the merge again, with its changes.',
  ],
  [
    'merge-a settles that, and the merge then goes on by itself: yard why merge-a says how far it is.',
    'merge-a settles that, and the merge then goes on by itself.',
  ],
])('the window names no command to type: %s', (told, shown) => {
  expect(whyText(told)).toBe(shown)
})
