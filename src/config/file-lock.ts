/** One writer of a file at a time, across processes: a lock file beside it, kept for no longer than a write takes. */
import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { err, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'

/** A holder works in one go without waiting for anything, so an older lock belongs to a process that died. */
const STALE_MS = 10_000
const PATIENCE_MS = 15_000

/** `run` must not wait for anything outside. */
export async function withFileLock<T>(
  file: string,
  run: () => Result<T, Failure>,
): Promise<Result<T, Failure>> {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    const done = runLocked(`${file}.lock`, run)
    if (done) return done.value
    if (performance.now() > giveUpAt) return err(busy(file))
    await delay(5 + Math.random() * 20)
  }
}

/** As `withFileLock`, for a write that is over in a moment, where the caller cannot wait. Null: another writer never came to an end. */
export function withFileLockSync<T>(file: string, run: () => T): T | null {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    const done = runLocked(`${file}.lock`, run)
    if (done) return done.value
    if (performance.now() > giveUpAt) return null
    Atomics.wait(PAUSE, 0, 0, 1 + Math.random() * 4)
  }
}

/** Null while another holds the lock. */
function runLocked<T>(lock: string, run: () => T): { readonly value: T } | null {
  mkdirSync(dirname(lock), { recursive: true })
  if (!tryLock(lock)) {
    removeStale(lock)
    return null
  }
  try {
    return { value: run() }
  } finally {
    rmSync(lock, { force: true })
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4))

function tryLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** One from the future was left before the clock was set back. */
function removeStale(lock: string): void {
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
  if (Math.abs(age) > STALE_MS) rmSync(lock, { force: true })
}

const busy = (file: string): Failure => ({
  kind: 'locked',
  message: `${file} is being written by another process`,
  hint: `if that is none of yours, remove ${file}.lock`,
})
