/** A detached worktree of our own, to try a commit in. Nobody works there, so it is made anew and removed without asking. */
import { lstat, rm } from 'node:fs/promises'
import { ok, type Result } from '../../../base/result.ts'
import type { GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'
import { withRepositoryLock } from '../repository-lock.ts'
import { commitAt, type Repository } from '../repository.ts'
import { listWorktrees, spellingOf } from '../worktree/worktree-registry.ts'

const CHECKOUT_MS = 15 * 60_000

/** The folder, with links resolved. One that has the commit already is kept, for a line may be running in it. */
export async function addScratchTree(
  repo: Repository,
  path: string,
  commit: string,
): Promise<Result<string, GitFailure>> {
  await unlink(path)
  const spelled = await spellingOf(path)
  const known = await registered(repo, spelled)
  if (!known.ok) return known
  const git = repo.gitIn(spelled)
  if (known.value) {
    const at = await commitAt(git, 'HEAD')
    if (at.ok && at.value === commit) return fill(git, spelled)
    await removeScratchTree(repo, spelled)
  } else {
    // A removal that was cut short has forgotten the tree and left files, which git would not write over.
    await rm(spelled, { recursive: true, force: true }).catch(() => undefined)
  }
  const added = await withRepositoryLock(repo.commonDir, () =>
    repo.git([
      'worktree',
      'add',
      '--quiet',
      '--no-checkout',
      '--detach',
      '--force',
      spelled,
      commit,
    ]),
  )
  return added.ok ? fill(git, spelled) : added
}

/** A second time it only looks: files that a line has made meanwhile stay. */
async function fill(git: Git, path: string): Promise<Result<string, GitFailure>> {
  const filled = await git(['reset', '--hard', '--quiet'], { timeoutMs: CHECKOUT_MS })
  return filled.ok ? ok(path) : filled
}

/** Gone afterwards, as far as the system lets us; what is left is taken away the next time. */
export async function removeScratchTree(repo: Repository, path: string): Promise<void> {
  await unlink(path)
  const spelled = await spellingOf(path)
  await withRepositoryLock(repo.commonDir, async () => {
    const done = await repo.git(['worktree', 'remove', '--force', '--force', spelled], {
      expect: [0, 128],
      timeoutMs: CHECKOUT_MS,
    })
    return done.ok ? ok(undefined) : done
  })
  await rm(spelled, { recursive: true, force: true }).catch(() => undefined)
}

/** A link in its place was put there by what ran in it: nothing behind it is ours. */
async function unlink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (found?.isSymbolicLink()) await rm(path, { force: true })
}

async function registered(repo: Repository, path: string): Promise<Result<boolean, GitFailure>> {
  const listed = await listWorktrees(repo)
  return listed.ok ? ok(listed.value.some((entry) => entry.path === path)) : listed
}
