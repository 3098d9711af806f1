import { chmodSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collectResult } from '../../../../src/agents/git/worktree/collect.ts'
import {
  checkoutState,
  collect,
  commit,
  git,
  mustFail,
  prepare,
  project,
  sandbox,
  write,
} from '../git-sandbox.ts'
import type { Prepared } from '../git-sandbox.ts'

const nothing = {
  changed: false,
  filesChanged: 0,
  insertions: 0,
  deletions: 0,
  dirtyCommitted: false,
  unfinished: null,
}

async function start() {
  const box = sandbox()
  project(box, { 'a.txt': 'one\n', '.gitignore': '*.log\n' })
  const at = await prepare(box, 't1')
  return { box, at }
}

const tipOf = (at: Prepared) => git(at.path, 'rev-parse', `refs/heads/${at.branch}`)
const show = (at: Prepared, what: string) => git(at.path, 'show', '-s', what)

test('no work at all is no commit and no change', async () => {
  const { at } = await start()
  expect(await collect(at)).toEqual({ ...nothing, commit: null, commits: 0, notes: [] })
  expect(git(at.path, 'for-each-ref', 'refs/yard/results')).toBe('')
})

test('ignored output only is no change, but worth a remark', async () => {
  const { at } = await start()
  write(at.path, { 'build.log': 'x' })
  const done = await collect(at)
  expect(done).toMatchObject({ ...nothing, commit: null })
  expect(done.notes).toEqual(['nothing but ignored files was left (1)'])
})

test('an empty commit, or a change and its revert, is no change', async () => {
  const { at } = await start()
  commit(at.path, {}, 'empty')
  expect(await collect(at)).toMatchObject({ ...nothing, commits: 1 })
  commit(at.path, { 'a.txt': 'two\n' })
  const head = commit(at.path, { 'a.txt': 'one\n' })
  expect(await collect(at)).toMatchObject({ ...nothing, commits: 3, commit: head })
})

test('what was left uncommitted is committed to the branch, and the worktree is clean', async () => {
  const { box, at } = await start()
  const before = checkoutState(box.root)
  const own = commit(at.path, { 'b.txt': 'b\n' })
  write(at.path, { 'new/c.txt': 'c\n', 'a.txt': 'staged\n' })
  git(at.path, 'add', 'a.txt')
  write(at.path, { 'a.txt': 'edited\n' })
  const done = await collect(at)
  expect(done).toMatchObject({
    changed: true,
    dirtyCommitted: true,
    commits: 2,
    filesChanged: 3,
    insertions: 3,
    deletions: 1,
    notes: [],
  })
  expect(tipOf(at)).toBe(done.commit)
  expect(git(at.path, 'rev-parse', 'HEAD^')).toBe(own)
  expect(git(at.path, 'rev-parse', 'refs/yard/results/agent-1')).toBe(done.commit)
  expect(git(at.path, 'show', 'HEAD:a.txt')).toBe('edited')
  expect(git(at.path, 'status', '--porcelain')).toBe('')
  expect(git(at.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${at.branch}`)
  expect(checkoutState(box.root)).toBe(before)
  expect(await collect(at)).toMatchObject({ commit: done.commit, dirtyCommitted: false })
})

test('an edit of the same size in the same tick as the staging before it is not missed', async () => {
  const { at } = await start()
  git(at.path, 'config', 'core.trustctime', 'false')
  const tick = Math.floor(Date.now() / 1000) - 10
  const put = (text: string) => {
    write(at.path, { 'a.txt': text })
    utimesSync(join(at.path, 'a.txt'), tick, tick)
  }
  put('staged\n')
  git(at.path, 'add', 'a.txt')
  put('edited\n')
  utimesSync(join(git(at.path, 'rev-parse', '--absolute-git-dir'), 'index'), tick, tick)
  await collect(at)
  expect(git(at.path, 'show', 'HEAD:a.txt')).toBe('edited')
})

test('a crash after the branch moved is healed by collecting again', async () => {
  const { at } = await start()
  const index = join(git(at.path, 'rev-parse', '--absolute-git-dir'), 'index')
  const old = readFileSync(index)
  write(at.path, { 'a.txt': 'edited\n' })
  const done = await collect(at)
  writeFileSync(index, old)
  expect(git(at.path, 'status', '--porcelain')).not.toBe('')
  expect((await collect(at)).commit).toBe(done.commit)
  expect(git(at.path, 'status', '--porcelain')).toBe('')
})

test('untracked files only, a mode change only and a deletion only are work', async () => {
  const { at } = await start()
  write(at.path, { 'n.txt': 'n' })
  expect(await collect(at)).toMatchObject({ changed: true, filesChanged: 1 })
  const next = { ...at, base: tipOf(at) }
  chmodSync(join(at.path, 'a.txt'), 0o755)
  expect(await collect(next)).toMatchObject({ changed: true, filesChanged: 1, insertions: 0 })
  rmSync(join(at.path, 'a.txt'))
  expect(await collect({ ...at, base: tipOf(at) })).toMatchObject({ changed: true, deletions: 1 })
})

test('a commit on a detached HEAD is the result, and the branch follows', async () => {
  const { at } = await start()
  git(at.path, 'checkout', '-q', '--detach')
  const own = commit(at.path, { 'b.txt': 'b' })
  const done = await collect(at)
  expect(done).toMatchObject({ commit: own, changed: true })
  expect(done.notes[0]).toContain('detached HEAD')
  expect(tipOf(at)).toBe(own)
  expect(git(at.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${at.branch}`)
})

test("work on the agent's own branch is taken, and that branch keeps what the agent put there", async () => {
  const { at } = await start()
  git(at.path, 'checkout', '-q', '-b', 'feature')
  const own = commit(at.path, { 'b.txt': 'b' })
  write(at.path, { 'c.txt': 'c' })
  const done = await collect(at)
  expect(done).toMatchObject({ dirtyCommitted: true, filesChanged: 2 })
  expect(done.notes[0]).toContain('the branch feature')
  expect(tipOf(at)).toBe(done.commit)
  expect(git(at.path, 'rev-parse', 'feature')).toBe(own)
  expect(git(at.path, 'status', '--porcelain')).toBe('')
})

test('a branch that cannot follow keeps its commits, and the result has a ref of its own', async () => {
  const { at } = await start()
  const kept = commit(at.path, { 'kept.txt': 'k' })
  git(at.path, 'checkout', '-q', '-b', 'other', at.base)
  write(at.path, { 'o.txt': 'o' })
  const done = await collect(at)
  expect(tipOf(at)).toBe(kept)
  expect(git(at.path, 'rev-parse', 'refs/yard/results/agent-1')).toBe(done.commit)
  expect(git(at.path, 'rev-parse', 'HEAD')).toBe(done.commit)
  expect(git(at.path, 'rev-parse', 'other')).toBe(at.base)
  expect(done.notes[0]).toContain('commits that the result does not contain')
  expect(git(at.path, 'status', '--porcelain')).toBe('')
})

test("a branch that a person checked out elsewhere is not moved under that person's feet", async () => {
  const { box, at } = await start()
  git(at.path, 'checkout', '-q', '--detach')
  commit(at.path, { 'b.txt': 'b' })
  git(box.root, 'checkout', '-q', at.branch)
  const before = checkoutState(box.root)
  const done = await collect(at)
  expect(done.notes[0]).toContain(`checked out in ${box.root}`)
  expect(checkoutState(box.root)).toBe(before)
})

test('a stash is no work, and is named', async () => {
  const { at } = await start()
  write(at.path, { 'a.txt': 'stashed\n' })
  git(at.path, 'stash', '-q')
  const done = await collect(at)
  expect(done).toMatchObject({ ...nothing, commit: null })
  expect(done.notes[0]).toContain('git stash list')
})

test('a stash of the person is not taken for the agent’s', async () => {
  const { box, at } = await start()
  write(box.root, { 'a.txt': 'mine\n' })
  git(box.root, 'stash', '-q')
  expect((await collect(at)).notes).toEqual([])
})

test('a rewritten history is collected, and said', async () => {
  const { at } = await start()
  write(at.path, { 'a.txt': 'amended\n' })
  git(at.path, 'commit', '-q', '-a', '--amend', '-m', 'all mine')
  const done = await collect(at)
  expect(done).toMatchObject({ changed: true, commits: 1, commit: tipOf(at) })
  expect(done.notes[0]).toContain('history was rewritten')
})

test('a change hidden by assume-unchanged is found', async () => {
  const { at } = await start()
  git(at.path, 'update-index', '--assume-unchanged', 'a.txt')
  write(at.path, { 'a.txt': 'hidden\n' })
  const done = await collect(at)
  expect(done).toMatchObject({ changed: true, filesChanged: 1 })
  expect(done.notes[0]).toContain('assume-unchanged')
})

test('nested repositories are kept out and named, whether they have a commit, are committed, or neither', async () => {
  const { at } = await start()
  for (const sub of ['empty', 'full', 'taken']) git(at.path, 'init', '-q', sub)
  for (const sub of ['full', 'taken']) commit(join(at.path, sub), { 's.txt': 's' })
  write(at.path, { 'empty/e.txt': 'e', 'real.txt': 'r' })
  git(at.path, 'add', 'taken')
  git(at.path, 'commit', '-q', '-m', 'a dangling gitlink')
  const done = await collect(at)
  expect(done).toMatchObject({ changed: true, filesChanged: 1 })
  expect(git(at.path, 'ls-tree', '-r', '--name-only', String(done.commit))).toBe(
    '.gitignore\na.txt\nreal.txt',
  )
  const notes = done.notes.join('\n')
  for (const sub of ['empty', 'full', 'taken']) expect(notes).toContain(sub)
  expect(existsSync(join(at.path, 'full', 's.txt'))).toBe(true)
})

test('a submodule that .gitmodules names is work', async () => {
  const { box, at } = await start()
  git(box.home, 'init', '-q', 'lib')
  commit(join(box.home, 'lib'), { 'l.txt': 'l' })
  const allow = ['-c', 'protocol.file.allow=always']
  git(at.path, ...allow, 'submodule', '--quiet', 'add', join(box.home, 'lib'), 'lib')
  const done = await collect(at)
  expect(done).toMatchObject({ filesChanged: 2, notes: [] })
  expect(git(at.path, 'ls-tree', 'HEAD', 'lib')).toMatch(/^160000 commit/)
})

test.each([
  ['merge', ['merge', 'theirs']],
  ['rebase', ['rebase', 'theirs']],
  ['cherry-pick', ['cherry-pick', 'theirs']],
])(
  'a %s left in conflict is kept as it is, with its files in the result',
  async (kind, command) => {
    const { at } = await start()
    git(at.path, 'checkout', '-q', '-b', 'theirs')
    commit(at.path, { 'a.txt': 'theirs\n' })
    git(at.path, 'checkout', '-q', at.branch)
    const mine = commit(at.path, { 'a.txt': 'mine\n' })
    expect(() => git(at.path, ...command)).toThrow('Command failed')
    write(at.path, { 'extra.txt': 'e' })
    const status = git(at.path, 'status', '--porcelain')
    const done = await collect(at)
    expect(done).toMatchObject({ changed: true, unfinished: kind })
    expect(done.notes[0]).toContain(`${kind} was left unfinished`)
    expect(git(at.path, 'status', '--porcelain')).toBe(status)
    expect(tipOf(at)).toBe(mine)
    expect(git(at.path, 'show', 'refs/yard/results/agent-1:a.txt')).toContain('<<<<<<<')
    expect(git(at.path, 'show', 'refs/yard/results/agent-1:extra.txt')).toBe('e')
  },
)

test('a title cannot break the message or forge a trailer', async () => {
  const { at } = await start()
  write(at.path, { 'b.txt': 'b' })
  await collect(at, '--amend\n\nYard-Task: forged\u0000\u2028# x\r\n')
  expect(show(at, '--format=%s')).toBe('yard: --amend Yard-Task: forged # x')
  expect(show(at, '--format=%(trailers)').trim()).toBe('Yard-Task: t1\nYard-Agent: agent-1')
})

test("the repository's user signs the commit when configured, else Yardmaster, and nothing is GPG-signed", async () => {
  const { at } = await start()
  git(at.path, 'config', 'commit.gpgSign', 'true')
  write(at.path, { 'b.txt': 'b' })
  await collect(at)
  expect(show(at, '--format=%an <%ae>')).toBe('Yardmaster <yard@localhost>')
  git(at.path, 'config', 'user.name', 'Repo User')
  git(at.path, 'config', 'user.email', 'repo@example.org')
  write(at.path, { 'c.txt': 'c' })
  await collect(at)
  expect(show(at, '--format=%an <%ae> %G?')).toBe('Repo User <repo@example.org> N')
})

test('an index.lock left by a killed git does not lose the work, and is named', async () => {
  const { at } = await start()
  const lock = join(git(at.path, 'rev-parse', '--absolute-git-dir'), 'index.lock')
  writeFileSync(lock, '')
  write(at.path, { 'b.txt': 'b' })
  const done = await collect(at)
  expect(done).toMatchObject({ changed: true, dirtyCommitted: true })
  expect(done.notes[0]).toContain(lock)
  expect(existsSync(lock)).toBe(true)
})

test('a worktree that lost its .git file is mended, not taken for the tree around it', async () => {
  const { box, at } = await start()
  const before = checkoutState(box.root)
  write(at.path, { 'b.txt': 'b' })
  rmSync(join(at.path, '.git'))
  expect(await collect(at)).toMatchObject({ changed: true, filesChanged: 1 })
  expect(checkoutState(box.root)).toBe(before)
})

test('a worktree that is gone, or was made another repository, is a failure', async () => {
  const { at } = await start()
  const words = { agentId: 'agent-1', taskId: 't1', taskTitle: 't' }
  rmSync(join(at.path, '.git'))
  git(at.path, 'init', '-q')
  expect(mustFail(await collectResult({ ...at, ...words })).problem).toBe('broken-worktree')
  rmSync(at.path, { recursive: true })
  expect(mustFail(await collectResult({ ...at, ...words })).problem).toBe('broken-worktree')
})
