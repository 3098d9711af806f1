/** A task's own checkout, made once and found again after any crash. Nothing here ever removes or resets work. */
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { err, invariant, ok, type Result } from '../../../base/result.ts'
import { diskFailure, gitFailure, type GitFailure } from '../git-failure.ts'
import { withRepositoryLock } from '../repository-lock.ts'
import { commitAt, headOf, isAncestor, readPath, type Repository } from '../repository.ts'
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
export async function ensureWorktree(
  request: WorktreeRequest,
): Promise<Result<Worktree, GitFailure>> {
  const { repo, root, name } = request
  invariant(isAbsolute(root) && isWorktreeName(name), `not a worktree place: ${root} ${name}`)
  const refused = await prepareRoot(root)
  if (refused) return err(refused)
  // Only the root is resolved: a link in the worktree's own place is not ours to follow.
  const path = join(await spellingOf(root), name)
  const placed = await withRepositoryLock(repo.commonDir, () => place(request, path))
  if (!placed.ok) return placed
  const checked = await verify(repo, path)
  if (!checked.ok) return checked
  const finished = await finishCheckout(repo.gitIn(path), path)
  if (!finished.ok) return finished
  return settle(request, path)
}

/** What lies at the worktree's path now. */
type Spot = 'free' | 'ours' | 'strange'

async function place(request: WorktreeRequest, path: string): Promise<Result<void, GitFailure>> {
  const listed = await listWorktrees(request.repo)
  if (!listed.ok) return listed
  const here = listed.value.find((entry) => entry.path === path)
  const spot = await look(request.repo, path)
  if (spot === 'strange' && !here) return err(notOurs(path))
  if (here && spot !== 'free') {
    return spot === 'ours' ? ok(undefined) : repairRegistration(request.repo, path)
  }
  const elsewhere = checkedOutElsewhere(listed.value, request.branch, path)
  if (elsewhere) return err(elsewhere)
  if (spot === 'ours') return adopt(request, path)
  if (here?.isLocked) return err(lockedAway(path))
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
async function adopt(request: WorktreeRequest, path: string): Promise<Result<void, GitFailure>> {
  const branched = await ensureBranch(request)
  if (!branched.ok) return branched
  return repairRegistration(request.repo, path, request.branch)
}

async function ensureBranch(request: WorktreeRequest): Promise<Result<void, GitFailure>> {
  const ref = `refs/heads/${request.branch}`
  const tip = await commitAt(request.repo.git, ref)
  if (!tip.ok) return tip
  if (tip.value !== null) return ok(undefined)
  const made = await request.repo.git(['update-ref', ref, request.base, ''])
  return made.ok ? ok(undefined) : made
}

async function add(
  request: WorktreeRequest,
  path: string,
  isRegistered: boolean,
): Promise<Result<void, GitFailure>> {
  const { repo, branch, base } = request
  const hasWork = await branchHasWork(request)
  if (!hasWork.ok) return hasWork
  const force = isRegistered ? ['--force'] : []
  const from = hasWork.value ? [path, branch] : ['--no-track', '-B', branch, path, base]
  const args = ['worktree', 'add', '--quiet', '--no-checkout', ...force, ...from]
  let done = await repo.git(args)
  // Another git, not ours, may be adding at the same moment; its half-made entry is whole a moment later.
  for (let tries = 0; tries < 5 && !done.ok && /commondir/.test(done.error.detail); tries += 1) {
    await wait(20 * (tries + 1))
    done = await repo.git(args)
  }
  return done.ok ? markUnfinished(repo.gitIn(path)) : done
}

/** The last guard of isolation: git itself, asked in the folder, must name this folder and this repository. */
async function verify(repo: Repository, path: string): Promise<Result<void, GitFailure>> {
  const git = repo.gitIn(path)
  const top = await readPath(git, '--show-toplevel')
  if (!top.ok) return top
  const common = await readPath(git, '--git-common-dir')
  if (!common.ok) return common
  if (top.value === path && common.value === repo.commonDir) return ok(undefined)
  return err(
    gitFailure(
      'broken-worktree',
      `${path} is not a worktree of this repository (git says ${top.value}); move it away and retry`,
    ),
  )
}

async function settle(
  request: WorktreeRequest,
  path: string,
): Promise<Result<Worktree, GitFailure>> {
  const git = request.repo.gitIn(path)
  const branchRef = `refs/heads/${request.branch}`
  const head = await headOf(git)
  if (!head.ok) return head
  const notes: string[] = []
  if (head.value.headRef !== branchRef) {
    const note = await reattach(request, path, head.value)
    if (!note.ok) return note
    notes.push(note.value)
  }
  const base = await baseBehind(request, head.value.head)
  if (!base.ok) return base
  return ok({ path, branch: request.branch, base: base.value, notes })
}

/** An earlier agent left HEAD elsewhere. When its branch can follow without touching a file it does; else work goes on there. */
async function reattach(
  request: WorktreeRequest,
  path: string,
  at: { readonly headRef: string | null; readonly head: string | null },
): Promise<Result<string, GitFailure>> {
  const { repo, branch } = request
  const ref = `refs/heads/${branch}`
  const place = at.headRef?.replace(/^refs\/heads\//, '') ?? 'a detached HEAD'
  const stays = ok(`the worktree is on ${place}, not on ${branch}; work goes on there`)
  const tip = await commitAt(repo.git, ref)
  if (!tip.ok) return tip
  if (at.head === null || tip.value !== at.head) return stays
  const listed = await listWorktrees(repo)
  if (!listed.ok) return listed
  if (checkedOutElsewhere(listed.value, branch, path)) return stays
  const moved = await repo.gitIn(path)(['symbolic-ref', 'HEAD', ref])
  return moved.ok ? ok(`the worktree was on ${place} and is on ${branch} again`) : moved
}

function checkedOutElsewhere(
  entries: readonly RegisteredWorktree[],
  branch: string,
  path: string,
): GitFailure | null {
  const ours = [path, temporaryTwinOf(path)]
  const other = entries.find((e) => e.headRef === `refs/heads/${branch}` && !ours.includes(e.path))
  if (!other) return null
  return gitFailure(
    'branch-in-use',
    `the branch ${branch} is checked out in ${other.path}; switch that checkout to another branch and retry`,
  )
}

async function prepareRoot(root: string): Promise<GitFailure | null> {
  try {
    await mkdir(root, { recursive: true })
    return null
  } catch (error) {
    return diskFailure(root, error)
  }
}

function notOurs(path: string): GitFailure {
  return gitFailure(
    'in-the-way',
    `${path} holds something that is not this task's worktree; move it away and retry`,
  )
}

function lockedAway(path: string): GitFailure {
  return gitFailure(
    'broken-worktree',
    `the worktree ${path} is locked but its folder is gone; bring it back, or run git worktree unlock "${path}" and retry`,
  )
}

// What a task's branch has beyond the commits that it was based on.

interface BranchOfTask {
  readonly repo: Repository
  readonly name: string
  readonly branch: string
  readonly base: string
}

/** Whether the branch must be kept: it has a commit that neither the new base nor an earlier base of the task contains. */
async function branchHasWork(task: BranchOfTask): Promise<Result<boolean, GitFailure>> {
  const tip = await commitAt(task.repo.git, `refs/heads/${task.branch}`)
  if (!tip.ok) return tip
  if (tip.value === null) return ok(false)
  const bases = await earlierBases(task)
  if (!bases.ok) return bases
  for (const base of [task.base, ...bases.value]) {
    const isIn = await isAncestor(task.repo.git, tip.value, base)
    if (!isIn.ok || isIn.value) return isIn.ok ? ok(false) : isIn
  }
  return ok(true)
}

/** The base that the work at `head` started from: the newest of the task's bases that it contains, else where it forked. */
async function baseBehind(
  task: BranchOfTask,
  head: string | null,
): Promise<Result<string, GitFailure>> {
  if (head === null) return ok(task.base)
  const bases = await earlierBases(task)
  if (!bases.ok) return bases
  for (const base of [task.base, ...bases.value]) {
    const isIn = await isAncestor(task.repo.git, base, head)
    if (!isIn.ok) return isIn
    if (isIn.value) return ok(base)
  }
  const fork = await task.repo.git(['merge-base', task.base, head], { expect: [0, 1] })
  return fork.ok ? ok(fork.value.stdout.trim() || task.base) : fork
}

/** Anchored bases of the task, the newest generation first. */
async function earlierBases(task: BranchOfTask): Promise<Result<string[], GitFailure>> {
  const pattern = `refs/yard/bases/${task.name}.*`
  const listed = await task.repo.git(['for-each-ref', '--format=%(refname) %(objectname)', pattern])
  if (!listed.ok) return listed
  const rows = listed.value.stdout.split('\n').filter((line) => line !== '')
  const bases = rows.map((row) => {
    const [ref = '', commit = ''] = row.split(' ')
    return { generation: Number(ref.slice(ref.lastIndexOf('.') + 1)), commit }
  })
  return ok(bases.toSorted((a, b) => b.generation - a.generation).map((base) => base.commit))
}
