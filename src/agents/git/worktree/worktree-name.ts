/** The name of a task's worktree, branch and bases: legal as a ref and as a folder, and different for every task on any disk. */
import { createHash } from 'node:crypto'

const LONGEST_SLUG = 40

/**
 * Slug of the id plus six hex digits of its hash. The hash is of the exact id, so `Foo` and `foo` differ on a disk that
 * does not tell their case. Stored once with the task: a later change of this rule must not move existing work.
 * `yard` tells apart the tasks of two yards in one repository; empty for the usual one.
 */
export function worktreeNameOf(taskId: string, yard = ''): string {
  const slug = taskId
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replace(/^-+|-+$/g, '')
  const hash = createHash('sha256')
    .update(yard === '' ? taskId : `${yard} ${taskId}`)
    .digest('hex')
    .slice(0, 6)
  return slug === '' ? `task-${hash}` : `${slug}-${hash}`
}

/** The short name of the branch of a worktree. */
export function worktreeBranchOf(name: string): string {
  return `yard/${name}`
}

export function isWorktreeName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name)
}
