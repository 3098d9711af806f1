/** A task's own checkout, made once and found again after any crash. Nothing here ever removes or resets work. */
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { invariant, type Result } from '../../../base/result.ts'
import {
  attempted,
  gitError,
  onDisk,
  valueOf,
  type GitError,
  type GitFailure,
} from '../git-failure.ts'
import { readLine } from '../git.ts'
import { withRepositoryLock } from '../repository-lock.ts'
import {
  branchName,
  commitAt,
  headOf,
  isAncestor,
  readPath,
  type Repository,
} from '../repository.ts'
import { finishCheckout, markUnfinished } from './checkout.ts'
import {
  isWorktreeName,
  listWorktrees,
  pointsInto,
  repairRegistration,
  spellingOf,
  temporaryTwinOf,
  type RegisteredWorktree,
} from './worktree-registry.ts'

export interface WorktreeRequest {
  readonly repo: Repository
  /** Absolute: the yard's `.yard/worktrees`. */
  readonly root: string
  readonly name: string
  /** The commit from `taskBase`. */
  readonly base: string
  /** Short name, `yard/<name>`. */
  readonly branch: string
}

export interface Worktree {
  readonly path: string
  readonly branch: string
  /** The commit that the work on the branch really started from: an older one when the branch was kept from a try before. */
  readonly base: string
  readonly notes: readonly string[]
}

/**
 * Gives the task its worktree, and may be called again after a crash at any step.
 *
 * A worktree that is there is used as it is, with whatever an earlier agent left in it, committed or not; a new base does
 * not move it. A branch that has commits of its own is kept and checked out; only a branch without any starts anew at the
 * base. A folder that is not ours, or a branch that is checked out elsewhere, is a failure: there is no way to the shared
 * tree from here.
 */
export const ensureWorktree = (request: WorktreeRequest): Promise<Result<Worktree, GitFailure>> =>
  attempted(async () => {
    const { repo, root, name } = request
    invariant(isAbsolute(root) && isWorktreeName(name), `not a worktree place: ${root} ${name}`)
    await onDisk(root, () => mkdir(root, { recursive: true }))
    // Only the root is resolved: a link in the worktree's own place is not ours to follow.
    const path = join(await spellingOf(root), name)
    await withRepositoryLock(repo.commonDir, () => place(request, path))
    await verify(repo, path)
    await finishCheckout(repo.gitIn(path), path)
    return settle(request, path)
  })

/** What lies at the worktree's path now. */
type Spot = 'free' | 'ours' | 'strange'

async function place(request: WorktreeRequest, path: string): Promise<void> {
  const { repo, branch } = request
  const entries = await listWorktrees(repo)
  const here = entries.find((entry) => entry.path === path)
  const spot = await look(repo, path)
  if (spot === 'strange' && !here)
    throw gitError(
      'in-the-way',
      `${path} holds something that is not this task's worktree; move it away and retry`,
    )
  if (here && spot !== 'free') return spot === 'ours' ? undefined : repairRegistration(repo, path)
  const elsewhere = checkedOutElsewhere(entries, branch, path)
  if (elsewhere) throw elsewhere
  if (spot === 'ours') return adopt(request, path)
  if (here?.isLocked)
    throw gitError(
      'broken-worktree',
      `the worktree ${path} is locked but its folder is gone; bring it back, or run git worktree unlock "${path}" and retry`,
    )
  return add(request, path, here !== undefined)
}

async function look(repo: Repository, path: string): Promise<Spot> {
  const facts = await lstat(path).catch(() => null)
  if (facts === null) return 'free'
  if (!facts.isDirectory()) return 'strange'
  if ((await readdir(path)).length === 0) return 'free'
  return (await pointsInto(repo, path)) ? 'ours' : 'strange'
}

/** The folder is ours but git forgot it (somebody ran prune): it is registered again and every file in it stays. */
async function adopt({ repo, branch, base }: WorktreeRequest, path: string): Promise<void> {
  const ref = `refs/heads/${branch}`
  if ((await commitAt(repo.git, ref)) === null) await repo.git(['update-ref', ref, base, ''])
  return repairRegistration(repo, path, branch)
}

async function add(request: WorktreeRequest, path: string, isRegistered: boolean): Promise<void> {
  const { repo, branch, base } = request
  const force = isRegistered ? ['--force'] : []
  const hasWork = await branchHasWork(request)
  const from = hasWork ? [path, branch] : ['--no-track', '-B', branch, path, base]
  const args = ['worktree', 'add', '--quiet', '--no-checkout', ...force, ...from]
  const tryIt = () => attempted(() => repo.git(args))
  let done = await tryIt()
  // Another git, not ours, may be adding at the same moment; its half-made entry is whole a moment later.
  for (let tries = 0; tries < 5 && !done.ok && /commondir/.test(done.error.detail); tries += 1) {
    await wait(20 * (tries + 1))
    done = await tryIt()
  }
  valueOf(done)
  await markUnfinished(repo.gitIn(path))
}

/** The last guard of isolation: git itself, asked in the folder, must name this folder and this repository. */
async function verify(repo: Repository, path: string): Promise<void> {
  const git = repo.gitIn(path)
  const top = await readPath(git, '--show-toplevel')
  const common = await readPath(git, '--git-common-dir')
  if (top !== path || common !== repo.commonDir)
    throw gitError(
      'broken-worktree',
      `${path} is not a worktree of this repository (git says ${top}); move it away and retry`,
    )
}

async function settle(request: WorktreeRequest, path: string): Promise<Worktree> {
  const { repo, branch } = request
  const at = await headOf(repo.gitIn(path))
  const isOn = at.headRef === `refs/heads/${branch}`
  const notes = isOn ? [] : [await reattach(request, path, at)]
  return { path, branch, base: await baseBehind(request, at.head), notes }
}

/** An earlier agent left HEAD elsewhere. When its branch can follow without touching a file it does; else work goes on there. */
async function reattach(
  { repo, branch }: WorktreeRequest,
  path: string,
  at: Pick<Repository, 'headRef' | 'head'>,
): Promise<string> {
  const ref = `refs/heads/${branch}`
  const place = at.headRef === null ? 'a detached HEAD' : branchName(at.headRef)
  const stays = `the worktree is on ${place}, not on ${branch}; work goes on there`
  if (at.head === null || (await commitAt(repo.git, ref)) !== at.head) return stays
  if (checkedOutElsewhere(await listWorktrees(repo), branch, path)) return stays
  await repo.gitIn(path)(['symbolic-ref', 'HEAD', ref])
  return `the worktree was on ${place} and is on ${branch} again`
}

function checkedOutElsewhere(
  entries: readonly RegisteredWorktree[],
  branch: string,
  path: string,
): GitError | null {
  const ours = [path, temporaryTwinOf(path)]
  const other = entries.find((e) => e.headRef === `refs/heads/${branch}` && !ours.includes(e.path))
  if (!other) return null
  return gitError(
    'branch-in-use',
    `the branch ${branch} is checked out in ${other.path}; switch that checkout to another branch and retry`,
  )
}

// What a task's branch has beyond the commits that it was based on.

/** Whether the branch must be kept: it has a commit that neither the new base nor an earlier base of the task contains. */
async function branchHasWork(task: WorktreeRequest): Promise<boolean> {
  const { git } = task.repo
  const tip = await commitAt(git, `refs/heads/${task.branch}`)
  if (tip === null) return false
  for (const base of [task.base, ...(await earlierBases(task))])
    if (await isAncestor(git, tip, base)) return false
  return true
}

/** The base that the work at `head` started from: the newest of the task's bases that it contains, else where it forked. */
async function baseBehind(task: WorktreeRequest, head: string | null): Promise<string> {
  const { git } = task.repo
  if (head === null) return task.base
  for (const base of [task.base, ...(await earlierBases(task))])
    if (await isAncestor(git, base, head)) return base
  const fork = await readLine(git(['merge-base', task.base, head], { expect: [0, 1] }))
  return fork || task.base
}

/** Anchored bases of the task, the newest generation first. */
async function earlierBases({ repo, name }: WorktreeRequest): Promise<string[]> {
  const pattern = `refs/yard/bases/${name}.*`
  const listed = repo.git(['for-each-ref', '--format=%(refname) %(objectname)', pattern])
  const rows = (await readLine(listed)).split('\n').filter(Boolean)
  const bases = rows.map((row) => {
    const [ref = '', commit = ''] = row.split(' ')
    return { generation: Number(ref.slice(ref.lastIndexOf('.') + 1)), commit }
  })
  return bases.toSorted((a, b) => b.generation - a.generation).map((base) => base.commit)
}
