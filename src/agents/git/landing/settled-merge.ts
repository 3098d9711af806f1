/** Whether a merge that was given to somebody is made: both sides in one commit, and no mark of the conflict left. */
import { ok, type Result } from '../../../base/result.ts'
import type { Merging } from '../../../domain/landing.ts'
import type { GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'
import { commitAt, isAncestor, readPath, type Repository } from '../repository.ts'
import { operationIn } from '../worktree/checkout.ts'
import { oneLine } from '../worktree/snapshot.ts'
import { mergeIntoTarget } from './land.ts'
import { landingTarget } from './landing-target.ts'
import { holdsBoth, placesOf, strayIn, type MergePlace } from './merge-places.ts'
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
export async function stateOfMerge(
  repo: Repository,
  merging: Merging,
  own: string | null,
): Promise<Result<MergeState, GitFailure>> {
  const places = await placesOf(repo, merging, own)
  if (!places.ok) return places
  const held = await targetTip(repo, merging)
  if (!held.ok) return held
  const search: Search = { repo, git: repo.git, merging, places: places.value, held: held.value }
  const found = await mergedIn(search)
  if (!found.ok) return found
  const { commit, fault, stray } = found.value
  if (commit !== null) return ok({ kind: 'settled', commit })
  if (fault === null && (await isNeedless(repo, merging)))
    return ok({ kind: 'settled', commit: null })
  return ok(await stillOpen(search, repo.toplevel, fault, stray))
}

async function stillOpen(
  search: Search,
  toplevel: string | null,
  fault: Found['fault'],
  stray: Found['stray'],
): Promise<MergeState> {
  const { git, merging, held } = search
  const start = held ?? merging.ours.commit
  const begun = fault ?? (await halfMade(search))
  if (begun !== null) return { kind: 'open', ...begun, start, missing: [] }
  const folder = await offered(search, toplevel)
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

const targetTip = (
  { git }: Repository,
  { kind, ours }: Merging,
): Promise<Result<string | null, GitFailure>> =>
  kind === 'landing' ? commitAt(git, `refs/heads/${ours.name}`) : Promise.resolve(ok(null))

/** Where it would be merged now; null when a folder has to be made for it. */
async function offered(
  search: Search,
  toplevel: string | null,
): Promise<{ readonly path: string; readonly commit: string | null } | null> {
  for (const { folder, commit, isOffered, isMeant } of search.places) {
    if (folder === null || !isOffered) continue
    if (isMeant || (await isClear(search, commit))) return { path: folder, commit }
  }
  const isAnywhere = search.merging.kind === 'base' && toplevel !== null
  return isAnywhere ? { path: toplevel, commit: null } : null
}

async function isClear({ git, merging, held }: Search, commit: string): Promise<boolean> {
  const stray = await strayIn(git, merging, commit, held)
  return stray.ok && stray.value === null
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

interface Found {
  readonly commit: string | null
  readonly fault: { readonly why: string; readonly folder: string | null } | null
  /** It was merged where more would come along than the merge. */
  readonly stray: string | null
}

/** The first commit that is the whole merge, or what is wrong with the first that could be it. */
async function mergedIn({
  git,
  merging,
  places,
  held,
}: Search): Promise<Result<Found, GitFailure>> {
  let fault: Found['fault'] = null
  let stray: string | null = null
  for (const { name, commit, folder, isMeant } of places) {
    const isIn = await holdsBoth(git, merging, commit)
    if (!isIn.ok) return isIn
    if (!isIn.value) continue
    const marked = await markedFiles(git, merging, commit)
    if (!marked.ok) return marked
    const isMarked = marked.value.length > 0
    const made = isMarked ? commit : await firstMerged(git, merging, commit)
    const besides = isMeant ? ok(null) : await strayIn(git, merging, made, held)
    if (!besides.ok) return besides
    if (besides.value !== null) {
      stray ??= `${name} has both sides, but the commit ${besides.value.slice(0, 10)} too, which is of neither and would come along to ${oneLine(merging.ours.name)}`
    } else if (isMarked) {
      const why = `${name} has both sides, but conflict marks are left in ${some(marked.value)}`
      fault ??= { why, folder }
    } else return ok({ commit: made, fault: null, stray: null })
  }
  return ok({ commit: null, fault, stray })
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
    if (!gitDir?.ok || (await operationIn(gitDir.value)) !== 'merge') continue
    if (!isMeant && !(await isClear(search, commit))) continue
    const unmerged = await git(['ls-files', '--unmerged', '-z'])
    const rows = unmerged.ok ? unmerged.value.stdout.split('\0') : []
    const paths = new Set(rows.flatMap((row) => row.split('\t')[1] ?? []))
    const left =
      paths.size === 0 ? '' : `: ${some([...paths])} ${paths.size === 1 ? 'is' : 'are'} not settled`
    return { why: `the merge in ${folder} is not committed yet${left}`, folder }
  }
  return null
}

const nowhere = ({ ours, theirs }: Merging): string =>
  `no commit holds both ${oneLine(ours.name)} (${ours.commit.slice(0, 10)}) and ${oneLine(theirs.name)} (${theirs.commit.slice(0, 10)}) yet`

function some(paths: readonly string[]): string {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
  return `${paths.slice(0, 3).map(oneLine).join(', ')}${more}`
}
