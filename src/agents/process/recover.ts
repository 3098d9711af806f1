/**
 * What became of a stage, told from its folder alone. At most one side ever owns a stage: the supervisor that created `pid`,
 * or a recovery that did. `pid` is never deleted here; a new try is a new folder.
 */
import { existsSync, linkSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { errorText, errorCode } from '../../base/text.ts'
import type { ProcessHost } from './host/process-host.ts'
import {
  type ExitRecord,
  isWrittenByTerminal,
  parseOwner,
  publishExit,
  readExit,
  readIfThere,
  readOwner,
  STAGE_FILES,
  supervisorOf,
  type StageOwner,
  type Supervisor,
} from './stage-files.ts'

/**
 * - `exited`: it ran and this is how it ended.
 * - `alive`: this supervisor runs it; adopt, never start another.
 * - `never-ran`: nothing ran and, because recovery now owns `pid`, nothing ever will.
 * - `lost`: it may have run; nobody knows how it ended. Sweep what it may have left before anything else.
 * - `undecided`: the folder cannot be read or written (disk full, rights); nothing may be started, ask again later.
 */
export type Recovery =
  | { readonly kind: 'exited'; readonly exit: ExitRecord }
  | { readonly kind: 'alive'; readonly pid: number; readonly startTime: string }
  | { readonly kind: 'never-ran' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'undecided'; readonly code: string; readonly message: string }

export interface RecoverOptions {
  /** From launch.json. Null when that could not be read: then a living process must also name the folder in its command line. */
  readonly bootIdAtLaunch: string | null
  readonly host: ProcessHost
  /**
   * The supervisor, where its start is on record outside the folder. Such a stage is never `never-ran`, and nobody else's record
   * counts, whatever has become of its folder.
   */
  readonly started?: Supervisor | null
}

/**
 * How long a supervisor may take between creating `pid` and writing it, before it counts as alive but stopped; and between writing
 * how its program ended and ending, before that record counts as somebody else's.
 */
const UNSETTLED_ROUNDS = 40
const UNSETTLED_WAIT_MS = 50

export async function recoverStage(folder: string, options: RecoverOptions): Promise<Recovery> {
  await nextTurn() // many stages are recovered in a row when a yard opens
  try {
    return await recoverFolder(folder, options)
  } catch (error) {
    const message = errorText(error)
    return { kind: 'undecided', code: errorCode(error), message }
  }
}

async function recoverFolder(folder: string, options: RecoverOptions): Promise<Recovery> {
  const bootId = await options.host.bootId()
  const isSameBoot = options.bootIdAtLaunch === null || options.bootIdAtLaunch === bootId
  const sameBoot = isSameBoot ? options : null
  for (let round = 1; ; round += 1) {
    const isWritten = isWrittenByTerminal(folder, readOwner(folder))
    const exit = readExit(folder, ownerOf(folder, options))
    if (exit && isWritten) return { kind: 'exited', exit }
    if (!exit && (await wasNeverRun(folder, options, sameBoot))) return { kind: 'never-ran' }
    const owner = await livingOwner(folder, sameBoot)
    if (owner === 'none') return exitedOrLost(folder, options)
    const isSettled = owner.isWritten && exit === null
    if (isSettled || round >= UNSETTLED_ROUNDS)
      return { kind: 'alive', pid: owner.pid, startTime: owner.startTime }
    await delay(UNSETTLED_WAIT_MS)
  }
}

const ownerOf = (folder: string, { started }: RecoverOptions): StageOwner =>
  started ? supervisorOf(started) : readOwner(folder)

/** Who runs the stage, or is about to; `isWritten` when `pid` itself says so. With null nobody of the launch's boot can be alive. */
async function livingOwner(
  folder: string,
  options: RecoverOptions | null,
): Promise<(Supervisor & { isWritten: boolean }) | 'none'> {
  if (!options) return 'none'
  const owner = readOwner(folder)
  if (owner.kind === 'unwritten') {
    const writer = await livingClaimant(folder, options)
    if (writer) return { ...writer, isWritten: false }
  }
  // Without a living writer an empty file may have been filled since it was read; then its owner has ended, or is this one.
  const { kind, ...noted } = { startTime: '', pid: 0, ...readOwner(folder) }
  if (kind === 'supervisor' && (await isSupervisor(folder, noted, options)))
    return { ...noted, isWritten: true }
  const unnoted = await unnotedOwner(folder, kind, options)
  return unnoted ? { ...unnoted, isWritten: true } : 'none'
}

/** The living supervisor of a stage whose `pid` is gone, perhaps with the whole folder, or was written over. */
async function unnotedOwner(
  folder: string,
  kind: StageOwner['kind'],
  { started, host }: RecoverOptions,
): Promise<Supervisor | null> {
  const named = { bootIdAtLaunch: null, host }
  if (started) return (await isSupervisor(folder, started, named)) ? started : null
  return kind === 'supervisor' || existsSync(folder) ? null : findSupervisor(folder, host)
}

/** By its command line, in one look at all processes. Linux only: elsewhere nobody is found. */
async function findSupervisor(folder: string, host: ProcessHost): Promise<Supervisor | null> {
  if (process.platform !== 'linux') return null
  for (const { pid, startTime, isDead } of (await host.table()).rows.values()) {
    if (isDead) continue
    const [, given = ''] = (await host.commandLine(pid))?.split(/supervise\.(?:sh|mjs) /) ?? []
    if (given.replace(/^--one-stream /, '').startsWith(`${folder} `)) return { pid, startTime }
  }
  return null
}

/** Whether `pid` becomes ours (or an earlier recovery's), so that nothing ever runs in the folder. */
async function wasNeverRun(
  folder: string,
  { started = null }: RecoverOptions,
  sameBoot: RecoverOptions | null,
): Promise<boolean> {
  const owner = readOwner(folder)
  if (started !== null) return false
  if (owner.kind === 'recovery') return true
  if (owner.kind !== 'nobody') return false
  const claim = claimStage(folder)
  return claim === 'no-folder' ? (await livingOwner(folder, sameBoot)) === 'none' : claim === 'won'
}

/** It may have landed between the first look and now. */
function exitedOrLost(folder: string, options: RecoverOptions): Recovery {
  const owner = ownerOf(folder, options)
  const exit = readExit(folder, owner)
  if (!exit) return { kind: 'lost' }
  publishExit(folder, owner)
  return { kind: 'exited', exit }
}

/** Creates `pid` with finished content, or fails because somebody has. A folder that is not there was never given to a supervisor. */
const claimStage = (folder: string): StageClaim =>
  takeStage(folder, 'recovery', `recovery ${process.pid} ${Date.now()}\n`)

export type StageClaim = 'won' | 'taken' | 'no-folder'

/** The same for whoever wants to own the stage; `content` is what `pid` says of the owner. Throws where nothing can be written. */
export function takeStage(folder: string, who: string, content: string): StageClaim {
  const pidFile = join(folder, STAGE_FILES.pid)
  const ours = `${pidFile}.${who}-${process.pid}`
  try {
    writeFileSync(ours, content)
    linkOrCreate(ours, pidFile, content)
    return 'won'
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return 'taken'
    if (errorCode(error) === 'ENOENT') return 'no-folder'
    throw error
  } finally {
    rmSync(ours, { force: true })
  }
}

/** A link brings name and content at once. Where the file system has none (exFAT), exclusive creation fences just as well. */
function linkOrCreate(from: string, to: string, content: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error))) throw error
    writeFileSync(to, content, { flag: 'wx' })
  }
}

/** Who has noted itself (in `exit.N`, or `pid.N`) and lives: it is about to write `pid`, or to find that it came second. */
async function livingClaimant(folder: string, options: RecoverOptions): Promise<Supervisor | null> {
  for (const name of readdirSync(folder)) {
    const [, number] = /^(?:exit|pid)\.(\d+)$/.exec(name) ?? []
    if (number === undefined) continue
    const noted = parseOwner(readIfThere(join(folder, name)))
    const startTime = noted.kind === 'supervisor' ? noted.startTime : ''
    const pid = Number(number)
    const look = (await options.host.look([pid])).get(pid)
    const claimant = { pid, startTime: startTime || (look?.startTime ?? '') }
    if (await isSupervisor(folder, { pid, startTime }, options)) return claimant
  }
  return null
}

/** Alive, not a zombie, with the noted start time; where that or the boot is not known, its command line must hold the folder. */
async function isSupervisor(
  folder: string,
  noted: Supervisor,
  { host, bootIdAtLaunch }: Pick<RecoverOptions, 'host' | 'bootIdAtLaunch'>,
): Promise<boolean> {
  const look = (await host.look([noted.pid])).get(noted.pid)
  if (!look || look.isDead) return false
  if (noted.startTime !== '' && !host.isSameStart(look.startTime, noted.startTime)) return false
  if (noted.startTime !== '' && bootIdAtLaunch !== null) return true
  return `${(await host.commandLine(noted.pid)) ?? ''} `.includes(`${folder} `)
}

// Whether an agent runs, read from its folder without changing it, for yards of other owners.

/** `starting`: nobody has taken it up; its owner may be about to. */
type StageStatus = 'alive' | 'over' | 'starting'

/** `folder` belongs to this boot of the machine. */
export async function stageStatus(folder: string, host: ProcessHost): Promise<StageStatus> {
  try {
    const isEnded = readExit(folder) !== null
    const owner = readOwner(folder)
    if (isEnded && (owner.kind !== 'supervisor' || isWrittenByTerminal(folder, owner)))
      return 'over'
    if (owner.kind === 'nobody' || owner.kind === 'unwritten') return 'starting'
    if (owner.kind !== 'supervisor') return 'over'
    const look = (await host.look([owner.pid])).get(owner.pid)
    if (look === undefined || look.isDead) return 'over'
    // Where it was not noted, the pid alone has to do: better one place too few than one too many.
    return owner.startTime === '' || host.isSameStart(look.startTime, owner.startTime)
      ? 'alive'
      : 'over'
  } catch {
    return 'alive' // not to be read now; asked again
  }
}
