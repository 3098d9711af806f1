import { expect, it } from 'vitest'
import { landingLine } from '../../../../src/cli/commands/changes.ts'
import type { LandingView } from '../../../../src/contract/change.ts'

it('what waits for another says for what, in words that fit any id', () => {
  const queued: LandingView = {
    state: 'queued',
    result: 'r1',
    commit: null,
    target: 'main',
    at: '',
    mergeTask: null,
    pullRequest: false,
    reason: 'waits until merge-a has settled a conflict in what it builds on',
  }
  expect(landingLine('both', queued)).toBe(
    'both is queued to be merged into main: it waits until merge-a has settled a conflict in what it builds on',
  )
})

it('what was asked for as a pull request says so, with the command that asks for it again', () => {
  const landing: LandingView = {
    state: 'queued',
    result: 'r1',
    commit: null,
    target: 'main',
    at: '',
    mergeTask: null,
    reason: null,
    pullRequest: true,
  }
  expect(landingLine('work', landing)).toBe('work is queued for a pull request to main')
  const conflict: LandingView = { ...landing, state: 'conflict', reason: 'they clash' }
  expect(landingLine('work', conflict, true)).toContain('yard merge work --pr tries again')
})

it('a conflict is said to be settled by its task only while that may still do so', () => {
  const landing: LandingView = {
    state: 'conflict',
    result: 'r1',
    commit: null,
    target: 'main',
    at: '',
    reason: 'main and work conflict in a.txt',
    mergeTask: 'merge-work',
    pullRequest: false,
  }
  const why = 'work is not merged: main and work conflict in a.txt; merge-work'
  expect(landingLine('work', landing)).toBe(`${why} settles it, and it goes on by itself`)
  expect(landingLine('work', landing, true)).toBe(
    `${why} has given it up: yard merge work tries again`,
  )
})
