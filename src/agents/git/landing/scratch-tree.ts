/** A detached worktree of our own, to try a commit in. Nobody works there, so it is made anew and removed without asking. */
import { lstat, rm } from 'node:fs/promises'
import type { Result } from '../../../base/result.ts'
import { attempted, type GitFailure } from '../git-failure.ts'
import { SLOW_MS } from '../git.ts'
import { withRepositoryLock } from '../repository-lock.ts'
import { commitAt, type Repository } from '../repository.ts'
import { listWorktrees, spellingOf } from '../worktree/worktree-registry.ts'

/** The folder, with links resolved. One that has the commit already is kept, for a line may be running in it. */
export const addScratchTree = (
  repo: Repository,
  path: string,
  commit: string,
): Promise<Result<string, GitFailure>> =>
  attempted(async () => {
    await unlink(path)
    const spelled = await spellingOf(path)
    const git = repo.gitIn(spelled)
    const isKnown = (await listWorktrees(repo)).some((entry) => entry.path === spelled)
    const at = isKnown ? await commitAt(git, 'HEAD').catch(() => null) : null
    if (at !== commit) {
      if (isKnown) await removeScratchTree(repo, spelled)
      // A removal that was cut short has forgotten the tree and left files, which git would not write over.
      else await rm(spelled, { recursive: true, force: true }).catch(() => undefined)
      const form = ['worktree', 'add', '--quiet', '--no-checkout', '--detach', '--force']
      await withRepositoryLock(repo.commonDir, () => repo.git([...form, spelled, commit]))
    }
    // A second time it only looks: files that a line has made meanwhile stay.
    await git(['reset', '--hard', '--quiet'], { timeoutMs: SLOW_MS })
    return spelled
  })

/** Gone afterwards, as far as the system lets us; what is left is taken away the next time. */
export async function removeScratchTree(repo: Repository, path: string): Promise<void> {
  await unlink(path)
  const spelled = await spellingOf(path)
  const args = ['worktree', 'remove', '--force', '--force', spelled]
  await attempted(() =>
    withRepositoryLock(repo.commonDir, () =>
      repo.git(args, { expect: [0, 128], timeoutMs: SLOW_MS }),
    ),
  )
  await rm(spelled, { recursive: true, force: true }).catch(() => undefined)
}

/** A link in its place was put there by what ran in it: nothing behind it is ours. */
async function unlink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (found?.isSymbolicLink()) await rm(path, { force: true })
}
