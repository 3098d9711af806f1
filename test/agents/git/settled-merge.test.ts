/** When a merge that was given to somebody counts as made. */
import { expect, it } from 'vitest'
import { stateOfMerge } from '../../../src/agents/git/settled-merge.ts'
import type { Merging } from '../../../src/domain/landing.ts'
import { taskId } from '../../support/plan-builder.ts'
import { commit, git, must, open, prepare, project, sandbox, write } from './git-sandbox.ts'

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
    ...{ for: taskId('t1'), kind: 'base', paths: ['a.txt'] },
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
    ...{ kind: 'open', folder: box.root },
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
    ...{ kind: 'settled', commit: made },
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
