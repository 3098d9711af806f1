/** Whether a merge that was given to somebody is made: both sides in one commit, and no mark of the conflict left. */
import { ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { Merging } from '../../domain/landing.ts'
import { operationIn } from './checkout-state.ts'
import { createGit } from './git.ts'
import type { Git } from './git.ts'
import type { GitFailure } from './git-failure.ts'
import { mergeIntoTarget } from './land.ts'
import { landingTarget } from './landing-target.ts'
import { commitAt, isAncestor, readPath } from './repository.ts'
import type { Repository } from './repository.ts'
import { oneLine } from './snapshot.ts'
import { listWorktrees } from './worktree-list.ts'

/**
 * settled: `commit` holds both sides; null where nothing is left to be merged. open: `why` in a line for people, and the folder where it
 * would be done.
 */
export type MergeState =
  | { readonly kind: 'settled'; readonly commit: string | null }
  | {
      readonly kind: 'open'
      readonly why: string
      readonly folder: string | null
      /** The commits that are still to be merged there; none where only the rest of a merge is to be done. */
      readonly missing: readonly string[]
    }

interface Place {
  /** As people know it. */
  readonly name: string
  readonly commit: string
  /** Null where no folder has it checked out. */
  readonly folder: string | null
}

/**
 * Looks where it may have been merged: in the worktree of the merge task (its branch is `own`), in the checkouts of people, and on
 * the branch that it is for. Reads refs and objects, and runs no filter.
 */
export async function stateOfMerge(
  repo: Repository,
  merging: Merging,
  own: string | null,
): Promise<Result<MergeState, GitFailure>> {
  const places = await placesOf(repo, merging, own)
  if (!places.ok) return places
  const found = await mergedIn(repo, merging, places.value)
  if (!found.ok) return found
  const { commit, fault } = found.value
  if (commit !== null) return ok({ kind: 'settled', commit })
  if (fault === null && (await isNeedless(repo, merging)))
    return ok({ kind: 'settled', commit: null })
  const [first] = places.value
  const folder = first?.folder ?? repo.toplevel
  const begun = fault ?? (await halfMade(places.value))
  if (begun !== null) return ok({ kind: 'open', why: begun, folder, missing: [] })
  const missing = await missingIn(repo.git, merging, first?.commit ?? null)
  return ok({ kind: 'open', why: nowhere(merging), folder, missing })
}

async function missingIn(
  git: Git,
  { ours, theirs }: Merging,
  commit: string | null,
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const side of [ours.commit, theirs.commit]) {
    const isIn = commit === null ? null : await isAncestor(git, side, commit)
    if (!isIn?.ok || !isIn.value) missing.push(side)
  }
  return missing
}

/** The first commit that is the whole merge, or what is wrong with the first that could be it. */
async function mergedIn(
  { git }: Repository,
  merging: Merging,
  places: readonly Place[],
): Promise<Result<{ commit: string | null; fault: string | null }, GitFailure>> {
  let fault: string | null = null
  for (const { name, commit } of places) {
    const isIn = await holdsBoth(git, merging, commit)
    if (!isIn.ok) return isIn
    if (!isIn.value) continue
    const marked = await markedFiles(git, merging, commit)
    if (!marked.ok) return marked
    if (marked.value.length === 0)
      return ok({ commit: await firstMerged(git, merging, commit), fault: null })
    fault ??= `${name} has both sides, but conflict marks are left in ${some(marked.value)}`
  }
  return ok({ commit: null, fault })
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
    const marked = await markedFiles(git, merging, commit)
    if (marked.ok && marked.value.length === 0) return commit
  }
  return tip
}

/** Oldest first. */
async function descendants(git: Git, from: string, tip: string): Promise<readonly string[]> {
  const how = ['--reverse', '--topo-order', '--ancestry-path']
  const listed = await git(['rev-list', ...how, `${from}..${tip}`, '--'])
  return listed.ok ? listed.value.stdout.split('\n').filter(Boolean) : []
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

/** Files that clashed and have git's conflict marks in the commit, unless a side has them too: some are about such marks. */
export async function markedFiles(
  git: Git,
  { ours, theirs, paths }: Merging,
  commit: string,
): Promise<Result<readonly string[], GitFailure>> {
  const found = await withMarks(git, commit, paths)
  if (!found.ok || found.value.length === 0) return found
  const before = new Set<string>()
  for (const side of [ours, theirs]) {
    const had = await withMarks(git, side.commit, found.value)
    if (!had.ok) return had
    for (const path of had.value) before.add(path)
  }
  return ok(found.value.filter((path) => !before.has(path)))
}

/** Longer lists than a command line takes are no limit to what is searched. */
const MAX_WORDS = 60_000

async function withMarks(
  git: Git,
  commit: string,
  paths: readonly string[],
): Promise<Result<readonly string[], GitFailure>> {
  const isShort = paths.reduce((sum, path) => sum + path.length + 1, 0) <= MAX_WORDS
  const marks = ['--all-match', '-e', '^<<<<<<< ', '-e', '^>>>>>>> ']
  const args = ['--literal-pathspecs', 'grep', '-I', '-l', '-z', '--full-name', ...marks, commit]
  const done = await git([...args, '--', ...(isShort ? paths : [])], { expect: [0, 1] })
  if (!done.ok) return done
  const named = done.value.stdout.split('\0').filter((row) => row !== '')
  const wanted = new Set(paths)
  return ok(named.map((row) => row.slice(commit.length + 1)).filter((path) => wanted.has(path)))
}

/** The folder of the merge task comes first, then that of the person. */
async function placesOf(
  repo: Repository,
  { ours, kind }: Merging,
  own: string | null,
): Promise<Result<readonly Place[], GitFailure>> {
  const listed = await listWorktrees(repo)
  if (!listed.ok) return listed
  const ownRef = own === null ? null : `refs/heads/${own}`
  const rank = ({ path, headRef }: { path: string; headRef: string | null }): number =>
    headRef !== null && headRef === ownRef ? 0 : path === repo.toplevel ? 1 : 2
  const isOthers = (headRef: string | null): boolean =>
    headRef !== ownRef && (headRef?.startsWith('refs/heads/yard/') ?? false)
  const places: Place[] = listed.value
    .filter(({ headRef }) => !isOthers(headRef))
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap(({ path, head }) =>
      head === null ? [] : [{ name: path, commit: head, folder: path }],
    )
  for (const branch of [own, kind === 'landing' ? ours.name : null]) {
    if (branch === null) continue
    const tip = await commitAt(repo.git, `refs/heads/${branch}`)
    if (!tip.ok) return tip
    if (tip.value !== null) places.push({ name: branch, commit: tip.value, folder: null })
  }
  return ok(places)
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
async function halfMade(places: readonly Place[]): Promise<string | null> {
  for (const { folder } of places) {
    if (folder === null) continue
    const git = createGit(folder)
    const gitDir = await readPath(git, '--git-dir').catch(() => null)
    if (!gitDir?.ok || (await operationIn(gitDir.value)) !== 'merge') continue
    const unmerged = await git(['ls-files', '--unmerged', '-z'])
    const rows = unmerged.ok ? unmerged.value.stdout.split('\0') : []
    const paths = new Set(rows.flatMap((row) => row.split('\t')[1] ?? []))
    const left =
      paths.size === 0 ? '' : `: ${some([...paths])} ${paths.size === 1 ? 'is' : 'are'} not settled`
    return `the merge in ${folder} is not committed yet${left}`
  }
  return null
}

const nowhere = ({ ours, theirs }: Merging): string =>
  `no commit holds both ${oneLine(ours.name)} (${ours.commit.slice(0, 10)}) and ${oneLine(theirs.name)} (${theirs.commit.slice(0, 10)}) yet`

function some(paths: readonly string[]): string {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
  return `${paths.slice(0, 3).map(oneLine).join(', ')}${more}`
}
