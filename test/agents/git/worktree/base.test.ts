import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { baseRef, taskBase } from '../../../../src/agents/git/worktree/base.ts'
import type { Part } from '../../../../src/agents/git/worktree/base.ts'
import type { Repository } from '../../../../src/agents/git/repository.ts'
import {
  checkoutState,
  collect,
  commit,
  git,
  must,
  mustFail,
  open,
  prepare,
  project,
  sandbox,
  write,
} from '../git-sandbox.ts'

function base(repo: Repository, results: readonly Part[], target: string | null = null) {
  return taskBase({ repo, name: 'join-000000', generation: 1, target, results })
}

/** A commit on the first one, on no branch, made without the person's checkout. */
function side(root: string, folder: string, files: Record<string, string>): string {
  git(root, 'worktree', 'add', '-q', '--detach', folder, 'main')
  return commit(folder, files)
}

test("a diamond of two edits is whole in the last one's worktree", async () => {
  const box = sandbox()
  project(box, { 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const before = checkoutState(box.root)
  const top = await prepare(box, 'top')
  write(top.path, { 'top.txt': 'top\n' })
  const first = { name: 'top', commit: String((await collect(top)).commit) }
  const [left, right] = [
    await prepare(box, 'left', { results: [first] }),
    await prepare(box, 'right', { results: [first] }),
  ]
  write(left.path, { 'a.txt': 'left\n' })
  write(right.path, { 'b.txt': 'right\n' })
  const results = [
    { name: 'left', commit: String((await collect(left)).commit) },
    { name: 'right', commit: String((await collect(right)).commit) },
  ]
  const last = await prepare(box, 'last', { results })
  const read = (file: string) => readFileSync(join(last.path, file), 'utf8')
  expect([read('top.txt'), read('a.txt'), read('b.txt')]).toEqual(['top\n', 'left\n', 'right\n'])
  expect(git(last.path, 'status', '--porcelain')).toBe('')
  expect(checkoutState(box.root)).toBe(before)
})

test('the same inputs give the same commit, whenever and by whomever', async () => {
  const box = sandbox()
  project(box)
  const x = side(box.root, join(box.home, 'x'), { x: 'x' })
  const y = side(box.root, join(box.home, 'y'), { y: 'y' })
  const repo = await open(box.root)
  const parts = [
    { name: 'x', commit: x },
    { name: 'y', commit: y },
  ]
  const once = must(await base(repo, parts))
  vi.stubEnv('GIT_AUTHOR_DATE', '2001-01-01T00:00:00Z')
  vi.stubEnv('GIT_COMMITTER_NAME', 'Somebody')
  git(box.root, 'config', 'user.name', 'Else')
  expect(must(await base(repo, parts))).toBe(once)
  expect(git(box.root, 'rev-parse', baseRef('join-000000', 1))).toBe(once)
  expect(git(box.root, 'ls-tree', '--name-only', once)).toBe('a.txt\nx\ny')
})

test('what the target contains is skipped and a descendant is taken as it is', async () => {
  const box = sandbox()
  const first = project(box)
  const x = side(box.root, join(box.home, 'x'), { x: 'x' })
  const repo = await open(box.root)
  expect(must(await base(repo, [{ name: 'old', commit: first }]))).toBe(first)
  expect(must(await base(repo, [{ name: 'x', commit: x }]))).toBe(x)
})

test('a base survives gc', async () => {
  const box = sandbox()
  project(box)
  const x = side(box.root, join(box.home, 'x'), { x: 'x' })
  commit(box.root, { m: 'm' })
  const made = must(await base(await open(box.root), [{ name: 'x', commit: x }]))
  git(box.root, 'gc', '-q', '--prune=now')
  expect(git(box.root, 'cat-file', '-t', made)).toBe('commit')
})

test('two results that clash are a typed conflict that names both, and merging by hand settles it', async () => {
  const box = sandbox()
  project(box)
  const x = side(box.root, join(box.home, 'x'), { 'a.txt': 'x\n', ok: '1' })
  const y = side(box.root, join(box.home, 'y'), { 'a.txt': 'y\n' })
  const parts = [
    { name: 'task x', commit: x },
    { name: 'task y', commit: y },
  ]
  const repo = await open(box.root)
  const clash = mustFail(await base(repo, parts))
  expect(clash).toMatchObject({
    kind: 'merge-conflict',
    paths: ['a.txt'],
    types: ['CONFLICT (contents)'],
    between: ['task x', 'task y'],
  })
  expect(clash.message).toContain('merge task x and task y into main with git')
  git(box.root, 'merge', '-q', x)
  git(box.root, 'merge', '-q', '-s', 'ours', y)
  expect(must(await base(repo, parts))).toBe(git(box.root, 'rev-parse', 'main'))
})

test('a clash with the target names the target, and a deletion has its own type', async () => {
  const box = sandbox()
  project(box)
  const x = side(box.root, join(box.home, 'x'), { 'a.txt': 'x\n' })
  git(box.root, 'rm', '-q', 'a.txt')
  commit(box.root, {})
  const clash = mustFail(await base(await open(box.root), [{ name: 'x', commit: x }], 'main'))
  expect(clash).toMatchObject({ types: ['CONFLICT (modify/delete)'], between: ['main', 'x'] })
})

test('a commit or target that does not exist is no conflict', async () => {
  const box = sandbox()
  project(box)
  const repo = await open(box.root)
  const lost = mustFail(await base(repo, [{ name: 'lost', commit: 'deadbeef'.repeat(5) }]))
  expect(lost).toMatchObject({ kind: 'git', problem: 'missing-commit' })
  const unknown = mustFail(await base(repo, [], 'no-such-branch'))
  expect(unknown).toMatchObject({ kind: 'git', problem: 'missing-commit' })
})

test('an unborn repository starts from the empty tree, and its work joins a first commit made later', async () => {
  const box = sandbox()
  git(box.root, 'init', '-q', '-b', 'main')
  write(box.root, { '.git/info/exclude': '.yard/\n' })
  const early = await prepare(box, 'early')
  expect(git(box.root, 'ls-tree', early.base)).toBe('')
  write(early.path, { 'early.txt': '1' })
  const done = await collect(early)
  expect(done).toMatchObject({ changed: true, filesChanged: 1 })
  expect(git(box.root, 'status', '--porcelain', '--branch')).toBe('## No commits yet on main')
  commit(box.root, { 'mine.txt': '2' })
  const results = [{ name: 'early', commit: String(done.commit) }]
  const late = await prepare(box, 'late', { results })
  expect(git(late.path, 'ls-files')).toBe('early.txt\nmine.txt')
})

test('two strange histories are refused', async () => {
  const box = sandbox()
  project(box)
  git(box.root, 'worktree', 'add', '-q', '--detach', join(box.home, 'x'))
  git(join(box.home, 'x'), 'checkout', '-q', '--orphan', 'strange')
  const strange = commit(join(box.home, 'x'), { s: 's' })
  const failure = mustFail(await base(await open(box.root), [{ name: 's', commit: strange }]))
  expect(failure).toMatchObject({ kind: 'git', problem: 'unrelated-histories' })
})
