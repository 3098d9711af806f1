/** A temp folder with real git in it, cut off from the machine's own git settings. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import type { GitGuard } from '../../../src/agents/git/git-guard.ts'
import { openRepository, type Repository } from '../../../src/agents/git/repository.ts'
import { taskBase } from '../../../src/agents/git/worktree/base.ts'
import { collectResult, type CollectedWork } from '../../../src/agents/git/worktree/collect.ts'
import {
  worktreeBranchOf,
  worktreeNameOf,
} from '../../../src/agents/git/worktree/worktree-registry.ts'
import { ensureWorktree, type Worktree } from '../../../src/agents/git/worktree/worktree.ts'
import type { Result } from '../../../src/base/result.ts'

export interface Sandbox {
  readonly home: string
  /** The person's checkout. */
  readonly root: string
  readonly worktrees: string
}

/** Isolated home; the folder goes when the test ends. */
export function sandbox(): Sandbox {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'yard-git-')))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  vi.stubEnv('HOME', home)
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const root = join(home, 'project')
  mkdirSync(root)
  return { home, root, worktrees: join(root, '.yard', 'worktrees') }
}

export const person = ['-c', 'user.name=Pat', '-c', 'user.email=pat@example.org']

export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', [...person, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd()
}

export function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

export function commit(folder: string, files: Record<string, string>, message = 'change'): string {
  write(folder, files)
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '--allow-empty', '-m', message)
  return git(folder, 'rev-parse', 'HEAD')
}

/** A repository with one commit, and `.yard/` out of its sight. */
export function project(
  box: Sandbox,
  files: Record<string, string> = { 'a.txt': 'one\n' },
): string {
  git(box.root, 'init', '-q', '-b', 'main')
  write(box.root, { '.git/info/exclude': '.yard/\n' })
  return commit(box.root, files, 'first')
}

export function must<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

export function mustFail<E>(result: Result<unknown, E>): E {
  if (result.ok) throw new Error(`did not fail: ${JSON.stringify(result.value)}`)
  return result.error
}

/** Everything of a person's checkout that must never move. */
export function checkoutState(root: string): string {
  return [
    git(root, 'status', '--porcelain', '--branch', '--untracked-files=all'),
    git(root, 'rev-parse', 'HEAD'),
    git(root, 'ls-files', '--stage'),
    git(root, 'stash', 'list'),
  ].join('\n--\n')
}

export async function open(folder: string, guard: GitGuard | null = null): Promise<Repository> {
  return must(await openRepository(folder, guard))
}

export interface Prepared extends Worktree {
  readonly repo: Repository
  readonly taskId: string
}

export interface Start {
  readonly guard?: GitGuard
  readonly generation?: number
  readonly results?: readonly { name: string; commit: string }[]
}

/** Base and worktree of a task, as a coordinator asks for them. */
export async function prepare(box: Sandbox, taskId: string, start: Start = {}): Promise<Prepared> {
  const repo = await open(box.root, start.guard)
  const name = worktreeNameOf(taskId)
  const base = must(
    await taskBase({
      repo,
      name,
      generation: start.generation ?? 1,
      target: null,
      results: start.results ?? [],
    }),
  )
  const request = { repo, root: box.worktrees, name, base, branch: worktreeBranchOf(name) }
  return { ...must(await ensureWorktree(request)), repo, taskId }
}

export async function collect(at: Prepared, title = 'A task'): Promise<CollectedWork> {
  const { repo, path, branch, base, taskId } = at
  const words = { agentId: 'agent-1', taskId, taskTitle: title }
  return must(await collectResult({ repo, path, branch, base, ...words }))
}

export interface Worked {
  readonly at: Prepared
  /** The commit of its result. */
  readonly made: string
}

/** A task that has written these files in its worktree, collected. */
export async function worked(
  box: Sandbox,
  taskId: string,
  files: Record<string, string>,
): Promise<Worked> {
  const at = await prepare(box, taskId)
  write(at.path, files)
  const { commit: made } = await collect(at)
  if (made === null) throw new Error('nothing was collected')
  return { at, made }
}

/** A result as a lander hands it to be merged. */
export const workOf = (made: string) => ({
  taskId: 't1',
  title: 'A task',
  result: made,
  commit: made,
})

/** What a target is to be moved to, as a lander asks for it. */
export const moveTo = (commit: string, isWithdrawn = (): boolean => false) => ({
  commit,
  title: 'A task',
  isWithdrawn,
})

/** From now on our git first does this, as a line of `sh` with git's arguments: it may end there. */
export function gitThat(box: Sandbox, line: string): void {
  const folder = join(box.home, 'bin')
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  write(folder, { git: `#!/bin/sh\n${line}\nexec '${real}' "$@"\n` })
  chmodSync(join(folder, 'git'), 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`)
}
