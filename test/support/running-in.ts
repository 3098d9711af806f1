import { readdirSync, readlinkSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Pids of what runs in a folder or below it (Linux). One that has ended and that nobody has waited for is in none. */
export function runningIn(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => `${placeOf(pid)}${sep}`.startsWith(`${folder}${sep}`))
    .map(Number)
}

function placeOf(pid: string): string {
  try {
    return readlinkSync(join('/proc', pid, 'cwd'))
  } catch {
    return ''
  }
}
