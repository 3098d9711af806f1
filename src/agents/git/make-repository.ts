/** Makes a repository of a folder's files, with one commit on `main`. */
import { ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import { createGit } from './git.ts'
import type { GitFailure } from './git-failure.ts'

/** It neither depends on, nor signs as, whoever is at the machine: `author` is set in the repository itself. */
export async function makeRepository(
  folder: string,
  author: { readonly name: string; readonly email: string },
  message: string,
): Promise<Result<null, GitFailure>> {
  const git = createGit(folder, null)
  const steps = [
    ['init', '-q'],
    ['symbolic-ref', 'HEAD', 'refs/heads/main'],
    ['config', 'user.name', author.name],
    ['config', 'user.email', author.email],
    ['config', 'commit.gpgsign', 'false'],
    ['add', '.'],
    ['commit', '-q', '-m', message],
  ]
  for (const step of steps) {
    const done = await git(step)
    if (!done.ok) return done
  }
  return ok(null)
}
