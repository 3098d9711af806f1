/** How much memory new processes may still take. */
import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'

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
