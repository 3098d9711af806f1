/**
 * Tells the end of each live stage once. Three ways lead to the same look at its record: the launcher's word that the supervisor
 * has ended (1 ms, no cost, the usual one), a file watch for what lives longer or was started by another launcher, and the
 * owner's own slow tick.
 */
import { watch as watchFile, type FSWatcher } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorCode } from '../../base/text.ts'
import type { ProcessHost } from './host/process-host.ts'
import type { Launcher } from './launcher/launcher.ts'
import {
  exitDraft,
  isWrittenByTerminal,
  publishExit,
  readExit,
  readOwner,
  supervisorOf,
  type ExitRecord,
  type StageOwner,
  type Supervisor,
} from './stage-files.ts'

export interface ExitWatchOptions {
  readonly launcher: Pick<Launcher, 'onEnded' | 'onReplaced'>
  readonly host: Pick<ProcessHost, 'look' | 'isSameStart'>
  readonly clock: Clock
  readonly log: Log
  /** Called once per watched folder, which is then no longer watched. */
  readonly onExit: (folder: string, exit: ExitRecord) => void
  /** The supervisor ended and left no record: killed, or it never owned the stage. Ask `recoverStage`; the folder stays watched. */
  readonly onVanished: (folder: string) => void
}

export type ExitWatch = ReturnType<typeof createExitWatch>

/** Short agents never cost a watch. */
const ARM_AFTER_MS = 1000
/** A supervisor ends right after it has written the end; looked at again after so long, each time twice as long. */
const CONFIRM_MS = 10
const CONFIRM_TRIES = 7

interface Watched {
  /** Whose record counts, once somebody has said it; an agent may take `pid` away. */
  owner: StageOwner
  isConfirming: boolean
  cancelArm: () => void
  watcher: FSWatcher | null
  isRefused: boolean
}

const watchedFrom = (cancelArm: () => void): Watched => ({
  owner: { kind: 'nobody' },
  isConfirming: false,
  cancelArm,
  watcher: null,
  isRefused: false,
})

export function createExitWatch(options: ExitWatchOptions) {
  const { launcher, clock, log, onExit, onVanished } = options
  const live = new Map<string, Watched>()
  const warnOnce = createWarning(log)

  const forget = (folder: string): void => {
    const watched = live.get(folder)
    live.delete(folder)
    watched?.cancelArm()
    watched?.watcher?.close()
  }
  const check = (folder: string): boolean => {
    const watched = live.get(folder)
    const exit = watched && readExitCalmly(folder, watched, log)
    if (!exit) return false
    forget(folder)
    publishExit(folder, watched.owner)
    onExit(folder, exit)
    return true
  }
  const notice = createNotice(options, live, check)
  const arm = (folder: string): void => {
    const watched = live.get(folder)
    if (!watched || watched.watcher) return
    watched.cancelArm()
    openWatcher(folder, watched, () => void notice(folder), warnOnce)
    void notice(folder) // it may have ended before the watch was there
  }
  /** Who runs it, from elsewhere than its folder. Where its start is not told, `pid` has it. */
  const know = (folder: string, supervisor: Supervisor): void => {
    const watched = live.get(folder)
    if (watched && supervisor.startTime !== '') watched.owner = supervisorOf(supervisor)
  }
  const offEnded = launcher.onEnded(({ folder, end: { pid, code } }) => {
    const watched = live.get(folder)
    if (!watched) return
    // It has written how its program ended, whatever `pid` says by now.
    if (code === 0) watched.owner = supervisorOf({ pid, startTime: '' })
    if (!check(folder)) onVanished(folder)
  })
  const offReplaced = launcher.onReplaced(() => {
    for (const folder of live.keys()) arm(folder)
  })

  return {
    /**
     * Before `start` for a stage of ours, so that no end can be missed; `isAdopted` for one that somebody else started, by that
     * supervisor where it is known. Twice is harmless.
     */
    watch(folder: string, how: { isAdopted?: boolean; supervisor?: Supervisor } = {}): void {
      if (live.has(folder)) return
      const { isAdopted = false, supervisor } = how
      const cancelArm = isAdopted ? () => {} : clock.after(ARM_AFTER_MS, () => arm(folder))
      live.set(folder, watchedFrom(cancelArm))
      if (supervisor) know(folder, supervisor)
      if (isAdopted) arm(folder)
    },
    know,
    /** Looks now, and publishes what it finds; only where the supervisor is known to be gone. True when the stage has ended, and `onExit` was called. */
    check,
    /** The backstop: looks at every watched folder. A record counts once its supervisor is gone: who else wrote it knows nothing. */
    async checkAll(): Promise<void> {
      await Promise.all([...live.keys()].map(notice))
    },
    /** How many folders are watched, and for how many a file watch was refused (`fs.inotify.max_user_watches`). */
    counts: () => ({
      watched: live.size,
      refused: [...live.values()].filter(({ isRefused }) => isRefused).length,
    }),
    forget,
    close(): void {
      offEnded()
      offReplaced()
      for (const folder of live.keys()) forget(folder)
    },
  }
}

/** Looks for a record that somebody may have written while the supervisor runs; `check` is called once that is gone. */
function createNotice(
  { clock, log, host }: ExitWatchOptions,
  live: ReadonlyMap<string, Watched>,
  check: (folder: string) => boolean,
): (folder: string) => Promise<void> {
  const confirm = async (folder: string, watched: Watched, tries: number): Promise<void> => {
    const isAlive = await ownerLives(folder, watched, host)
    if (live.get(folder) !== watched) return
    if (isAlive && tries < CONFIRM_TRIES) {
      const again = (): void => void confirm(folder, watched, tries + 1)
      return void clock.after(CONFIRM_MS * 2 ** tries, again)
    }
    watched.isConfirming = false
    if (isAlive)
      log.warn('exit.json is ignored: its supervisor runs and did not write it', { folder })
    else check(folder)
  }
  return async (folder) => {
    const watched = live.get(folder)
    if (!watched || watched.isConfirming || !readExitCalmly(folder, watched, log)) return
    watched.isConfirming = true
    await confirm(folder, watched, 0)
  }
}

function createWarning(log: Log): (code: string) => void {
  let hasWarned = false
  return (code) => {
    if (!hasWarned) log.warn('a folder cannot be watched; ends may be noticed late', { code })
    hasWarned = true
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
    watched.watcher = watchStage(folder, watched, onChange).on('error', refuse)
  } catch (error) {
    refuse(error)
  }
}

/**
 * Watches the file that the supervisor writes the end to: a watch of the folder would wake us for every line that the agent
 * prints. Before that file is there, or when nobody says whose it is, the folder has to do.
 */
function watchStage(folder: string, watched: Watched, onChange: () => void): FSWatcher {
  const owner = ownerOf(folder, watched)
  if (owner.kind === 'supervisor') {
    try {
      return watchFile(exitDraft(folder, owner.pid), { persistent: false }, onChange)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
  return watchFile(folder, { persistent: false }, onChange)
}

function ownerOf(folder: string, watched: Watched): StageOwner {
  if (watched.owner.kind !== 'supervisor') watched.owner = readOwner(folder)
  return watched.owner
}

/** False also where nothing can be told: the file is all there is then. */
async function ownerLives(
  folder: string,
  watched: Watched,
  host: ExitWatchOptions['host'],
): Promise<boolean> {
  try {
    const owner = ownerOf(folder, watched)
    if (owner.kind !== 'supervisor' || isWrittenByTerminal(folder, owner)) return false
    const look = (await host.look([owner.pid])).get(owner.pid)
    return look !== undefined && !look.isDead && host.isSameStart(look.startTime, owner.startTime)
  } catch {
    return false
  }
}

/** A folder that cannot be read now is one that has not ended yet; the next look may tell. */
function readExitCalmly(folder: string, watched: Watched, log: Log): ExitRecord | null {
  try {
    return readExit(folder, ownerOf(folder, watched))
  } catch (error) {
    log.warn('the end of an agent cannot be read', { folder, code: errorCode(error) })
    return null
  }
}
