/** The commit that a task starts from: the target's tip with the results of its dependencies merged in, no checkout touched. */
import { err, ok, type Result } from '../../../base/result.ts'
import { attempted, gitError, valueOf, type GitError, type GitFailure } from '../git-failure.ts'
import { readLine, type Git } from '../git.ts'
import {
  conflictOf,
  mergeTree,
  type Clash,
  type Merge,
  type MergeConflict,
} from '../landing/merge-tree.ts'
import { branchName, commitAt, isAncestor, refuseAstray, type Repository } from '../repository.ts'
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
  const folded = await attempted(async () => {
    const target = await targetPart(repo, request.target)
    const results = await withoutContained(repo, request.results)
    const base = await fold(repo, name, [target, ...results])
    // What did merge so far is where a task that settles the rest begins.
    const commit = typeof base === 'string' ? base : base.ours
    await repo.git(['update-ref', baseRef(name, generation), commit])
    return base
  })
  if (!folded.ok) return folded
  return typeof folded.value === 'string' ? ok(folded.value) : err(folded.value)
}

/** A result that another contains comes in with that one, settled as it was settled there. */
async function withoutContained(
  repo: Repository,
  parts: readonly Part[],
): Promise<readonly Part[]> {
  if (parts.length < 2) return parts
  const ids: (string | null)[] = []
  for (const { commit } of parts) ids.push(await commitAt(repo.git, commit))
  const known = [...new Set(ids.filter((id) => id !== null))]
  const alone = await readLine(repo.git(['merge-base', '--independent', ...known]))
  const kept = new Set(alone.split('\n'))
  // One that is missing stays, for the fold to name it.
  return parts.filter((_, index) => ids[index] == null || kept.has(ids[index]))
}

export const baseRef = (name: string, generation: number): string =>
  `refs/yard/bases/${name}.${generation}`

async function targetPart(repo: Repository, target: string | null): Promise<Part> {
  const head = await attempted(() =>
    readLine(repo.git(['rev-parse', '--symbolic-full-name', 'HEAD'])),
  )
  const commit = await commitAt(repo.git, target ?? 'HEAD')
  const short = branchName(target ?? (head.ok ? head.value : 'HEAD'))
  if (commit !== null) return { name: short || 'HEAD', commit }
  if (target !== null && !(await isUnbornHead(repo, target))) throw missing(target, target)
  await refuseAstray(repo)
  return { name: 'the empty repository', commit: await emptyCommit(repo) }
}

/** A target that is HEAD's own branch may have no commit yet; any other name without a commit is a mistake. */
async function isUnbornHead({ git }: Repository, target: string): Promise<boolean> {
  const ref = await readLine(git(['symbolic-ref', '--quiet', 'HEAD'], { expect: [0, 1] }))
  return target === 'HEAD' || target === ref || `refs/heads/${target}` === ref
}

async function fold(
  repo: Repository,
  name: string,
  parts: readonly Part[],
): Promise<string | MergeConflict> {
  const [first, ...rest] = parts
  let base = first?.commit ?? ''
  for (const [index, part] of rest.entries()) {
    const step = await addPart(repo, name, base, part)
    if (typeof step !== 'string')
      return conflictOf(repo.git, { ...step, ours: base }, parts.slice(0, index + 1), part)
    base = step
  }
  return base
}

async function addPart(
  repo: Repository,
  name: string,
  base: string,
  part: Part,
): Promise<string | Clash> {
  const commit = await commitAt(repo.git, part.commit)
  if (commit === null) throw missing(part.name, part.commit)
  if (await isAncestor(repo.git, commit, base)) return base
  if (await isAncestor(repo.git, base, commit)) return commit
  const merged = await mergeEven(repo, base, commit)
  if (merged.kind === 'merge-conflict') return merged
  return commitMerge(repo, merged.tree, [base, commit], {
    message: `yard: base of ${name}\n\nMerges the result of ${oneLine(part.name).slice(0, 100)}.\n`,
  })
}

/** Work that began on our commit of the empty tree shares no history with a first commit that a person made meanwhile. */
export async function mergeEven(repo: Repository, ours: string, theirs: string): Promise<Merge> {
  const merged = await attempted(() => mergeTree(repo.git, ours, theirs))
  if (merged.ok || merged.error.problem !== 'unrelated-histories') return valueOf(merged)
  const empty = await emptyCommit(repo)
  for (const side of [ours, theirs])
    if (await isAncestor(repo.git, empty, side))
      return mergeTree(repo.git, ours, theirs, ['--allow-unrelated-histories'])
  return valueOf(merged)
}

/** The later of the parents' dates is the date, so that nothing but the inputs decides the id. */
export async function commitMerge(
  repo: Repository,
  tree: string,
  parents: readonly string[],
  how: Omit<CommitOptions, 'at'>,
): Promise<string> {
  const form = ['show', '--no-patch', '--no-show-signature', '--format=%ct']
  const dates = await readLine(repo.git([...form, ...parents]))
  const at = Math.max(...dates.split('\n').map(Number))
  return commitTree(repo, tree, parents, { at, ...how })
}

export async function emptyCommit(repo: Repository): Promise<string> {
  const tree = await emptyTree(repo.git)
  return commitTree(repo, tree, [], { at: 946_684_800, message: 'yard: an empty start\n' })
}

export const emptyTree = (git: Git): Promise<string> =>
  readLine(git(['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' }))

/** The same for reading alone, where the disk is full or read-only: git knows this tree without having it. */
export async function knownEmptyTree(git: Git): Promise<string> {
  const made = await attempted(() => emptyTree(git))
  return made.ok ? made.value : '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
}

interface CommitOptions {
  /** Seconds since 1970. */
  readonly at: number
  readonly message: string
  readonly env?: Readonly<Record<string, string>>
}

function commitTree(
  repo: Repository,
  tree: string,
  parents: readonly string[],
  { at, message, env = YARD_IDENTITY }: CommitOptions,
): Promise<string> {
  const date = `@${at} +0000`
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-']
  const dated = { ...env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  return readLine(repo.git(args, { input: message, env: dated }))
}

const missing = (name: string, commit: string): GitError =>
  gitError(
    'missing-commit',
    `${oneLine(name).slice(0, 100)} has no commit ${commit} in this repository any more; restore it with git, or run the task that made it again`,
  )
