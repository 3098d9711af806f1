/**
 * The slow half of a new worktree: its files. `worktree add --no-checkout` leaves a mark in the worktree's own git folder
 * which goes when all files are there, so a crash between is seen and the checkout done again; without the mark nothing
 * is ever written over.
 */
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { err, ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { Git } from './git.ts'
import { diskFailure } from './git-failure.ts'
import type { GitFailure } from './git-failure.ts'
import { readPath } from './repository.ts'

const CHECKOUT_TIMEOUT_MS = 15 * 60_000
const DEAD_AFTER_MS = 30_000

export async function markUnfinished(git: Git): Promise<Result<void, GitFailure>> {
  const gitDir = await readPath(git, '--git-dir')
  if (!gitDir.ok) return gitDir
  try {
    await writeFile(markOf(gitDir.value), '')
    return ok(undefined)
  } catch (error) {
    return err(diskFailure(gitDir.value, error))
  }
}

/** Does what is left of the checkout: all of it, only the index, or nothing. `git` runs in `path`. */
export async function finishCheckout(git: Git, path: string): Promise<Result<void, GitFailure>> {
  const gitDir = await readPath(git, '--git-dir')
  if (!gitDir.ok) return gitDir
  const mark = markOf(gitDir.value)
  const index = join(gitDir.value, 'index')
  const isMarked = await exists(mark)
  if (!isMarked && (await exists(index))) return ok(undefined)
  const isBlank = (await readdir(path)).every((entry) => entry === '.git')
  if (isMarked || isBlank) {
    if (isMarked) await clearDeadLock(`${index}.lock`)
    const workers = `checkout.workers=${Math.min(availableParallelism(), 4)}`
    const filled = await git(['-c', workers, 'reset', '--hard', '--quiet'], {
      timeoutMs: CHECKOUT_TIMEOUT_MS,
    })
    if (!filled.ok) return filled
    await rm(mark, { force: true })
    return ok(undefined)
  }
  // Files but no index: the registration was made anew. Only the index is filled, every file stays as it is.
  const mixed = await git(['reset', '--mixed', '--quiet'], { timeoutMs: CHECKOUT_TIMEOUT_MS })
  return mixed.ok ? ok(undefined) : mixed
}

/**
 * A checkout that died left its lock; no agent has been in this worktree, so it is ours. But the git of an owner that was
 * killed may still be at work: its lock is young, and it is given time to end rather than left to write behind our back.
 */
async function clearDeadLock(lock: string): Promise<void> {
  for (;;) {
    const facts = await stat(lock).catch(() => null)
    if (facts === null) return
    // One from the future was left before the clock was set back.
    if (Math.abs(Date.now() - facts.mtimeMs) > DEAD_AFTER_MS) return rm(lock, { force: true })
    await wait(50)
  }
}

function markOf(gitDir: string): string {
  return join(gitDir, 'yard-unfinished')
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
