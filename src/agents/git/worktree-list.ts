/** The worktrees that git has registered, read by their marks and never by prose. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { GitFailure } from './git-failure.ts'
import type { Repository } from './repository.ts'

export interface RegisteredWorktree {
  /** Links resolved as far as the folder still exists. */
  readonly path: string
  /** Full ref name; null when detached or bare. */
  readonly headRef: string | null
  /** Null when bare, or while its branch has no commit yet. */
  readonly head: string | null
  readonly isLocked: boolean
}

export async function listWorktrees(
  repo: Repository,
): Promise<Result<readonly RegisteredWorktree[], GitFailure>> {
  const listed = await repo.git(['worktree', 'list', '--porcelain', '-z'])
  if (!listed.ok) return listed
  const blocks = listed.value.stdout.split('\0\0').filter((block) => block !== '')
  return ok(await Promise.all(blocks.map((block) => toWorktree(block.split('\0')))))
}

/** The same folder has one spelling here, also when it is not there yet. */
export async function spellingOf(path: string): Promise<string> {
  const whole = await realpath(path).catch(() => null)
  if (whole !== null) return whole
  const parent = dirname(path)
  return parent === path ? path : join(await spellingOf(parent), basename(path))
}

async function toWorktree(lines: readonly string[]): Promise<RegisteredWorktree> {
  const valueOf = (key: string) =>
    lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? null
  const head = valueOf('HEAD')
  return {
    path: await spellingOf(valueOf('worktree') ?? ''),
    headRef: valueOf('branch'),
    head: head === null || /^0+$/.test(head) ? null : head,
    isLocked: lines.some((line) => line === 'locked' || line.startsWith('locked ')),
  }
}
