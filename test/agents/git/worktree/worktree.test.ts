import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { lockFileOf, withRepositoryLock } from '../../../../src/agents/git/repository-lock.ts'
import { worktreeNameOf } from '../../../../src/agents/git/worktree/worktree-registry.ts'
import { ensureWorktree } from '../../../../src/agents/git/worktree/worktree.ts'
import {
  checkoutState,
  commit,
  git,
  must,
  mustFail,
  open,
  prepare,
  project,
  sandbox,
  write,
  type Sandbox,
} from '../git-sandbox.ts'

const name = worktreeNameOf('t1')
const branch = `yard/${name}`

async function attempt(box: Sandbox, base: string) {
  const repo = await open(box.root)
  return ensureWorktree({ repo, root: box.worktrees, name, base, branch })
}

test('a worktree holds the files of its base on a branch of its own', async () => {
  const box = sandbox()
  const base = project(box)
  const before = checkoutState(box.root)
  const made = must(await attempt(box, base))
  expect(made).toEqual({ path: join(box.worktrees, name), branch, base, notes: [] })
  expect(readFileSync(join(made.path, 'a.txt'), 'utf8')).toBe('one\n')
  expect(git(made.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${branch}`)
  expect(git(made.path, 'status', '--porcelain')).toBe('')
  expect(checkoutState(box.root)).toBe(before)
})

test('ten at once all succeed and leave no lock behind', async () => {
  const box = sandbox()
  project(box)
  const before = checkoutState(box.root)
  const ids = Array.from({ length: 10 }, (_, i) => `task ${i}`)
  const made = await Promise.all(ids.map((id) => prepare(box, id)))
  expect(new Set(made.map((each) => each.path)).size).toBe(10)
  for (const each of made) expect(git(each.path, 'status', '--porcelain')).toBe('')
  expect(existsSync(lockFileOf(join(box.root, '.git')))).toBe(false)
  expect(checkoutState(box.root)).toBe(before)
})

test('a retry finds the work of the try before, committed and not, and the base it began from', async () => {
  const box = sandbox()
  project(box)
  const first = await prepare(box, 't1')
  const done = commit(first.path, { 'b.txt': 'committed' })
  write(first.path, { 'c.txt': 'not yet' })
  commit(box.root, { 'upstream.txt': 'moved on' })
  const again = await prepare(box, 't1', { generation: 2 })
  expect(again).toMatchObject({ path: first.path, base: first.base, notes: [] })
  expect(git(again.path, 'rev-parse', 'HEAD')).toBe(done)
  expect(git(again.path, 'status', '--porcelain')).toBe('?? c.txt')
})

test('a branch with commits but no folder is checked out as it is', async () => {
  const box = sandbox()
  const base = project(box)
  const first = await prepare(box, 't1')
  const done = commit(first.path, { 'b.txt': 'committed' })
  rmSync(first.path, { recursive: true })
  const next = commit(box.root, { 'upstream.txt': 'moved on' })
  const again = must(await attempt(box, next))
  expect(again.base).toBe(base)
  expect(git(again.path, 'rev-parse', 'HEAD')).toBe(done)
  expect(readFileSync(join(again.path, 'b.txt'), 'utf8')).toBe('committed')
})

test('a branch without commits of its own, left by a crash, starts at the new base', async () => {
  const box = sandbox()
  project(box)
  git(box.root, 'branch', branch)
  const next = commit(box.root, { 'upstream.txt': 'moved on' })
  const made = must(await attempt(box, next))
  expect(made.base).toBe(next)
  expect(git(made.path, 'rev-parse', 'HEAD')).toBe(next)
})

test.each([
  ['before its files were there', (dir: string) => rmSync(join(dir, 'index'))],
  [
    'in the middle of its files',
    (dir: string) => {
      writeFileSync(join(dir, 'yard-unfinished'), '')
      renameSync(join(dir, 'index'), join(dir, 'index.lock'))
      utimesSync(join(dir, 'index.lock'), 1, 1)
    },
  ],
  [
    'in the middle of its files, on a clock that was a day ahead',
    (dir: string) => {
      writeFileSync(join(dir, 'yard-unfinished'), '')
      renameSync(join(dir, 'index'), join(dir, 'index.lock'))
      const tomorrow = Date.now() / 1000 + 86_400
      utimesSync(join(dir, 'index.lock'), tomorrow, tomorrow)
    },
  ],
])('a worktree whose owner died %s is finished', async (_, damage) => {
  const box = sandbox()
  const base = project(box, { 'a.txt': 'one\n', 'b.txt': 'two\n' })
  const first = must(await attempt(box, base))
  damage(git(first.path, 'rev-parse', '--absolute-git-dir'))
  rmSync(join(first.path, 'a.txt'))
  rmSync(join(first.path, 'b.txt'))
  must(await attempt(box, base))
  expect(readFileSync(join(first.path, 'a.txt'), 'utf8')).toBe('one\n')
  expect(git(first.path, 'status', '--porcelain')).toBe('')
})

test('files that an agent deleted do not come back', async () => {
  const box = sandbox()
  const base = project(box)
  const first = must(await attempt(box, base))
  rmSync(join(first.path, 'a.txt'))
  must(await attempt(box, base))
  expect(git(first.path, 'status', '--porcelain')).toBe(' D a.txt')
})

test('a folder whose registration was pruned is registered again and keeps every file', async () => {
  const box = sandbox()
  const base = project(box)
  const first = must(await attempt(box, base))
  const done = commit(first.path, { 'b.txt': 'committed' })
  write(first.path, { 'a.txt': 'edited\n', 'new.txt': 'new' })
  rmSync(git(first.path, 'rev-parse', '--absolute-git-dir'), { recursive: true })
  must(await attempt(box, base))
  expect(git(first.path, 'rev-parse', 'HEAD')).toBe(done)
  expect(git(first.path, 'status', '--porcelain')).toBe(' M a.txt\n?? new.txt')
  expect(git(box.root, 'worktree', 'list').split('\n')).toHaveLength(2)
  expect(git(box.root, 'worktree', 'list')).toContain(`${first.path} `)
})

test('a folder that lost its .git file is tied again, never taken for the tree around it', async () => {
  const box = sandbox()
  const base = project(box)
  const first = must(await attempt(box, base))
  write(first.path, { 'a.txt': 'edited\n' })
  rmSync(join(first.path, '.git'))
  must(await attempt(box, base))
  expect(git(first.path, 'rev-parse', '--show-toplevel')).toBe(first.path)
  expect(git(first.path, 'status', '--porcelain')).toBe(' M a.txt')
})

test.each([
  ['files of somebody', (at: string) => write(at, { 'precious.txt': 'mine' })],
  ['a repository of its own', (at: string) => void spawnSync('git', ['init', '-q', at])],
  ['a link to the shared tree', (at: string) => symlinkSync(join(at, '../../..'), at)],
])('a place taken by %s is a failure that names it, and is left alone', async (_, occupy) => {
  const box = sandbox()
  const base = project(box)
  mkdirSync(box.worktrees, { recursive: true })
  const at = join(box.worktrees, name)
  occupy(at)
  const before = checkoutState(box.root)
  const failure = mustFail(await attempt(box, base))
  expect(failure.problem).toBe('in-the-way')
  expect(failure.message).toContain(at)
  expect(existsSync(at)).toBe(true)
  expect(git(box.root, 'worktree', 'list').split('\n')).toHaveLength(1)
  expect(checkoutState(box.root)).toBe(before)
})

test('a branch that a person has checked out is a failure that names the checkout', async () => {
  const box = sandbox()
  const base = project(box)
  git(box.root, 'checkout', '-q', '-b', branch)
  const failure = mustFail(await attempt(box, base))
  expect(failure.problem).toBe('branch-in-use')
  expect(failure.message).toContain(box.root)
  expect(existsSync(join(box.worktrees, name))).toBe(false)
})

test('a HEAD left elsewhere is put back when no file must change for it, else said', async () => {
  const box = sandbox()
  const base = project(box)
  const first = must(await attempt(box, base))
  git(first.path, 'checkout', '-q', '--detach')
  expect(must(await attempt(box, base)).notes[0]).toContain(`is on ${branch} again`)
  expect(git(first.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${branch}`)
  git(first.path, 'checkout', '-q', '-b', 'feature')
  commit(first.path, { 'f.txt': 'f' })
  expect(must(await attempt(box, base)).notes[0]).toContain('is on feature, not on')
  expect(git(first.path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/feature')
})

test('a bare repository has worktrees too', async () => {
  const box = sandbox()
  const base = project(box)
  git(box.home, 'clone', '-q', '--bare', box.root, 'bare.git')
  const repo = await open(join(box.home, 'bare.git'))
  const root = join(box.home, 'bare-yard')
  const made = must(await ensureWorktree({ repo, root, name, base, branch }))
  expect(readFileSync(join(made.path, 'a.txt'), 'utf8')).toBe('one\n')
})

test('GIT_DIR in the environment does not move the worktree to another repository', async () => {
  const box = sandbox()
  const base = project(box)
  git(box.home, 'init', '-q', 'other')
  vi.stubEnv('GIT_DIR', join(box.home, 'other', '.git'))
  const made = must(await attempt(box, base))
  vi.unstubAllEnvs()
  expect(git(made.path, 'rev-parse', '--git-common-dir')).toBe(join(box.root, '.git'))
})

test("the person's hooks do not run for our plumbing", async () => {
  const box = sandbox()
  const base = project(box)
  const seen = join(box.home, 'hook-ran')
  write(box.root, { '.git/hooks/post-checkout': `#!/bin/sh\ntouch ${seen}\n` })
  spawnSync('chmod', ['+x', join(box.root, '.git/hooks/post-checkout')])
  must(await attempt(box, base))
  expect(existsSync(seen)).toBe(false)
})

test('a lock left by a dead process, or by one whose pid was given to another, is taken over', async () => {
  const box = sandbox()
  project(box)
  const commonDir = join(box.root, '.git')
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  writeFileSync(lockFileOf(commonDir), `${dead} 1\n`)
  expect(await withRepositoryLock(commonDir, async () => 'mine')).toBe('mine')
  if (process.platform === 'linux') writeFileSync(lockFileOf(commonDir), `${process.pid} 1\n`)
  expect(await withRepositoryLock(commonDir, async () => 'mine')).toBe('mine')
  expect(existsSync(lockFileOf(commonDir))).toBe(false)
})

test('a lock held by a living process is waited for', async () => {
  const box = sandbox()
  project(box)
  const file = lockFileOf(join(box.root, '.git'))
  writeFileSync(file, `${process.ppid} -\n`)
  const order: string[] = []
  const waiting = withRepositoryLock(join(box.root, '.git'), async () => {
    order.push('taken')
  })
  // One whole worktree command elsewhere is time enough to show that it waits.
  git(box.root, 'worktree', 'list')
  await open(box.root)
  order.push('released')
  rmSync(file)
  await waiting
  expect(order).toEqual(['released', 'taken'])
})

test('work under the lock never overlaps, and a throw gives it back', async () => {
  const box = sandbox()
  project(box)
  const commonDir = join(box.root, '.git')
  let inside = 0
  let most = 0
  const turns = Array.from({ length: 5 }, () =>
    withRepositoryLock(commonDir, async () => {
      inside += 1
      most = Math.max(most, inside)
      await open(box.root)
      inside -= 1
    }),
  )
  const bad = withRepositoryLock(commonDir, () => Promise.reject(new Error('a bug')))
  await expect(bad).rejects.toThrow('a bug')
  await Promise.all(turns)
  expect(most).toBe(1)
  expect(await withRepositoryLock(commonDir, async () => 1)).toBe(1)
})
