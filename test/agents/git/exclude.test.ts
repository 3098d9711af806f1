import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { protectYardFolder } from '../../../src/agents/git/exclude.ts'
import { findGit, mainCheckoutOf } from '../../../src/agents/git/repository.ts'
import { commit, git, must, prepare, project, sandbox, write } from './git-sandbox.ts'

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
