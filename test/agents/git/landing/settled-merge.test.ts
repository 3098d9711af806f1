/** When a merge that was given to somebody counts as made. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stateOfMerge } from '../../../../src/agents/git/landing/settled-merge.ts'
import type { Merging } from '../../../../src/domain/landing.ts'
import { taskId } from '../../../support/plan-builder.ts'
import { commit, git, must, open, prepare, project, sandbox, write } from '../git-sandbox.ts'

/** Two branches that clash in one file, and a third that the checkout is on. */
function clash(files: Record<string, string> = { 'a.txt': 'one\n' }) {
  const box = sandbox()
  project(box, files)
  git(box.root, 'switch', '-q', '-c', 'theirs')
  const theirs = commit(box.root, { 'a.txt': 'theirs\n' })
  git(box.root, 'switch', '-q', 'main')
  const ours = commit(box.root, { 'a.txt': 'mine\n' })
  git(box.root, 'switch', '-q', '-c', 'desk')
  const merging: Merging = {
    for: taskId('t1'),
    kind: 'base',
    paths: ['a.txt'],
    ours: { name: 'b', commit: ours },
    theirs: { name: 'c', commit: theirs },
  }
  const merge = (text: string): string => {
    expect(() => git(box.root, 'merge', '-q', theirs)).toThrow('Command failed')
    return commit(box.root, { 'a.txt': text })
  }
  const look = async () => must(await stateOfMerge(await open(box.root), merging, null))
  return { box, merging, theirs, ours, merge, look }
}

it('is the merge, and nothing that a person has done since', async () => {
  const { box, merge, look } = clash()
  const made = merge('both\n')
  commit(box.root, { 'unfinished.txt': 'of another matter\n' })
  expect(await look()).toEqual({ kind: 'settled', commit: made })
})

it('where marks of the conflict were taken out later it is that commit', async () => {
  const { box, merge, look } = clash()
  merge('<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> x\n')
  expect(await look()).toMatchObject({
    kind: 'open',
    folder: box.root,
    why: `${box.root} has both sides, but conflict marks are left in a.txt`,
  })
  const made = commit(box.root, { 'a.txt': 'both\n' })
  expect(await look()).toEqual({ kind: 'settled', commit: made })
})

it('a file that is about such marks may have them', async () => {
  const marks = '<<<<<<< a\n=======\n>>>>>>> b\n'
  const { box, merging, merge, theirs, ours } = clash({ 'a.txt': 'one\n', 'how-to.md': marks })
  const made = merge('both\n')
  const wide = { ...merging, paths: ['a.txt', 'how-to.md', ':(glob)**'] }
  expect(must(await stateOfMerge(await open(box.root), wide, null))).toEqual({
    kind: 'settled',
    commit: made,
  })
  expect(git(box.root, 'rev-list', '--count', `${theirs}..${ours}`)).toBe('1')
})

it('a merge that was begun, and one side alone, are none', async () => {
  const { box, ours, theirs, look } = clash()
  const none = { kind: 'open', why: expect.stringMatching(/^no commit holds both/) }
  expect(await look()).toMatchObject({ ...none, missing: [theirs] })
  git(box.root, 'switch', '-q', '--detach', 'main~1')
  expect(await look()).toMatchObject({ ...none, missing: [ours, theirs] })
  git(box.root, 'switch', '-q', 'desk')
  expect(() => git(box.root, 'merge', '-q', theirs)).toThrow('Command failed')
  expect(await look()).toMatchObject({
    why: `the merge in ${box.root} is not committed yet: a.txt is not settled`,
    missing: [],
  })
  git(box.root, 'merge', '--abort')
  // Another task's worktree is no place where this one is merged.
  const at = await prepare(box, 't2')
  expect(() => git(at.path, 'merge', '-q', theirs)).toThrow('Command failed')
  write(at.path, { 'a.txt': 'both\n' })
  commit(at.path, {})
  expect((await look()).kind).toBe('open')
})

it.each([7, 40])('marks of %i signs are marks, one half of them too', async (length) => {
  const { box, merge, look } = clash()
  const line = (sign: string, name = '') => `${sign.repeat(length)}${name}\n`
  merge(`${line('<', ' HEAD')}mine\n${line('=')}theirs\n`)
  const open = { kind: 'open', why: expect.stringContaining('marks are left in a.txt') }
  expect(await look()).toMatchObject(open)
  commit(box.root, { 'a.txt': `mine\n${line('=')}theirs\n${line('>', ' theirs')}` })
  expect(await look()).toMatchObject(open)
  // Of a heading that is underlined.
  const made = commit(box.root, { 'a.txt': `Both\n${line('=')}mine and theirs\n` })
  expect(await look()).toEqual({ kind: 'settled', commit: made })
})

describe('what is merged for a branch', () => {
  /** The checkout is on `feature`, which has a commit that nobody else has. */
  function scene() {
    const { box, merging, theirs, ours } = clash()
    const landing: Merging = { ...merging, kind: 'landing', ours: { name: 'main', commit: ours } }
    git(box.root, 'switch', '-q', '-c', 'feature', 'main')
    const secret = commit(box.root, { 'secret.txt': 'not for main\n' })
    const look = async () => must(await stateOfMerge(await open(box.root), landing, null))
    const mergeIn = (folder: string, text = 'both\n'): string => {
      expect(() => git(folder, 'merge', '-q', theirs)).toThrow('Command failed')
      return commit(folder, { 'a.txt': text })
    }
    return { box, theirs, ours, secret, look, mergeIn }
  }

  it('brings nothing along of the branch that a person merged on, and nobody is sent there', async () => {
    const { box, theirs, ours, secret, look, mergeIn } = scene()
    const elsewhere = { kind: 'open', folder: null, start: ours, missing: [theirs] }
    expect(await look()).toEqual({ ...elsewhere, why: expect.stringMatching(/^no commit holds/) })
    expect(() => git(box.root, 'merge', '-q', theirs)).toThrow('Command failed')
    expect(await look()).toMatchObject(elsewhere)
    git(box.root, 'merge', '--abort')
    mergeIn(box.root, '<<<<<<< a\nb\n>>>>>>> c\n')
    expect(await look()).toMatchObject(elsewhere)
    commit(box.root, { 'a.txt': 'both\n' })
    const why = expect.stringContaining(`the commit ${secret.slice(0, 10)} too`)
    expect(await look()).toEqual({ ...elsewhere, why })
  })

  it('is taken from a folder that was made for it, with the marks taken out later', async () => {
    const { box, theirs, look, mergeIn } = scene()
    const made = join(box.home, 'place')
    git(box.root, 'worktree', 'add', '-q', '--detach', made, 'main')
    expect(await look()).toMatchObject({ folder: made, missing: [theirs] })
    mergeIn(made, '<<<<<<< a\nb\n>>>>>>> c\n')
    expect(await look()).toMatchObject({ folder: made, missing: [] })
    const both = commit(made, { 'a.txt': 'both\n' })
    expect(await look()).toEqual({ kind: 'settled', commit: both })
  })

  it('is taken from another branch that holds nothing else, and from its own with all that is there', async () => {
    const { box, ours, look, mergeIn } = scene()
    git(box.root, 'switch', '-q', '-c', 'clean', ours)
    const both = mergeIn(box.root)
    commit(box.root, { 'later.txt': 'x\n' })
    expect(await look()).toEqual({ kind: 'settled', commit: both })
    git(box.root, 'branch', '-q', '-D', 'feature')
    git(box.root, 'switch', '-q', 'main')
    commit(box.root, { 'mine.txt': 'x\n' })
    expect(await look()).toMatchObject({ kind: 'open', folder: box.root })
    const whole = mergeIn(box.root)
    expect(await look()).toEqual({ kind: 'settled', commit: whole })
  })
})
