import { expect, test } from 'vitest'
import { whyWords } from '../../src/renderer/task/why-words.ts'

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
    'It is not started: a person does it: take it in hand, or say yard done a-1.',
    'It is not started: a person does it: take it in hand.',
  ],
  [
    'It is not started: the coordinator is paused: yard service resume.',
    'It is not started: the coordinator is paused.',
  ],
  [
    'It waits for an answer: which one? (since 14:02). Then: yard retry a.',
    'It waits for an answer: which one? (since 14:02).',
  ],
])('the window names no command to type: %s', (told, shown) => {
  expect(whyWords(told, null)).toBe(shown)
})

test('the last words of a failure are shown once, apart', () => {
  const text =
    'It failed at 14:02: exit: it exited with 1. It holds back 1 task. To try again: yard retry a. Its last words: one\ntwo'
  expect(whyWords(text, 'one\ntwo')).toBe(
    'It failed at 14:02: exit: it exited with 1. It holds back 1 task.',
  )
})
