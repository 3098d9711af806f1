import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { gitEnvironment } from '../../../src/agents/git/git.ts'
import { attempted, failureOf } from '../../../src/agents/git/git-failure.ts'
import {
  findGit,
  mainCheckoutOf,
  openRepository,
  protectYardFolder,
} from '../../../src/agents/git/repository.ts'
import {
  commit,
  git,
  must,
  mustFail,
  open,
  prepare,
  project,
  sandbox,
  write,
} from './git-sandbox.ts'

test('a repository is found from a folder inside it', async () => {
  const box = sandbox()
  const head = project(box, { 'deep/er/a.txt': '1' })
  const repo = await open(join(box.root, 'deep', 'er'))
  expect(repo).toMatchObject({
    toplevel: box.root,
    commonDir: join(box.root, '.git'),
    isBare: false,
    headRef: 'refs/heads/main',
    head,
  })
})

test('a linked worktree and a symbolic link lead to the same common directory', async () => {
  const box = sandbox()
  project(box)
  git(box.root, 'worktree', 'add', '-q', '--detach', join(box.home, 'linked'))
  symlinkSync(box.root, join(box.home, 'alias'))
  const linked = await open(join(box.home, 'linked'))
  expect(linked).toMatchObject({ commonDir: join(box.root, '.git'), headRef: null })
  expect((await open(join(box.home, 'alias'))).commonDir).toBe(linked.commonDir)
})

test('an unborn and a bare repository say what they are', async () => {
  const box = sandbox()
  git(box.root, 'init', '-q', '-b', 'main')
  expect(await open(box.root)).toMatchObject({ head: null, headRef: 'refs/heads/main' })
  git(box.home, 'init', '-q', '--bare', 'bare.git')
  const bare = await open(join(box.home, 'bare.git'))
  expect(bare).toMatchObject({ isBare: true, toplevel: null, head: null })
})

test('GIT_DIR in the environment does not lead to another repository', async () => {
  const box = sandbox()
  project(box)
  git(box.home, 'init', '-q', 'other')
  vi.stubEnv('GIT_DIR', join(box.home, 'other', '.git'))
  vi.stubEnv('GIT_WORK_TREE', join(box.home, 'other'))
  vi.stubEnv('GIT_INDEX_FILE', join(box.home, 'index'))
  expect((await open(box.root)).commonDir).toBe(join(box.root, '.git'))
})

test('every name that git calls local to a repository is dropped from the environment', () => {
  const box = sandbox()
  const names = git(box.root, 'rev-parse', '--local-env-vars').split('\n')
  expect(names).toContain('GIT_DIR')
  const poisoned = Object.fromEntries(names.map((name) => [name, 'x']))
  const clean = gitEnvironment({ ...poisoned, PATH: '/bin', GIT_AUTHOR_DATE: '1', LANG: 'de_DE' })
  expect(clean).toMatchObject({ PATH: '/bin', LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' })
  for (const name of [...names, 'GIT_AUTHOR_DATE', 'LANG']) expect(clean).not.toHaveProperty(name)
})

test('what is no repository, no folder or has no git is a failure with a way out', async () => {
  const box = sandbox()
  vi.stubEnv('GIT_CEILING_DIRECTORIES', box.home)
  const outside = mustFail(await openRepository(box.root, null))
  expect(outside).toMatchObject({ kind: 'git', problem: 'not-a-repository' })
  expect(outside.message).toContain('git init')
  const nowhere = mustFail(await openRepository(join(box.home, 'nowhere'), null))
  expect(nowhere.problem).toBe('no-such-folder')
  vi.stubEnv('PATH', join(box.home, 'nowhere'))
  expect(mustFail(await openRepository(box.root, null)).problem).toBe('git-missing')
})

test('a git before 2.38 is refused', async () => {
  const box = sandbox()
  mkdirSync(join(box.home, 'bin'))
  write(box.home, { 'bin/git': '#!/bin/sh\necho git version 2.34.1\n' })
  chmodSync(join(box.home, 'bin', 'git'), 0o755)
  vi.stubEnv('PATH', `${join(box.home, 'bin')}:${process.env['PATH']}`)
  expect(mustFail(await openRepository(box.root, null)).problem).toBe('git-too-old')
})

test('a command that fails is named, and its hang is cut off', async () => {
  const box = sandbox()
  project(box)
  const repo = await open(box.root)
  const failed = mustFail(await attempted(() => repo.git(['cat-file', '-t', 'nothing'])))
  expect(failed).toMatchObject({ problem: 'command-failed' })
  expect(failed.message).toContain('git cat-file failed')
  expect(failed.message).not.toContain('\n')
  const hang = ['-c', 'alias.hang=!sleep 60', 'hang']
  const hung = await attempted(() => repo.git(hang, { timeoutMs: 50 }))
  expect(mustFail(hung).problem).toBe('timeout')
  const none = await repo.git(['rev-parse', '-q', '--verify', 'no'], { expect: [1] })
  expect(none.exitCode).toBe(1)
})

test.each([
  [
    "fatal: detected dubious ownership in repository at '/x'",
    'dubious-ownership',
    'safe.directory',
  ],
  ['fatal: sha1 file write error: No space left on device', 'disk-full', 'free some space'],
  ["fatal: Unable to create '/x/.git/index.lock': File exists.", 'locked', '/x/.git/index.lock'],
  [
    "fatal: cannot lock ref 'refs/heads/a': is at 12ab but expected 34cd",
    'ref-moved',
    'at the same moment',
  ],
  ['error: open("a"): Permission denied', 'no-permission', 'writable'],
  ["error: external filter 'git-lfs smudge -- %f' failed 127", 'filter-failed', 'git-lfs smudge'],
  ['git-lfs filter-process: 1: git-lfs: not found\nfatal: x', 'filter-failed', 'install it'],
])('git saying %j is the problem %s', (stderr, problem, hint) => {
  const failure = failureOf(['update-ref'], '/x', stderr)
  expect(failure.problem).toBe(problem)
  expect(failure.message).toContain(hint)
})

// Keeping git away from `.yard/`, and finding the main checkout.

function yardIn(root: string): string {
  write(root, { '.yard/yard.db': 'all my tasks', '.yard/agents/agent-1/output': 'x' })
  return join(root, '.yard', 'yard.db')
}

test('git clean -fdx leaves the yard, status stays clean and add -A takes nothing of it', async () => {
  const box = sandbox()
  project(box)
  write(box.root, { '.git/info/exclude': '# mine\n*.bak' })
  const db = yardIn(box.root)
  const done = must(await protectYardFolder(box.root))
  expect(done).toMatchObject({ kind: 'protected' })
  const { path } = await prepare(box, 't1')
  git(box.root, 'clean', '-fdxq')
  git(box.root, 'stash', '--all', '-q')
  expect(existsSync(db)).toBe(true)
  expect(existsSync(join(path, 'a.txt'))).toBe(true)
  expect(git(box.root, 'status', '--porcelain')).toBe('')
  git(box.root, 'add', '-A')
  expect(git(box.root, 'diff', '--cached', '--name-only')).toBe('')
  expect(git(join(box.root, '.yard'), 'status', '--porcelain')).toBe('')
})

test('without the guard the same command removes the yard, and -ffdx removes it in spite of it', async () => {
  const box = sandbox()
  project(box)
  const db = yardIn(box.root)
  git(box.root, 'clean', '-fdxq')
  expect(existsSync(db)).toBe(false)
  yardIn(box.root)
  must(await protectYardFolder(box.root))
  git(box.root, 'clean', '-ffdxq')
  expect(existsSync(db)).toBe(false)
})

test('protecting twice adds one line and keeps what was there', async () => {
  const box = sandbox()
  project(box)
  write(box.root, { '.git/info/exclude': '# mine\n*.bak' })
  must(await protectYardFolder(box.root))
  must(await protectYardFolder(box.root))
  const exclude = readFileSync(join(box.root, '.git/info/exclude'), 'utf8')
  expect(exclude).toBe('# mine\n*.bak\n.yard/\n')
})

test('a yard in a subfolder, in a linked worktree or under GIT_DIR is protected in the right repository', async () => {
  const box = sandbox()
  project(box)
  git(box.home, 'init', '-q', 'other')
  vi.stubEnv('GIT_DIR', join(box.home, 'other', '.git'))
  mkdirSync(join(box.root, 'sub'))
  const excludeFile = join(box.root, '.git', 'info', 'exclude')
  expect(must(await protectYardFolder(join(box.root, 'sub')))).toMatchObject({ excludeFile })
  vi.stubEnv('GIT_DIR', undefined)
  const linked = join(box.home, 'linked')
  git(box.root, 'worktree', 'add', '-q', '--detach', linked)
  const db = yardIn(linked)
  expect(must(await protectYardFolder(linked))).toMatchObject({ excludeFile })
  git(linked, 'clean', '-fdxq')
  expect(existsSync(db)).toBe(true)
  expect(git(linked, 'status', '--porcelain')).toBe('')
})

test('outside git nothing is written', async () => {
  const box = sandbox()
  expect(must(await protectYardFolder(box.root))).toEqual({ kind: 'not-in-git' })
  expect(existsSync(join(box.root, '.yard'))).toBe(false)
})

test('the main checkout is found from a linked worktree and from nowhere else', async () => {
  const box = sandbox()
  project(box)
  must(await protectYardFolder(box.root))
  const { path } = await prepare(box, 't1')
  mkdirSync(join(path, 'deep', 'er'), { recursive: true })
  expect(mainCheckoutOf(join(path, 'deep', 'er'))).toBe(box.root)
  expect(mainCheckoutOf(box.root)).toBeNull()
  expect(mainCheckoutOf(join(box.root, '.yard', 'agents'))).toBeNull()
  expect(mainCheckoutOf(box.home)).toBeNull()
  expect(mainCheckoutOf(join(box.home, 'nowhere'))).toBeNull()
})

test('a worktree of a bare repository and a submodule have no main checkout', () => {
  const box = sandbox()
  project(box)
  git(box.home, 'clone', '-q', '--bare', box.root, 'bare.git')
  git(join(box.home, 'bare.git'), 'worktree', 'add', '-q', join(box.home, 'of-bare'), '-b', 'b')
  expect(mainCheckoutOf(join(box.home, 'of-bare'))).toBeNull()
  expect(findGit(join(box.home, 'of-bare'))?.isLinked).toBe(true)
  git(box.home, 'init', '-q', 'lib')
  commit(join(box.home, 'lib'), { l: 'l' })
  const allow = ['-c', 'protocol.file.allow=always']
  git(box.root, ...allow, 'submodule', '--quiet', 'add', join(box.home, 'lib'), 'lib')
  expect(mainCheckoutOf(join(box.root, 'lib'))).toBeNull()
  expect(findGit(join(box.root, 'lib'))).toMatchObject({ toplevel: join(box.root, 'lib') })
})
