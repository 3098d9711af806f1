/** The files of a stage (an agent's folder, or one beneath it that is run the same way) and how they are read. */
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../../base/text.ts'

export const STAGE_FILES = {
  launch: 'launch.json',
  prompt: 'prompt.md',
  pid: 'pid',
  stdout: 'stdout.log',
  stderr: 'stderr.log',
  /** Not the supervisor's: whoever looks at the output notes here in which order it came. */
  arrivals: 'arrivals.log',
  exit: 'exit.json',
} as const

/** How an agent's program ended. A shell cannot tell "exited with 143" from "died of TERM", so both are `{143, SIGTERM}`. */
export interface ExitRecord {
  readonly code: number
  readonly signal: string | null
  /** Wall time in ms: when exit.json was written. */
  readonly endedAt: number
}

/** Who owns a stage: a supervisor, a recovery that came first, or somebody who has created `pid` and not yet written it. */
export type StageOwner =
  | { readonly kind: 'nobody' }
  | {
      readonly kind: 'supervisor'
      readonly pid: number
      readonly startTime: string
      /** A person's terminal: unlike a supervisor it lives on after it has written exit.json. */
      readonly isTerminal: boolean
    }
  | { readonly kind: 'recovery' }
  | { readonly kind: 'unwritten' }
  | { readonly kind: 'garbage' }

/**
 * How it ended, or null while its owner has not written that. A supervisor writes it to its draft, which `publishExit` renames to
 * exit.json: where the draft still is, an exit.json beside it is somebody else's. `owner`: to be given where it is known from
 * elsewhere, because an agent can write to `pid`. Synchronous: a few small system calls at the end of an agent.
 */
export const readExit = (folder: string, owner = readOwner(folder)): ExitRecord | null =>
  findExit(folder, owner)?.exit ?? null

/**
 * Gives the record its lasting name. Only once the supervisor is gone: until then an agent may have written to the draft. Where
 * that fails, it is found in the draft the next time, too.
 */
export function publishExit(folder: string, owner = readOwner(folder)): void {
  const found = findExit(folder, owner)
  const published = join(folder, STAGE_FILES.exit)
  if (!found || found.file === published) return
  try {
    renameSync(found.file, published)
  } catch {
    // nothing can be written now
  }
}

interface FoundExit {
  readonly file: string
  readonly exit: ExitRecord
}

function findExit(folder: string, owner: StageOwner): FoundExit | null {
  const published = join(folder, STAGE_FILES.exit)
  if (owner.kind !== 'supervisor') return exitIn(published) ?? exitInDrafts(folder)
  const draft = exitDraft(folder, owner.pid)
  if (!existsSync(draft)) return exitIn(published)
  // A terminal renames its draft itself, and until then may be writing it.
  return owner.isTerminal ? null : exitIn(draft)
}

/** Where an agent has taken `pid` away, the draft cannot be named. */
function exitInDrafts(folder: string): FoundExit | null {
  if (!existsSync(folder)) return null
  for (const name of readdirSync(folder)) {
    const found = /^exit\.\d+$/.test(name) ? exitIn(join(folder, name)) : null
    if (found) return found
  }
  return null
}

function exitIn(file: string): FoundExit | null {
  const text = readIfThere(file)
  const exit = text === null ? null : parseExit(text, file)
  return exit && { file, exit }
}

export function readOwner(folder: string): StageOwner {
  return parseOwner(readIfThere(join(folder, STAGE_FILES.pid)))
}

export interface Supervisor {
  readonly pid: number
  /** '' = not known. */
  readonly startTime: string
}

/** The owner of a stage that is known to be run by it. */
export const supervisorOf = ({ pid, startTime }: Supervisor): StageOwner => ({
  kind: 'supervisor',
  pid,
  startTime,
  isTerminal: false,
})

export function parseOwner(text: string | null): StageOwner {
  if (text === null) return { kind: 'nobody' }
  if (text.trim() === '') return { kind: 'unwritten' }
  if (text.startsWith('recovery')) return { kind: 'recovery' }
  const [, terminal, pid, startTime] = /^(terminal )?(\d+) ?(.*)\n?$/.exec(text) ?? []
  if (pid === undefined || startTime === undefined) return { kind: 'garbage' }
  const isTerminal = terminal !== undefined
  return { kind: 'supervisor', pid: Number(pid), startTime: startTime.trim(), isTerminal }
}

/** What its owner writes last in the folder; see `readExit`. */
export const exitDraft = (folder: string, pid: number): string => join(folder, `exit.${pid}`)

/** Whether exit.json was written by a terminal that still runs: its draft has been renamed. */
export const isWrittenByTerminal = (folder: string, owner: StageOwner): boolean =>
  owner.kind === 'supervisor' && owner.isTerminal && !existsSync(exitDraft(folder, owner.pid))

/** Its first line: it is written over what stands there, and an agent may have written more. */
function parseExit(text: string, file: string): ExitRecord | null {
  try {
    const value: unknown = JSON.parse(text.split('\n', 1)[0] ?? '')
    if (typeof value !== 'object' || value === null) return null
    if (!('code' in value) || typeof value.code !== 'number') return null
    const signal = 'signal' in value && typeof value.signal === 'string' ? value.signal : null
    return { code: value.code, signal, endedAt: Math.round(statSync(file).mtimeMs) }
  } catch {
    return null
  }
}

/** Null when the file or its folder is missing; any other error throws. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** By its code. EDQUOT: the user's share of the disk is used up. */
export const isDiskFull = (code: unknown): boolean => code === 'ENOSPC' || code === 'EDQUOT'

function isMissing(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}
