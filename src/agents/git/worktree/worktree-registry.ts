/** The worktrees that git has registered, read by their marks and never by prose. */
import { createHash } from 'node:crypto'
import { readFile, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { gitError } from '../git-failure.ts'
import type { Repository } from '../repository.ts'

export interface RegisteredWorktree {
  /** Links resolved as far as the folder still exists. */
  readonly path: string
  /** Full ref name; null when detached or bare. */
  readonly headRef: string | null
  /** Null when bare, or while its branch has no commit yet. */
  readonly head: string | null
  readonly isLocked: boolean
}

export async function listWorktrees({ git }: Repository): Promise<readonly RegisteredWorktree[]> {
  const { stdout } = await git(['worktree', 'list', '--porcelain', '-z'])
  const blocks = stdout.split('\0\0').filter((block) => block !== '')
  return Promise.all(blocks.map((block) => toWorktree(block.split('\0'))))
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

// Repairs the link between a worktree folder and its registration after a crash, a prune or a lost `.git` file.

/** Whether the folder's `.git` is a file that names an entry of this repository, alive or not. */
export async function pointsInto(repo: Repository, path: string): Promise<boolean> {
  const link = await readFile(join(path, '.git'), 'utf8').catch(() => '')
  const target = /^gitdir: (.+)/.exec(link)?.[1]
  if (target === undefined) return false
  return dirname(await spellingOf(resolve(path, target))) === join(repo.commonDir, 'worktrees')
}

/** Where a new registration is made before it is moved; a crash between leaves it registered there. */
export const temporaryTwinOf = (path: string): string =>
  join(dirname(path), `.mend-${basename(path)}`)

/**
 * Without a branch: the folder is registered and only its `.git` file is lost. With one: the folder is there and its
 * registration is gone; a new one is made beside it by git itself and moved over. No file of the work is touched.
 */
export async function repairRegistration(
  repo: Repository,
  path: string,
  branch?: string,
): Promise<void> {
  if (branch !== undefined) await registerAnew(repo, path, branch)
  const { stderr } = await repo.git(['worktree', 'repair', path], { expect: [0, 1] })
  if (await pointsInto(repo, path)) return
  throw gitError(
    'broken-worktree',
    `${path} has lost its tie to the repository and git could not mend it; move it away and retry`,
    stderr,
  )
}

async function registerAnew(repo: Repository, path: string, branch: string): Promise<void> {
  const twin = temporaryTwinOf(path)
  await rm(join(twin, '.git'), { force: true })
  await repo.git(['worktree', 'add', '--quiet', '--no-checkout', '--force', twin, branch])
  await rename(join(twin, '.git'), join(path, '.git'))
  await rm(twin, { recursive: true, force: true })
}

// The name of a task's worktree, branch and bases: legal as a ref and as a folder, and different for every task on any disk.

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
export const worktreeBranchOf = (name: string): string => `yard/${name}`

export const isWorktreeName = (name: string): boolean =>
  /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name)
