/** Who of a chaos run is alive, told by /proc: everything that it starts inherits one variable of its own. */
import { readdirSync, readFileSync } from 'node:fs'

export const CHAOS_VARIABLE = 'YARDMASTER_CHAOS'

export interface Living {
  readonly pid: number
  readonly parentPid: number
  readonly role: 'owner' | 'launcher' | 'supervisor' | 'agent' | 'other'
  readonly command: string
}

/** Every living process that carries the mark; zombies are dead. */
export function livingOf(mark: string): Living[] {
  const found: Living[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const environ = read(name, 'environ')
    if (!environ?.split('\0').includes(`${CHAOS_VARIABLE}=${mark}`)) continue
    const stat = read(name, 'stat')
    const command = read(name, 'cmdline')?.replaceAll('\0', ' ').trim() ?? ''
    const [state, parent] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
    if (state === undefined || state === 'Z' || state === 'X') continue
    found.push({ pid: Number(name), parentPid: Number(parent), role: roleOf(command), command })
  }
  return found
}

function roleOf(command: string): Living['role'] {
  if (/launcher(-entry)?\.(ts|js)/.test(command)) return 'launcher'
  if (command.includes('supervise.sh')) return 'supervisor'
  if (command.includes('bin/yard')) return 'owner'
  return command.includes('task.sh') ? 'agent' : 'other'
}

/** Null when the process is gone, or not ours to read. */
function read(pid: string, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return null
  }
}
