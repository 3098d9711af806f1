/**
 * What agents leave running is ended after a grace, all of them in one look at the processes; at once before the next try at their
 * task, which must not share its folder with them. The markers of ended agents are noted in a file until they were looked for, so
 * that the next owner can go on where this one stopped.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import type { LeftProcess } from '../../../domain/executor.ts'
import type { ProcessHost } from '../../process/host/process-host.ts'
import type { Launcher } from '../../process/launcher/launcher.ts'
import { inodeOf } from './stage-record.ts'

export interface EndedLeftovers {
  /** How many processes had to be ended. */
  readonly ended: number
  /** Those that are still there; they are looked for again. */
  readonly left: readonly LeftProcess[]
}

interface Parts {
  /** Beside the folders of the agents. */
  readonly file: string
  readonly launcher: Launcher
  readonly clock: Clock
  readonly log: Log
  readonly host: Pick<ProcessHost, 'bootId'>
  /** False in a yard that is not trusted: its notes must not end any process. */
  mayTouch(): boolean
}

interface Marked {
  /** Null in what was noted before it was kept. */
  readonly task: string | null
  /** When its grace is over, on the monotonic clock. */
  readonly at: number
}

const GRACE_MS = 10_000
const KILL_GRACE_MS = 3000

export class Leftovers {
  readonly #parts: Parts
  readonly #waiting = new Map<string, Marked>()
  /** The same by task: each launch asks for those of its own. */
  readonly #ofTask = new Map<string, Set<string>>()
  #cancel: (() => void) | null = null
  #sweeping: Promise<void> | null = null
  #isClosed = false

  constructor(parts: Parts) {
    this.#parts = parts
    const at = parts.clock.monotonic() + GRACE_MS
    for (const { key, task } of readNotes(parts.file)) this.#wait(key, { task, at })
    this.#schedule()
  }

  /** `key`: the marker of an agent of that task. */
  add(key: string, task: string): void {
    const { clock, file, log } = this.#parts
    this.#wait(key, { task, at: clock.monotonic() + GRACE_MS })
    try {
      appendFileSync(file, `${key} ${task} ${inodeOf(dirname(file))}\n`, { mode: 0o600 })
    } catch (error) {
      log.warn('a marker could not be noted', { error: String(error) })
    }
    this.#schedule()
  }

  /** Ends what earlier agents of the task left. Rejects where that cannot be told. */
  endOf(task: string): Promise<EndedLeftovers> {
    return this.#end([...(this.#ofTask.get(task) ?? [])])
  }

  /** The same for all tasks. */
  endAll(): Promise<EndedLeftovers> {
    return this.#end([...this.#waiting.keys()])
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    await this.#sweeping
  }

  #wait(key: string, one: Marked): void {
    this.#waiting.set(key, one)
    if (one.task === null) return
    const keys = this.#ofTask.get(one.task)
    if (keys) keys.add(key)
    else this.#ofTask.set(one.task, new Set([key]))
  }

  #forget(key: string): void {
    const task = this.#waiting.get(key)?.task ?? null
    this.#waiting.delete(key)
    const keys = task === null ? null : this.#ofTask.get(task)
    if (keys?.delete(key) && keys.size === 0 && task !== null) this.#ofTask.delete(task)
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
    const now = this.#parts.clock.monotonic()
    const due = [...this.#waiting].filter(([, { at }]) => at <= now).map(([key]) => key)
    await this.#end(due)
    // What could not be ended is not tried again every few seconds; the next try at its task does so.
    for (const [key, one] of this.#waiting)
      if (one.at <= now) this.#waiting.set(key, { ...one, at: Infinity })
  }

  async #end(keys: readonly string[]): Promise<EndedLeftovers> {
    const { launcher, file } = this.#parts
    if (keys.length === 0 || !this.#parts.mayTouch()) return { ended: 0, left: [] }
    const found = await launcher.sweep(keys)
    if (!found.ok) throw new Error(found.error.message)
    const ends = await Promise.all(found.value.map((one) => this.#endOne(one.marker)))
    const stubborn = new Set(ends.filter(({ left }) => left.length > 0).map(({ key }) => key))
    for (const key of keys) if (!stubborn.has(key)) this.#forget(key)
    if (this.#waiting.size === 0) rmSync(file, { force: true })
    return {
      ended: ends.reduce((sum, { ended }) => sum + ended, 0),
      left: ends.flatMap(({ left }) => left),
    }
  }

  async #endOne(key: string): Promise<EndedLeftovers & { readonly key: string }> {
    const { launcher, file, log, host } = this.#parts
    const killed = await launcher.killTree({
      folder: file,
      leader: null,
      marker: key,
      bootId: await host.bootId(),
      signal: 'SIGTERM',
      graceMs: KILL_GRACE_MS,
    })
    if (!killed.ok) throw new Error(killed.error.message)
    const { members, leftovers } = killed.value
    log.info('ended what an agent left running', { processes: members, left: leftovers.length })
    return { key, ended: members - leftovers.length, left: leftovers }
  }
}

interface Note {
  readonly key: string
  readonly task: string | null
}

/** The markers in the copy of a folder are those of the agents of the first: nobody's here. */
function readNotes(file: string): Note[] {
  try {
    const here = inodeOf(dirname(file))
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    return lines.flatMap((line) => {
      const [key = '', task = null, inode = here] = line.split(' ')
      return inode === here ? [{ key, task }] : []
    })
  } catch {
    return [] // nothing was left behind
  }
}
