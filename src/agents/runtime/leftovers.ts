/**
 * What agents leave running is ended after a grace, all of them in one look at the processes. The markers of ended agents
 * are noted in a file until they were looked for, so that the next owner can go on where this one stopped.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Launcher } from '../process/launcher.ts'

export interface Leftovers {
  add(key: string): void
  close(): Promise<void>
}

const GRACE_MS = 10_000
const KILL_GRACE_MS = 3000

export function createLeftovers(parts: {
  file: string
  launcher: Launcher
  clock: Clock
  log: Log
  bootId: () => Promise<string>
}): Leftovers {
  const { file, launcher, clock, log } = parts
  /** marker → when its grace is over, on the monotonic clock */
  const waiting = new Map<string, number>()
  for (const key of readKeys(file)) waiting.set(key, clock.monotonic() + GRACE_MS)
  let cancel: (() => void) | null = null
  let sweeping: Promise<void> | null = null
  let isClosed = false

  const schedule = (): void => {
    if (cancel || isClosed || waiting.size === 0) return
    cancel = clock.after(GRACE_MS, () => {
      cancel = null
      sweeping = sweep()
        .catch((error: unknown) =>
          log.warn('looking for left-over processes failed', { error: String(error) }),
        )
        .finally(() => {
          sweeping = null
          schedule()
        })
    })
  }
  const sweep = async (): Promise<void> => {
    const now = clock.monotonic()
    const due = [...waiting].filter(([, at]) => at <= now).map(([key]) => key)
    const found = due.length === 0 ? null : await launcher.sweep(due)
    if (!found?.ok) return
    const bootId = await parts.bootId()
    await Promise.all(
      found.value.map(async ({ marker, processes }) => {
        log.info('ending what an agent left running', {
          processes: processes.map((p) => p.command ?? p.pid),
        })
        await launcher.killTree({
          folder: file,
          leader: null,
          marker,
          bootId,
          signal: 'SIGTERM',
          graceMs: KILL_GRACE_MS,
        })
      }),
    )
    for (const key of due) waiting.delete(key)
    if (waiting.size === 0) rmSync(file, { force: true })
  }
  schedule()
  return {
    add(key) {
      waiting.set(key, clock.monotonic() + GRACE_MS)
      appendFileSync(file, `${key}\n`)
      schedule()
    },
    async close() {
      isClosed = true
      cancel?.()
      await sweeping
    },
  }
}

function readKeys(file: string): string[] {
  try {
    return [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))]
  } catch {
    return [] // nothing was left behind
  }
}
