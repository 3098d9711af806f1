/** Prepares a pull request: a branch at the result and a text beside it. Pushed only where a remote is named. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import type { LandingOrder } from '../../../domain/landing.ts'
import { diskFailure, gitFailure, type GitFailure } from '../git-failure.ts'
import { commitAt, isAncestor, type Repository } from '../repository.ts'
import { emptyCommit } from '../worktree/base.ts'
import { oneLine } from '../worktree/snapshot.ts'
import { worktreeBranchOf } from '../worktree/worktree-registry.ts'
import { changedFiles, commitsBetween } from './changes.ts'
import { moveTarget } from './land.ts'
import type { LandingTarget } from './landing-target.ts'

export interface PullRequest {
  readonly order: LandingOrder
  readonly target: LandingTarget
  /** Where the text is written. */
  readonly folder: string
  readonly remote: string | null
}

const PUSH_MS = 5 * 60_000

/** One line for people: where the branch and the text are. */
export async function preparePullRequest(
  repo: Repository,
  request: PullRequest,
): Promise<Result<string, GitFailure>> {
  const { order, folder, remote } = request
  const branch = worktreeBranchOf(order.name)
  const pointed = await pointAt(repo, branch, order.commit)
  if (!pointed.ok) return pointed
  const text = await textOf(repo, request)
  if (!text.ok) return text
  const file = join(folder, 'pull-request.md')
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(file, text.value)
  } catch (error) {
    return err(diskFailure(file, error))
  }
  const where = `the branch ${branch} stands ready; a text for it is in ${file}`
  if (remote === null) return ok(where)
  const ref = `refs/heads/${branch}`
  const pushed = await repo.git(['push', '--porcelain', '--', remote, `${order.commit}:${ref}`], {
    withHooks: true,
    timeoutMs: PUSH_MS,
  })
  if (pushed.ok) return ok(`${where}; it is pushed to ${remote}`)
  return err(pushFailed(branch, remote, pushed.error))
}

/**
 * The task's branch follows its result, which a merge task may have carried on; one that went elsewhere is left alone. A folder that
 * has it checked out, the task's own worktree or a person's, goes along where nothing in it is in the way.
 */
async function pointAt(
  repo: Repository,
  branch: string,
  commit: string,
): Promise<Result<void, GitFailure>> {
  const ref = `refs/heads/${branch}`
  const tip = await commitAt(repo.git, ref)
  if (!tip.ok) return tip
  if (tip.value === commit) return ok(undefined)
  if (tip.value !== null) {
    const isOn = await isAncestor(repo.git, tip.value, commit)
    if (!isOn.ok) return isOn
    if (!isOn.value) return err(elsewhere(branch))
  }
  const move = { commit, title: branch, isWithdrawn: () => false }
  const moved = await moveTarget(repo, { branch, ref, tip: tip.value }, move)
  if (!moved.ok) return moved
  if (moved.value.kind === 'moved') return ok(undefined)
  const why = moved.value.kind === 'refused' ? moved.value.reason : `${branch} moved meanwhile`
  return err(gitFailure('branch-in-use', why))
}

async function textOf(
  repo: Repository,
  { order, target }: PullRequest,
): Promise<Result<string, GitFailure>> {
  const base = await forkOf(repo, target, order.commit)
  if (!base.ok) return base
  const commits = await commitsBetween(repo.git, base.value, order.commit)
  if (!commits.ok) return commits
  const changed = await changedFiles(repo.git, base.value, order.commit)
  if (!changed.ok) return changed
  const files = changed.value.files.map(
    ({ path, insertions, deletions }) =>
      `- ${oneLine(path)}${insertions === null ? ' (binary)' : ` (+${insertions} −${deletions ?? 0})`}`,
  )
  const lines = [
    `# ${oneLine(order.title)}`,
    order.description.trim(),
    `Branch \`${worktreeBranchOf(order.name)}\`, for \`${target.branch}\`. Task \`${order.taskId}\`.`,
    `## Commits\n\n${commits.value.map(({ id, subject }) => `- ${id.slice(0, 10)} ${subject}`).join('\n')}`,
    `## Files\n\n${files.join('\n')}`,
  ]
  return ok(`${lines.filter((line) => line !== '').join('\n\n')}\n`)
}

async function forkOf(
  repo: Repository,
  { tip }: LandingTarget,
  commit: string,
): Promise<Result<string, GitFailure>> {
  if (tip !== null) {
    const fork = await repo.git(['merge-base', tip, commit], { expect: [0, 1] })
    if (!fork.ok) return fork
    if (fork.value.stdout.trim() !== '') return ok(fork.value.stdout.trim())
  }
  return emptyCommit(repo)
}

const elsewhere = (branch: string): GitFailure =>
  gitFailure(
    'branch-in-use',
    `${branch} has commits that the result has not; rename that branch with git and merge again`,
  )

const pushFailed = (branch: string, remote: string, { message, detail }: GitFailure): GitFailure =>
  gitFailure(
    'command-failed',
    `the branch ${branch} stands ready, but it could not be pushed to ${remote}: ${message}`,
    detail,
  )
