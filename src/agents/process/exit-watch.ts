/**
 * Tells the end of each live stage once. Three ways lead to the same look at exit.json: the launcher's word that the supervisor
 * has ended (1 ms, no cost, the usual one), a file watch for what lives longer or was started by another launcher, and the
 * owner's own slow tick.
 */
import { watch as watchFile } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Launcher } from './launcher.ts'
import { errorCode, readExit, readOwner } from './stage-files.ts'
import type { ExitRecord } from './stage-files.ts'

export interface ExitWatchOptions {
  readonly launcher: Pick<Launcher, 'onEnded' | 'onReplaced'>
  readonly clock: Clock
  readonly log: Log
  /** Called once per watched folder, which is then no longer watched. */
  readonly onExit: (folder: string, exit: ExitRecord) => void
  /** The supervisor ended and left no exit.json: killed, or it never owned the stage. Ask `recoverStage`; the folder stays watched. */
  readonly onVanished: (folder: string) => void
}

export interface ExitWatch {
  /** Before `start` for a stage of ours, so that no end can be missed; `isAdopted` for one that somebody else started. Twice is harmless. */
  watch(folder: string, options?: { readonly isAdopted: boolean }): void
  /** Looks now. True when the stage has ended, and `onExit` was called. */
  check(folder: string): boolean
  /** The backstop: looks at every watched folder. */
  checkAll(): void
  /** How many folders are watched, and for how many a file watch was refused (`fs.inotify.max_user_watches`). */
  counts(): { readonly watched: number; readonly refused: number }
  forget(folder: string): void
  close(): void
}

/** Short agents never cost a watch. */
const ARM_AFTER_MS = 1000

interface Watched {
  cancelArm: () => void
  watcher: FSWatcher | null
  isRefused: boolean
}

export function createExitWatch(options: ExitWatchOptions): ExitWatch {
  const { launcher, clock, log, onExit, onVanished } = options
  const live = new Map<string, Watched>()
  let hasWarned = false
  const warnOnce = (code: string): void => {
    if (!hasWarned) log.warn('a folder cannot be watched; ends may be noticed late', { code })
    hasWarned = true
  }

  const forget = (folder: string): void => {
    const watched = live.get(folder)
    live.delete(folder)
    watched?.cancelArm()
    watched?.watcher?.close()
  }
  const check = (folder: string): boolean => {
    if (!live.has(folder)) return false
    const exit = readExitCalmly(folder, log)
    if (!exit) return false
    forget(folder)
    onExit(folder, exit)
    return true
  }
  const arm = (folder: string): void => {
    const watched = live.get(folder)
    if (!watched || watched.watcher) return
    watched.cancelArm()
    openWatcher(folder, watched, () => void check(folder), warnOnce)
    check(folder) // it may have ended before the watch was there
  }
  const offEnded = launcher.onEnded(({ folder }) => {
    if (live.has(folder) && !check(folder)) onVanished(folder)
  })
  const offReplaced = launcher.onReplaced(() => {
    for (const folder of live.keys()) arm(folder)
  })

  return {
    watch(folder, { isAdopted } = { isAdopted: false }) {
      if (live.has(folder)) return
      const cancelArm = isAdopted ? () => {} : clock.after(ARM_AFTER_MS, () => arm(folder))
      live.set(folder, { cancelArm, watcher: null, isRefused: false })
      if (isAdopted) arm(folder)
    },
    check,
    checkAll() {
      for (const folder of live.keys()) check(folder)
    },
    counts: () => ({
      watched: live.size,
      refused: [...live.values()].filter(({ isRefused }) => isRefused).length,
    }),
    forget,
    close() {
      offEnded()
      offReplaced()
      for (const folder of live.keys()) forget(folder)
    },
  }
}

/** A watch that is refused, or fails later, leaves the other two ways. */
function openWatcher(
  folder: string,
  watched: Watched,
  onChange: () => void,
  onRefused: (code: string) => void,
): void {
  const refuse = (error: unknown): void => {
    watched.watcher?.close()
    watched.watcher = null
    watched.isRefused = true
    onRefused(errorCode(error))
  }
  try {
    watched.watcher = watchStage(folder, onChange).on('error', refuse)
  } catch (error) {
    refuse(error)
  }
}

/**
 * Watches the file that the supervisor will rename to exit.json: a watch of the folder would wake us for every line that the
 * agent prints. Before that file is there, or when nobody says whose it is, the folder has to do.
 */
function watchStage(folder: string, onChange: () => void): FSWatcher {
  const owner = readOwner(folder)
  if (owner.kind === 'supervisor') {
    try {
      return watchFile(join(folder, `exit.${owner.pid}`), { persistent: false }, onChange)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
  return watchFile(folder, { persistent: false }, onChange)
}

/** A folder that cannot be read now is one that has not ended yet; the next look may tell. */
function readExitCalmly(folder: string, log: Log): ExitRecord | null {
  try {
    return readExit(folder)
  } catch (error) {
    log.warn('the end of an agent cannot be read', { folder, code: errorCode(error) })
    return null
  }
}
