/** The commit that a task starts from: the target's tip with the results of its dependencies merged in, no checkout touched. */
import { err, ok, type Result } from '../../../base/result.ts'
import { gitFailure, type GitFailure } from '../git-failure.ts'
import { readLine } from '../git.ts'
import { conflictOf, mergeTree, type Clash, type MergeConflict } from '../landing/merge-tree.ts'
import { astray, commitAt, isAncestor, isAstray, type Repository } from '../repository.ts'
import { YARD_IDENTITY, oneLine } from './snapshot.ts'

/** Something that can be merged, with the name people know it by. */
export interface Part {
  readonly name: string
  readonly commit: string
}

export interface BaseRequest {
  readonly repo: Repository
  /** The worktree's name; the base is anchored at `refs/yard/bases/<name>.<generation>`. */
  readonly name: string
  readonly generation: number
  /** A branch or commit; null for whatever HEAD of the repository is now. */
  readonly target: string | null
  /** Results of the dependencies, in an order that the caller keeps the same. */
  readonly results: readonly Part[]
}

export type BaseFailure = GitFailure | MergeConflict

/**
 * Makes and anchors the base of a task. The same inputs give the same commit id, so doing it again after a crash changes
 * nothing. A result that the target already contains is skipped: merging by hand is how a person settles a conflict.
 */
export async function taskBase(request: BaseRequest): Promise<Result<string, BaseFailure>> {
  const { repo, name, generation } = request
  const target = await targetPart(repo, request.target)
  if (!target.ok) return target
  const results = await withoutContained(repo, request.results)
  if (!results.ok) return results
  const folded = await fold(repo, name, [target.value, ...results.value])
  // What did merge so far is where a task that settles the rest begins.
  const commit = folded.ok ? folded.value : folded.error.kind === 'git' ? null : folded.error.ours
  if (commit === null) return folded
  const anchored = await repo.git(['update-ref', baseRef(name, generation), commit])
  return anchored.ok ? folded : anchored
}

/** A result that another contains comes in with that one, settled as it was settled there. */
async function withoutContained(
  repo: Repository,
  parts: readonly Part[],
): Promise<Result<readonly Part[], GitFailure>> {
  if (parts.length < 2) return ok(parts)
  const ids: (string | null)[] = []
  for (const { commit } of parts) {
    const found = await commitAt(repo.git, commit)
    if (!found.ok) return found
    ids.push(found.value)
  }
  const known = [...new Set(ids.filter((id) => id !== null))]
  const alone = await readLine(repo.git(['merge-base', '--independent', ...known]))
  if (!alone.ok) return alone
  const kept = new Set(alone.value.split('\n'))
  // One that is missing stays, for the fold to name it.
  return ok(parts.filter((_, index) => ids[index] == null || kept.has(ids[index])))
}

export function baseRef(name: string, generation: number): string {
  return `refs/yard/bases/${name}.${generation}`
}

async function targetPart(
  repo: Repository,
  target: string | null,
): Promise<Result<Part, GitFailure>> {
  const head = await readLine(repo.git(['rev-parse', '--symbolic-full-name', 'HEAD']))
  const commit = await commitAt(repo.git, target ?? 'HEAD')
  if (!commit.ok) return commit
  const short = (target ?? (head.ok ? head.value : 'HEAD')).replace(/^refs\/heads\//, '')
  if (commit.value !== null) return ok({ name: short || 'HEAD', commit: commit.value })
  if (target !== null && !(await isUnbornHead(repo, target))) return err(missing(target, target))
  const isLost = await isAstray(repo)
  if (!isLost.ok) return isLost
  if (isLost.value) return err(astray(repo))
  const empty = await emptyCommit(repo)
  return empty.ok ? ok({ name: 'the empty repository', commit: empty.value }) : empty
}

/** A target that is HEAD's own branch may have no commit yet; any other name without a commit is a mistake. */
async function isUnbornHead(repo: Repository, target: string): Promise<boolean> {
  const head = await repo.git(['symbolic-ref', '--quiet', 'HEAD'], { expect: [0, 1] })
  const ref = head.ok ? head.value.stdout.trim() : ''
  return target === 'HEAD' || target === ref || `refs/heads/${target}` === ref
}

async function fold(
  repo: Repository,
  name: string,
  parts: readonly Part[],
): Promise<Result<string, BaseFailure>> {
  const [first, ...rest] = parts
  let base = first?.commit ?? ''
  for (const [index, part] of rest.entries()) {
    const step = await addPart(repo, name, base, part)
    if (!step.ok) return step
    if (typeof step.value === 'string') base = step.value
    else return conflictOf(repo.git, { ...step.value, ours: base }, parts.slice(0, index + 1), part)
  }
  return ok(base)
}

async function addPart(
  repo: Repository,
  name: string,
  base: string,
  part: Part,
): Promise<Result<string | Clash, GitFailure>> {
  const commit = await commitAt(repo.git, part.commit)
  if (!commit.ok) return commit
  if (commit.value === null) return err(missing(part.name, part.commit))
  const isIn = await isAncestor(repo.git, commit.value, base)
  if (!isIn.ok) return isIn
  if (isIn.value) return ok(base)
  const isAhead = await isAncestor(repo.git, base, commit.value)
  if (!isAhead.ok) return isAhead
  if (isAhead.value) return ok(commit.value)
  const merged = await mergeEven(repo, base, commit.value)
  if (!merged.ok) return merged
  if (merged.value.kind === 'merge-conflict') return ok(merged.value)
  return commitMerge(repo, merged.value.tree, [base, commit.value], {
    message: `yard: base of ${name}\n\nMerges the result of ${oneLine(part.name).slice(0, 100)}.\n`,
  })
}

/** Work that began on our commit of the empty tree shares no history with a first commit that a person made meanwhile. */
export async function mergeEven(repo: Repository, ours: string, theirs: string) {
  const merged = await mergeTree(repo.git, ours, theirs)
  if (merged.ok || merged.error.problem !== 'unrelated-histories') return merged
  const empty = await emptyCommit(repo)
  if (!empty.ok) return empty
  for (const side of [ours, theirs]) {
    const isOurs = await isAncestor(repo.git, empty.value, side)
    if (!isOurs.ok) return isOurs
    if (isOurs.value) return mergeTree(repo.git, ours, theirs, ['--allow-unrelated-histories'])
  }
  return merged
}

/** The later of the parents' dates is the date, so that nothing but the inputs decides the id. */
export async function commitMerge(
  repo: Repository,
  tree: string,
  parents: readonly string[],
  how: { readonly message: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Result<string, GitFailure>> {
  const dates = await readLine(
    repo.git(['show', '--no-patch', '--no-show-signature', '--format=%ct', ...parents]),
  )
  if (!dates.ok) return dates
  const at = Math.max(...dates.value.split('\n').map(Number))
  return commitTree(repo, tree, parents, { at, ...how })
}

export async function emptyCommit(repo: Repository): Promise<Result<string, GitFailure>> {
  const tree = await readLine(
    repo.git(['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' }),
  )
  if (!tree.ok) return tree
  return commitTree(repo, tree.value, [], { at: 946_684_800, message: 'yard: an empty start\n' })
}

function commitTree(
  repo: Repository,
  tree: string,
  parents: readonly string[],
  how: { at: number; message: string; env?: Readonly<Record<string, string>> },
): Promise<Result<string, GitFailure>> {
  const date = `@${how.at} +0000`
  const env = { ...(how.env ?? YARD_IDENTITY), GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  const parentArgs = parents.flatMap((parent) => ['-p', parent])
  return readLine(
    repo.git(['commit-tree', tree, ...parentArgs, '-F', '-'], { input: how.message, env }),
  )
}

function missing(name: string, commit: string): GitFailure {
  return gitFailure(
    'missing-commit',
    `${oneLine(name).slice(0, 100)} has no commit ${commit} in this repository any more; restore it with git, or run the task that made it again`,
  )
}
