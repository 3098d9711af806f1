/** Nested repositories: a gitlink that `.gitmodules` does not name points at commits nobody else will ever have. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { Git } from './git.ts'
import type { GitFailure } from './git-failure.ts'

const GITLINK = '160000'
const GONE = '000000'

interface Change {
  readonly oldMode: string
  readonly newMode: string
  readonly oldId: string
  readonly path: string
}

/** Puts every such path of the index back to what the base has there, and says so. `git` must be bound to that index. */
export async function dropStrayGitlinks(
  git: Git,
  base: string,
): Promise<Result<string[], GitFailure>> {
  const args = ['diff-index', '--cached', '--raw', '-z', '--no-abbrev', '--no-renames', base, '--']
  const compared = await git([...args])
  if (!compared.ok) return compared
  const links = readChanges(compared.value.stdout).filter((change) => change.newMode === GITLINK)
  if (links.length === 0) return ok([])
  const named = await submodulePaths(git)
  if (!named.ok) return named
  const stray = links.filter((change) => !named.value.has(change.path))
  if (stray.length === 0) return ok([])
  const input = stray
    .map(({ oldMode, oldId, path }) =>
      oldMode === GONE
        ? `0 ${'0'.repeat(oldId.length)}\t${path}\0`
        : `${oldMode} ${oldId}\t${path}\0`,
    )
    .join('')
  const updated = await git(['update-index', '-z', '--index-info'], { input })
  if (!updated.ok) return updated
  return ok(
    stray.map(
      ({ path }) =>
        `${path} is a repository of its own that .gitmodules does not name; it stays in the worktree and is not in the result`,
    ),
  )
}

/** `:oldmode newmode oldid newid status NUL path NUL` … */
function readChanges(raw: string): Change[] {
  const fields = raw.split('\0')
  const changes: Change[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', newMode = '', oldId = ''] = (fields[at] ?? '').slice(1).split(' ')
    changes.push({ oldMode, newMode, oldId, path: fields[at + 1] ?? '' })
  }
  return changes
}

/** From the `.gitmodules` of the same index, which is what the commit will hold. */
async function submodulePaths(git: Git): Promise<Result<Set<string>, GitFailure>> {
  const args = ['config', '--blob', ':.gitmodules', '-z', '--get-regexp', '^submodule\\..*\\.path$']
  // 1: names nothing; 128: there is no such file.
  const listed = await git(args, { expect: [0, 1, 128] })
  if (!listed.ok) return listed
  if (listed.value.exitCode !== 0) return ok(new Set())
  const rows = listed.value.stdout.split('\0').filter((row) => row !== '')
  return ok(new Set(rows.map((row) => row.slice(row.indexOf('\n') + 1))))
}

/**
 * Paths in the index that are repositories with files of their own in the checkout. Git would run itself in them to see whether they
 * have changed, and with it the filters that they name: an agent may have made them.
 */
export async function nestedRepositories(
  git: Git,
  checkout: string,
): Promise<Result<string[], GitFailure>> {
  const listed = await git(['ls-files', '--stage', '-z'])
  if (!listed.ok) return listed
  const links = listed.value.stdout
    .split('\0')
    .filter((row) => row.startsWith(GITLINK))
    .map((row) => row.slice(row.indexOf('\t') + 1))
  const nested: string[] = []
  for (const path of links)
    if ((await lstat(join(checkout, path, '.git')).catch(() => null)) !== null) nested.push(path)
  return ok(nested)
}

/** Puts into the index which commit each of them is at; git looks that up without running itself there. */
export async function linkNested(
  git: Git,
  paths: readonly string[],
): Promise<Result<void, GitFailure>> {
  if (paths.length === 0) return ok(undefined)
  const input = paths.map((path) => `${path}\0`).join('')
  const linked = await git(['update-index', '-z', '--stdin'], { input })
  return linked.ok ? ok(undefined) : linked
}
