/** Ties a worktree folder and its registration together again after a crash, a prune or a lost `.git` file. */
import { readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { err, ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import { gitFailure } from './git-failure.ts'
import type { GitFailure } from './git-failure.ts'
import type { Repository } from './repository.ts'
import { spellingOf } from './worktree-list.ts'

/** Whether the folder's `.git` is a file that names an entry of this repository, alive or not. */
export async function pointsInto(repo: Repository, path: string): Promise<boolean> {
  const link = await readFile(join(path, '.git'), 'utf8').catch(() => '')
  const target = /^gitdir: (.+)/.exec(link)?.[1]
  if (target === undefined) return false
  return dirname(await spellingOf(resolve(path, target))) === join(repo.commonDir, 'worktrees')
}

/** Where a new registration is made before it is moved; a crash between leaves it registered there. */
export function twinOf(path: string): string {
  return join(dirname(path), `.mend-${basename(path)}`)
}

/**
 * Without a branch: the folder is registered and only its `.git` file is lost. With one: the folder is there and its
 * registration is gone; a new one is made beside it by git itself and moved over. No file of the work is touched.
 */
export async function mendRegistration(
  repo: Repository,
  path: string,
  branch?: string,
): Promise<Result<void, GitFailure>> {
  if (branch !== undefined) {
    const moved = await registerAnew(repo, path, branch)
    if (!moved.ok) return moved
  }
  const repaired = await repo.git(['worktree', 'repair', path], { expect: [0, 1] })
  if (!repaired.ok) return repaired
  if (await pointsInto(repo, path)) return ok(undefined)
  return err(
    gitFailure(
      'broken-worktree',
      `${path} has lost its tie to the repository and git could not mend it; move it away and retry`,
      repaired.value.stderr,
    ),
  )
}

async function registerAnew(
  repo: Repository,
  path: string,
  branch: string,
): Promise<Result<void, GitFailure>> {
  const twin = twinOf(path)
  await rm(join(twin, '.git'), { force: true })
  const args = ['worktree', 'add', '--quiet', '--no-checkout', '--force', twin, branch]
  const added = await repo.git(args)
  if (!added.ok) return added
  await rename(join(twin, '.git'), join(path, '.git'))
  await rm(twin, { recursive: true, force: true })
  return ok(undefined)
}
