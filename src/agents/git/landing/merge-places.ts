/** Where a merge that was given to somebody may be made, and what such a place may not bring along. */
import { basename, sep } from 'node:path'
import { ok, type Result } from '../../../base/result.ts'
import type { Merging } from '../../../domain/landing.ts'
import type { GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'
import { commitAt, isAncestor, type Repository } from '../repository.ts'
import { listWorktrees, type RegisteredWorktree } from '../worktree/worktree-registry.ts'

export interface MergePlace {
  /** As people know it. */
  readonly name: string
  readonly commit: string
  /** Null where no folder has it checked out. */
  readonly folder: string | null
  /** Made for this merge, or the branch that it is for: all that it holds may count. Elsewhere nothing else may come along. */
  readonly isMeant: boolean
  /** Somebody may be sent there: no branch of theirs moves that this has nothing to do with. */
  readonly isOffered: boolean
}

/** The folder of the merge task comes first (its branch is `own`), then that of the person. */
export async function placesOf(
  repo: Repository,
  { ours, kind }: Merging,
  own: string | null,
): Promise<Result<readonly MergePlace[], GitFailure>> {
  const listed = await listWorktrees(repo)
  if (!listed.ok) return listed
  const ownRef = own === null ? null : `refs/heads/${own}`
  const targetRef = kind === 'landing' ? `refs/heads/${ours.name}` : null
  const isOwn = ({ path, headRef }: RegisteredWorktree): boolean =>
    headRef === null
      ? own !== null && isOfYard(path) && `yard/${basename(path)}` === own
      : headRef === ownRef
  const isOthers = (one: RegisteredWorktree): boolean =>
    !isOwn(one) &&
    one.path !== repo.toplevel &&
    (isOfYard(one.path) || (one.headRef?.startsWith('refs/heads/yard/') ?? false))
  const rank = (one: RegisteredWorktree): number =>
    isOwn(one) ? 0 : one.path === repo.toplevel ? 1 : 2
  const places: MergePlace[] = listed.value
    .filter((one) => !isOthers(one))
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((one) => {
      const { path, head, headRef } = one
      const isMeant = targetRef === null || isOwn(one) || headRef === targetRef
      const isOffered = isMeant || headRef === null
      return head === null ? [] : [{ name: path, commit: head, folder: path, isMeant, isOffered }]
    })
  for (const branch of [own, kind === 'landing' ? ours.name : null]) {
    if (branch === null) continue
    const tip = await commitAt(repo.git, `refs/heads/${branch}`)
    if (!tip.ok) return tip
    if (tip.value !== null)
      places.push({
        name: branch,
        commit: tip.value,
        folder: null,
        isMeant: true,
        isOffered: false,
      })
  }
  return ok(places)
}

const isOfYard = (path: string): boolean =>
  [`${sep}.yard${sep}worktrees${sep}`, `${sep}.yard${sep}landings${sep}`].some((part) =>
    path.includes(part),
  )

/** More are not looked through. */
const MAX_LOOKED = 20

/**
 * The newest commit that would come along with the merge at `tip` though it belongs to neither side nor to the target (`held`);
 * null when there is none. The merge itself is none, nor is what only took the last marks out of it.
 */
export async function strayIn(
  git: Git,
  merging: Merging,
  tip: string,
  held: string | null,
): Promise<Result<string | null, GitFailure>> {
  const known = [merging.ours.commit, merging.theirs.commit, ...(held === null ? [] : [held])]
  const limits = ['--max-parents=1', `--max-count=${MAX_LOOKED + 1}`]
  const listed = await git(['rev-list', ...limits, tip, ...known.map((one) => `^${one}`), '--'])
  if (!listed.ok) return listed
  const commits = listed.value.stdout.split('\n').filter(Boolean)
  if (commits.length > MAX_LOOKED) return ok(commits[0] ?? null)
  for (const commit of commits) {
    const isRest = await isRestOfMerge(git, merging, commit)
    if (!isRest.ok) return isRest
    if (!isRest.value) return ok(commit)
  }
  return ok(null)
}

/** On top of the merge, and in nothing but the files that clashed. */
async function isRestOfMerge(
  git: Git,
  merging: Merging,
  commit: string,
): Promise<Result<boolean, GitFailure>> {
  const isOnTop = await holdsBoth(git, merging, commit)
  if (!isOnTop.ok || !isOnTop.value) return isOnTop
  const flags = ['-r', '-z', '--name-only', '--no-renames', '--no-commit-id', '--no-ext-diff']
  const listed = await git(['diff-tree', ...flags, commit, '--'])
  if (!listed.ok) return listed
  const clashed = new Set(merging.paths)
  return ok(listed.value.stdout.split('\0').every((path) => path === '' || clashed.has(path)))
}

/** Whether both sides of the merge are in the commit. */
export async function holdsBoth(
  git: Git,
  { ours, theirs }: Merging,
  commit: string,
): Promise<Result<boolean, GitFailure>> {
  for (const side of [ours, theirs]) {
    const known = await commitAt(git, side.commit)
    if (!known.ok) return known
    const isIn = known.value === null ? ok(false) : await isAncestor(git, known.value, commit)
    if (!isIn.ok || !isIn.value) return isIn
  }
  return ok(true)
}
