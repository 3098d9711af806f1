/** The files of a stage (an agent's folder, or one beneath it that is run the same way) and how they are read. */
import { existsSync, readFileSync, statSync } from 'node:fs'
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
 * The record in exit.json, or null while there is none of the owner's: it renames its draft to that, so where the draft still is
 * somebody else wrote the record. Synchronous: a few small system calls at the end of an agent.
 */
export function readExit(folder: string): ExitRecord | null {
  const file = join(folder, STAGE_FILES.exit)
  const text = readIfThere(file)
  if (text === null || hasDraft(folder)) return null
  return parseExit(text, () => statSync(file).mtimeMs)
}

function hasDraft(folder: string): boolean {
  const owner = readOwner(folder)
  return owner.kind === 'supervisor' && existsSync(exitDraft(folder, owner.pid))
}

export function readOwner(folder: string): StageOwner {
  return parseOwner(readIfThere(join(folder, STAGE_FILES.pid)))
}

export function parseOwner(text: string | null): StageOwner {
  if (text === null) return { kind: 'nobody' }
  if (text.trim() === '') return { kind: 'unwritten' }
  if (text.startsWith('recovery')) return { kind: 'recovery' }
  const [, terminal, pid, startTime] = /^(terminal )?(\d+) ?(.*)\n?$/.exec(text) ?? []
  if (pid === undefined || startTime === undefined) return { kind: 'garbage' }
  const isTerminal = terminal !== undefined
  return { kind: 'supervisor', pid: Number(pid), startTime: startTime.trim(), isTerminal }
}

/** The draft that its owner renames to exit.json as its last write in the folder. */
export const exitDraft = (folder: string, pid: number): string => join(folder, `exit.${pid}`)

/** Whether exit.json was written by a terminal that still runs: its draft has been renamed. */
export const isWrittenByTerminal = (folder: string, owner: StageOwner): boolean =>
  owner.kind === 'supervisor' && owner.isTerminal && !existsSync(exitDraft(folder, owner.pid))

function parseExit(text: string, endedAt: () => number): ExitRecord | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    if (!('code' in value) || typeof value.code !== 'number') return null
    const signal = 'signal' in value && typeof value.signal === 'string' ? value.signal : null
    return { code: value.code, signal, endedAt: Math.round(endedAt()) }
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
