/** Prepares a pull request: a branch at the result and a text beside it. Pushed only where a remote is named. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../../../base/result.ts'
import type { LandingOrder } from '../../../domain/landing.ts'
import { attempted, gitError, onDisk, valueOf, type GitFailure } from '../git-failure.ts'
import { readLine } from '../git.ts'
import { commitAt, isAncestor, type Repository } from '../repository.ts'
import { emptyCommit } from '../worktree/base.ts'
import { oneLine } from '../worktree/snapshot.ts'
import { worktreeBranchOf } from '../worktree/worktree-registry.ts'
import { changedFiles, commitsBetween } from './changes.ts'
import { moveTarget, type LandingTarget } from './land.ts'

export interface PullRequest {
  readonly order: LandingOrder
  readonly target: LandingTarget
  /** Where the text is written. */
  readonly folder: string
  readonly remote: string | null
}

const PUSH_MS = 5 * 60_000

/** One line for people: where the branch and the text are. */
export const preparePullRequest = (
  repo: Repository,
  request: PullRequest,
): Promise<Result<string, GitFailure>> =>
  attempted(async () => {
    const { order, folder, remote } = request
    const branch = worktreeBranchOf(order.name)
    await pointAt(repo, branch, order.commit)
    const text = await textOf(repo, request)
    const file = join(folder, 'pull-request.md')
    await onDisk(file, async () => {
      await mkdir(folder, { recursive: true })
      await writeFile(file, text)
    })
    const where = `the branch ${branch} stands ready; a text for it is in ${file}`
    if (remote === null) return where
    await push(repo, { branch, remote, commit: order.commit })
    return `${where}; it is pushed to ${remote}`
  })

async function push(
  { git }: Repository,
  { branch, remote, commit }: Readonly<Record<'branch' | 'remote' | 'commit', string>>,
): Promise<void> {
  const args = ['push', '--porcelain', '--', remote, `${commit}:refs/heads/${branch}`]
  const pushed = await attempted(() => git(args, { withHooks: true, timeoutMs: PUSH_MS }))
  if (pushed.ok) return
  const { message, detail } = pushed.error
  throw gitError(
    'command-failed',
    `the branch ${branch} stands ready, but it could not be pushed to ${remote}: ${message}`,
    detail,
  )
}

/**
 * The task's branch follows its result, which a merge task may have carried on; one that went elsewhere is left alone. A folder that
 * has it checked out, the task's own worktree or a person's, goes along where nothing in it is in the way.
 */
async function pointAt(repo: Repository, branch: string, commit: string): Promise<void> {
  const ref = `refs/heads/${branch}`
  const tip = await commitAt(repo.git, ref)
  if (tip === commit) return
  if (tip !== null && !(await isAncestor(repo.git, tip, commit)))
    throw gitError(
      'branch-in-use',
      `${branch} has commits that the result has not; rename that branch with git and merge again`,
    )
  const move = { commit, title: branch, isWithdrawn: () => false }
  const moved = valueOf(await moveTarget(repo, { branch, ref, tip }, move))
  if (moved.kind === 'moved') return
  const why = moved.kind === 'refused' ? moved.reason : `${branch} moved meanwhile`
  throw gitError('branch-in-use', why)
}

async function textOf(repo: Repository, { order, target }: PullRequest): Promise<string> {
  const base = await forkOf(repo, target, order.commit)
  const commits = valueOf(await commitsBetween(repo.git, base, order.commit))
  const changed = valueOf(await changedFiles(repo.git, base, order.commit))
  const files = changed.files.map(
    ({ path, insertions, deletions }) =>
      `- ${oneLine(path)}${insertions === null ? ' (binary)' : ` (+${insertions} −${deletions ?? 0})`}`,
  )
  const lines = [
    `# ${oneLine(order.title)}`,
    order.description.trim(),
    `Branch \`${worktreeBranchOf(order.name)}\`, for \`${target.branch}\`. Task \`${order.taskId}\`.`,
    `## Commits\n\n${commits.map(({ id, subject }) => `- ${id.slice(0, 10)} ${subject}`).join('\n')}`,
    `## Files\n\n${files.join('\n')}`,
  ]
  return `${lines.filter((line) => line !== '').join('\n\n')}\n`
}

async function forkOf(repo: Repository, { tip }: LandingTarget, commit: string): Promise<string> {
  if (tip === null) return emptyCommit(repo)
  const fork = await readLine(repo.git(['merge-base', tip, commit], { expect: [0, 1] }))
  return fork || emptyCommit(repo)
}
