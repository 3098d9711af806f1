/** Whether a merge that was given to somebody is made: both sides in one commit, and no mark of the conflict left. */
import { basename, sep } from 'node:path'
import type { Result } from '../../../base/result.ts'
import type { Merging } from '../../../domain/landing.ts'
import { attempted, someOf, type GitFailure } from '../git-failure.ts'
import { readLine, rowsOf, type Git } from '../git.ts'
import { commitAt, isAncestor, readPath, type Repository } from '../repository.ts'
import { operationIn } from '../worktree/checkout.ts'
import { oneLine } from '../worktree/snapshot.ts'
import { listWorktrees, type RegisteredWorktree } from '../worktree/worktree-registry.ts'
import { landingTarget, mergeIntoTarget } from './land.ts'
import { markedFiles } from './merge-tree.ts'

/**
 * settled: `commit` holds both sides; null where nothing is left to be merged. open: `why` in a line for people, and the folder where it
 * would be done.
 */
export type MergeState =
  | { readonly kind: 'settled'; readonly commit: string | null }
  | {
      readonly kind: 'open'
      readonly why: string
      /** Null where a folder has to be made for it, at `start`. */
      readonly folder: string | null
      readonly start: string
      /** The commits that are still to be merged there; none where only the rest of a merge is to be done. */
      readonly missing: readonly string[]
    }

/**
 * Looks where it may have been merged: in the worktree of the merge task (its branch is `own`), in the checkouts of people, and on
 * the branch that it is for. To find that nothing is left to be merged it merges on trial, by which git runs what the repository's
 * settings name: not for a yard that nobody has confirmed.
 */
export const stateOfMerge = (
  repo: Repository,
  merging: Merging,
  own: string | null,
): Promise<Result<MergeState, GitFailure>> =>
  attempted(async () => {
    const places = await placesOf(repo, merging, own)
    const held =
      merging.kind === 'landing'
        ? await commitAt(repo.git, `refs/heads/${merging.ours.name}`)
        : null
    const search: Search = { repo, git: repo.git, merging, places, held }
    const { commit, fault, stray } = await mergedIn(search)
    if (commit !== null) return { kind: 'settled', commit }
    if (fault === null && (await isNeedless(repo, merging)))
      return { kind: 'settled', commit: null }
    const begun = fault ?? (await halfMade(search))
    const start = held ?? merging.ours.commit
    return begun === null
      ? stillOpen(search, start, stray)
      : { kind: 'open', ...begun, start, missing: [] }
  })

async function stillOpen(
  search: Search,
  start: string,
  stray: Found['stray'],
): Promise<MergeState> {
  const { git, merging } = search
  const folder = await offered(search)
  const missing = await missingIn(git, merging, folder?.commit ?? start)
  const why = stray ?? nowhere(merging)
  return { kind: 'open', why, folder: folder?.path ?? null, start, missing }
}

interface Search {
  readonly repo: Repository
  readonly git: Git
  readonly merging: Merging
  readonly places: readonly MergePlace[]
  /** The tip of the branch that it is for; null where it is for none. */
  readonly held: string | null
}

/** Where it would be merged now; null when a folder has to be made for it. */
async function offered(
  search: Search,
): Promise<{ readonly path: string; readonly commit: string | null } | null> {
  const { repo, merging, places } = search
  for (const { folder, commit, isOffered, isMeant } of places) {
    if (folder === null || !isOffered) continue
    if (isMeant || (await isClear(search, commit))) return { path: folder, commit }
  }
  const isAnywhere = merging.kind === 'base' && repo.toplevel !== null
  return isAnywhere ? { path: repo.toplevel, commit: null } : null
}

async function isClear({ git, merging, held }: Search, commit: string): Promise<boolean> {
  const stray = await attempted(() => strayIn(git, merging, commit, held))
  return stray.ok && stray.value === null
}

async function missingIn(
  git: Git,
  { ours, theirs }: Merging,
  commit: string,
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const side of [ours.commit, theirs.commit]) {
    const isIn = await attempted(() => isAncestor(git, side, commit))
    if (!isIn.ok || !isIn.value) missing.push(side)
  }
  return missing
}

interface Found {
  readonly commit: string | null
  readonly fault: { readonly why: string; readonly folder: string | null } | null
  /** It was merged where more would come along than the merge. */
  readonly stray: string | null
}

/** The first commit that is the whole merge, or what is wrong with the first that could be it. */
async function mergedIn({ git, merging, places, held }: Search): Promise<Found> {
  let fault: Found['fault'] = null
  let stray: string | null = null
  for (const { name, commit, folder, isMeant } of places) {
    if (!(await holdsBoth(git, merging, commit))) continue
    const marked = await markedFiles(git, merging, commit)
    const isMarked = marked.length > 0
    const made = isMarked ? commit : await firstMerged(git, merging, commit)
    const besides = isMeant ? null : await strayIn(git, merging, made, held)
    if (besides !== null) {
      stray ??= `${name} has both sides, but the commit ${besides.slice(0, 10)} too, which is of neither and would come along to ${oneLine(merging.ours.name)}`
    } else if (isMarked) {
      const why = `${name} has both sides, but conflict marks are left in ${someOf(marked.map(oneLine))}`
      fault ??= { why, folder }
    } else return { commit: made, fault: null, stray: null }
  }
  return { commit: null, fault, stray }
}

/** More are not looked through: then the whole of it is taken. */
const MAX_LOOKED = 20

/** Whoever merged may have worked on since: what they did besides is no part of the merge. */
async function firstMerged(git: Git, merging: Merging, tip: string): Promise<string> {
  const [ours, theirs] = await Promise.all([
    descendants(git, merging.ours.commit, tip),
    descendants(git, merging.theirs.commit, tip),
  ])
  const known = new Set(ours)
  for (const commit of theirs.filter((one) => known.has(one)).slice(0, MAX_LOOKED)) {
    const marked = await attempted(() => markedFiles(git, merging, commit))
    if (marked.ok && marked.value.length === 0) return commit
  }
  return tip
}

/** Oldest first. */
async function descendants(git: Git, from: string, tip: string): Promise<readonly string[]> {
  const how = ['--reverse', '--topo-order', '--ancestry-path']
  const listed = await attempted(() => git(['rev-list', ...how, `${from}..${tip}`, '--']))
  return listed.ok ? listed.value.stdout.split('\n').filter(Boolean) : []
}

/** The branch has it already, or takes it without a conflict by now. */
async function isNeedless(repo: Repository, { kind, ours, theirs }: Merging): Promise<boolean> {
  if (kind !== 'landing') return false
  const target = await landingTarget(repo, ours.name)
  if (!target.ok) return false
  const { commit, name } = theirs
  const work = { taskId: name, title: name, result: commit, commit }
  return (await mergeIntoTarget(repo, target.value, work)).ok
}

/** A merge that was begun and not committed; null when none is. */
async function halfMade(
  search: Search,
): Promise<{ readonly why: string; readonly folder: string } | null> {
  for (const { folder, commit, isMeant } of search.places) {
    if (folder === null) continue
    const git = search.repo.gitIn(folder)
    const gitDir = await readPath(git, '--git-dir').catch(() => null)
    if (gitDir === null || (await operationIn(gitDir)) !== 'merge') continue
    if (!isMeant && !(await isClear(search, commit))) continue
    const unmerged = await attempted(() => git(['ls-files', '--unmerged', '-z']))
    const rows = unmerged.ok ? rowsOf(unmerged.value) : []
    const paths = [...new Set(rows.flatMap((row) => row.split('\t')[1] ?? []))].map(oneLine)
    const left =
      paths.length === 0
        ? ''
        : `: ${someOf(paths)} ${paths.length === 1 ? 'is' : 'are'} not settled`
    return { why: `the merge in ${folder} is not committed yet${left}`, folder }
  }
  return null
}

const nowhere = ({ ours, theirs }: Merging): string =>
  `no commit holds both ${oneLine(ours.name)} (${ours.commit.slice(0, 10)}) and ${oneLine(theirs.name)} (${theirs.commit.slice(0, 10)}) yet`

// Where a merge that was given to somebody may be made, and what such a place may not bring along.

interface MergePlace {
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
async function placesOf(
  repo: Repository,
  { ours, kind }: Merging,
  own: string | null,
): Promise<readonly MergePlace[]> {
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
  const places: MergePlace[] = (await listWorktrees(repo))
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
    if (tip !== null)
      places.push({ name: branch, commit: tip, folder: null, isMeant: true, isOffered: false })
  }
  return places
}

const isOfYard = (path: string): boolean =>
  [`${sep}.yard${sep}worktrees${sep}`, `${sep}.yard${sep}landings${sep}`].some((part) =>
    path.includes(part),
  )

/**
 * The newest commit that would come along with the merge at `tip` though it belongs to neither side nor to the target (`held`);
 * null when there is none. The merge itself is none, nor is what only took the last marks out of it.
 */
async function strayIn(
  git: Git,
  merging: Merging,
  tip: string,
  held: string | null,
): Promise<string | null> {
  const known = [merging.ours.commit, merging.theirs.commit, ...(held === null ? [] : [held])]
  const limits = ['--max-parents=1', `--max-count=${MAX_LOOKED + 1}`]
  const listed = git(['rev-list', ...limits, tip, ...known.map((one) => `^${one}`), '--'])
  const commits = (await readLine(listed)).split('\n').filter(Boolean)
  if (commits.length > MAX_LOOKED) return commits[0] ?? null
  for (const commit of commits) if (!(await isRestOfMerge(git, merging, commit))) return commit
  return null
}

/** On top of the merge, and in nothing but the files that clashed. */
async function isRestOfMerge(git: Git, merging: Merging, commit: string): Promise<boolean> {
  if (!(await holdsBoth(git, merging, commit))) return false
  const flags = ['-r', '-z', '--name-only', '--no-renames', '--no-commit-id', '--no-ext-diff']
  const clashed = new Set(merging.paths)
  return rowsOf(await git(['diff-tree', ...flags, commit, '--'])).every((path) => clashed.has(path))
}

/** Whether both sides of the merge are in the commit. */
export async function holdsBoth(
  git: Git,
  { ours, theirs }: Merging,
  commit: string,
): Promise<boolean> {
  for (const side of [ours, theirs]) {
    const known = await commitAt(git, side.commit)
    if (known === null || !(await isAncestor(git, known, commit))) return false
  }
  return true
}
