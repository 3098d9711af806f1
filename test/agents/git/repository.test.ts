import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { gitEnvironment } from '../../../src/agents/git/git.ts'
import { failureOf } from '../../../src/agents/git/git-failure.ts'
import { openRepository } from '../../../src/agents/git/repository.ts'
import { git, must, mustFail, open, project, sandbox, write } from './git-sandbox.ts'

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
  const failed = mustFail(await repo.git(['cat-file', '-t', 'nothing']))
  expect(failed).toMatchObject({ problem: 'command-failed' })
  expect(failed.message).toContain('git cat-file failed')
  expect(failed.message).not.toContain('\n')
  const hung = await repo.git(['-c', 'alias.hang=!sleep 60', 'hang'], { timeoutMs: 50 })
  expect(mustFail(hung).problem).toBe('timeout')
  expect(
    must(await repo.git(['rev-parse', '-q', '--verify', 'no'], { expect: [1] })).exitCode,
  ).toBe(1)
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
