/**
 * One `git worktree` command at a time in a repository: several at once read each other's half-made entries and fail
 * (12 of 200 with ten at once on git 2.39). Inside this process a queue, between processes a lock file in the common
 * directory that is created exclusively.
 *
 * A lock is stale when its process is gone, when the pid now belongs to a process with another start time, or when it is
 * older than five minutes (holders keep it for milliseconds, and every git command under it has a time limit). A stale
 * lock is moved aside and looked at again, so that of two who judge it stale only one takes it.
 */
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode } from '../../base/text.ts'
import { diskFailure, GitError, gitError } from './git-failure.ts'

const STALE_AFTER_MS = 5 * 60_000
// A holder that died between making the file and signing it.
const UNSIGNED_AFTER_MS = 10_000
const GIVE_UP_AFTER_MS = 2 * 60_000
const queues = new Map<string, Promise<unknown>>()

/** Runs `work` while nobody else holds the repository. The lock is given back whatever happens. */
export async function withRepositoryLock<T>(commonDir: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(commonDir) ?? Promise.resolve()
  const turn = before.then(() => holdLock(commonDir, work))
  // The queue only keeps the order; the outcome belongs to whoever asked.
  const settled = turn.catch(() => undefined)
  queues.set(commonDir, settled)
  try {
    return await turn
  } finally {
    if (queues.get(commonDir) === settled) queues.delete(commonDir)
  }
}

export const lockFileOf = (commonDir: string): string => join(commonDir, 'yard-worktrees.lock')

async function holdLock<T>(commonDir: string, work: () => Promise<T>): Promise<T> {
  const file = lockFileOf(commonDir)
  const content = `${process.pid} ${(await startOf(process.pid)) ?? '-'}\n`
  await takeLock(file, content)
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function takeLock(file: string, content: string): Promise<void> {
  const deadline = performance.now() + GIVE_UP_AFTER_MS
  for (let round = 0; ; round += 1) {
    if (await createExclusively(file, content)) return
    if (await isStale(file)) await moveAside(file)
    else if (performance.now() > deadline) throw tooBusy(file)
    else await wait(Math.min(10 * (round + 1), 100) * (0.5 + Math.random()))
  }
}

/** False when somebody has it. */
async function createExclusively(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    try {
      await handle.writeFile(content)
    } catch (error) {
      await rm(file, { force: true })
      throw error
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw new GitError(diskFailure(file, error))
  }
}

async function isStale(file: string): Promise<boolean> {
  const [content, facts] = await Promise.all([
    readFile(file, 'utf8').catch(() => null),
    stat(file).catch(() => null),
  ])
  // Given back between our try and our look: try again.
  if (content === null || facts === null) return false
  // One from the future was left before the clock was set back.
  const ageMs = Math.abs(Date.now() - facts.mtimeMs)
  if (ageMs > STALE_AFTER_MS || (content === '' && ageMs > UNSIGNED_AFTER_MS)) return true
  const [pid = '', start = '-'] = content.trim().split(' ')
  if (!/^\d+$/.test(pid)) return false
  if (!isAlive(Number(pid))) return true
  const now = await startOf(Number(pid))
  return start !== '-' && now !== null && now !== start
}

async function moveAside(file: string): Promise<void> {
  const aside = `${file}.stale.${process.pid}`
  try {
    await rename(file, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  // Between the look and the rename somebody else may have taken it: then it is theirs, put it back.
  if (!(await isStale(aside))) await link(aside, file).catch(() => undefined)
  await rm(aside, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** When a process started, in ticks since boot; null where the platform has no /proc (there the pid and the age decide). */
async function startOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name in brackets may hold anything, brackets and spaces too: count from the last one.
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

const tooBusy = (file: string): GitError =>
  gitError(
    'locked',
    `another yard keeps ${file}; wait for it, or remove that file if no yard works in this repository`,
  )
