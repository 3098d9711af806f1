/** The identity of a process: pid, start time and boot id together, because pids are reused. */
import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { createDarwinHost } from './darwin-host.ts'
import { createLinuxHost } from './linux-host.ts'
import type { ProcessHost } from './process-host.ts'
import { createWindowsHost } from './windows-host.ts'

export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string
  readonly bootId: string
}

/** The host of the system this runs on; anything that is neither macOS nor Windows is asked through /proc. */
export function createProcessHost(platform: NodeJS.Platform = process.platform): ProcessHost {
  if (platform === 'win32') return createWindowsHost()
  if (platform === 'darwin') return createDarwinHost()
  return createLinuxHost()
}

/** True while this process runs. A zombie, a reused pid or a process of another boot does not count. */
export async function isAlive(identity: ProcessIdentity, host: ProcessHost): Promise<boolean> {
  if (identity.bootId !== (await host.bootId())) return false
  const look = (await host.look([identity.pid])).get(identity.pid)
  return look !== undefined && !look.isDead && host.isSameStart(look.startTime, identity.startTime)
}

/** Null when there is no such process. */
export async function startTimeOf(pid: number, host: ProcessHost): Promise<string | null> {
  return (await host.look([pid])).get(pid)?.startTime ?? null
}

// How much memory new processes may still take.

export interface MemoryProbe {
  /** Bytes that are free, or that the system frees on demand. */
  free(): number
  /** Below so many bytes a new agent is one too many, as long as nobody says another number; 0 = never mind. */
  readonly usualLimit: number
}

const USUAL_LIMIT = 512_000_000

/**
 * Linux tells what it would free on demand (`MemAvailable`); Windows counts that as free. macOS calls free only what nobody has
 * ever used, which is next to nothing on a healthy machine, so no limit is usual there.
 */
export const systemMemory: MemoryProbe = {
  free: () => linuxAvailable() ?? freemem(),
  usualLimit:
    process.platform === 'darwin' ? 0 : Math.min(USUAL_LIMIT, Math.round(totalmem() / 20)),
}

function linuxAvailable(): number | null {
  if (process.platform !== 'linux') return null
  try {
    return parseAvailable(readFileSync('/proc/meminfo', 'latin1'))
  } catch {
    return null // not to be read here
  }
}

/** Bytes; null for a kernel older than the word (3.14). */
export function parseAvailable(meminfo: string): number | null {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}
