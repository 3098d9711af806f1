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

interface Parts {
  readonly file: string
  readonly launcher: Launcher
  readonly clock: Clock
  readonly log: Log
  readonly bootId: () => Promise<string>
  /** What a yard that nobody trusts yet has noted ends nothing. */
  readonly mayTouch: () => boolean
}

const GRACE_MS = 10_000
const KILL_GRACE_MS = 3000

export const createLeftovers = (parts: Parts): Leftovers => new MarkedLeftovers(parts)

class MarkedLeftovers implements Leftovers {
  readonly #parts: Parts
  /** marker → when its grace is over, on the monotonic clock */
  readonly #waiting = new Map<string, number>()
  #cancel: (() => void) | null = null
  #sweeping: Promise<void> | null = null
  #isClosed = false

  constructor(parts: Parts) {
    this.#parts = parts
    for (const key of readKeys(parts.file))
      this.#waiting.set(key, parts.clock.monotonic() + GRACE_MS)
    this.#schedule()
  }

  add(key: string): void {
    this.#waiting.set(key, this.#parts.clock.monotonic() + GRACE_MS)
    try {
      appendFileSync(this.#parts.file, `${key}\n`)
    } catch (error) {
      this.#parts.log.warn('a marker could not be noted', { error: String(error) })
    }
    this.#schedule()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    await this.#sweeping
  }

  #schedule(): void {
    if (this.#cancel || this.#isClosed || this.#waiting.size === 0) return
    this.#cancel = this.#parts.clock.after(GRACE_MS, () => {
      this.#cancel = null
      this.#sweeping = this.#sweep()
        .catch((error: unknown) =>
          this.#parts.log.warn('looking for left-over processes failed', { error: String(error) }),
        )
        .finally(() => {
          this.#sweeping = null
          this.#schedule()
        })
    })
  }

  async #sweep(): Promise<void> {
    const { launcher, clock, file } = this.#parts
    const now = clock.monotonic()
    const due = [...this.#waiting].filter(([, at]) => at <= now).map(([key]) => key)
    if (!this.#parts.mayTouch()) return
    const found = due.length === 0 ? null : await launcher.sweep(due)
    if (!found?.ok) return
    const bootId = await this.#parts.bootId()
    await Promise.all(
      found.value.map(({ marker, processes }) => this.#end(marker, bootId, processes.length)),
    )
    for (const key of due) this.#waiting.delete(key)
    if (this.#waiting.size === 0) rmSync(file, { force: true })
  }

  async #end(marker: string, bootId: string, count: number): Promise<void> {
    const { launcher, file, log } = this.#parts
    log.info('ending what an agent left running', { processes: count })
    await launcher.killTree({
      folder: file,
      leader: null,
      marker,
      bootId,
      signal: 'SIGTERM',
      graceMs: KILL_GRACE_MS,
    })
  }
}

function readKeys(file: string): string[] {
  try {
    return [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))]
  } catch {
    return [] // nothing was left behind
  }
}
