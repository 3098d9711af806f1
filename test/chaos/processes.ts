/** Who of a run is alive, told by /proc: everything that it starts inherits one variable of its own. */
import { readdirSync, readFileSync } from 'node:fs'

export const CHAOS_VARIABLE = 'YARDMASTER_CHAOS'

export interface Living {
  readonly pid: number
  readonly role: 'owner' | 'launcher' | 'supervisor' | 'agent' | 'other'
  readonly command: string
}

/** Every living process that carries the mark; zombies are dead. */
export const livingOf = (mark: string): Living[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => lookAt(name, mark) ?? [])

function lookAt(pid: string, mark: string): Living | null {
  const environ = read(pid, 'environ')
  if (!environ?.split('\0').includes(`${CHAOS_VARIABLE}=${mark}`)) return null
  const stat = read(pid, 'stat')
  const command = read(pid, 'cmdline')?.replaceAll('\0', ' ').trim()
  if (!stat || command === undefined) return null
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0]
  if (state === 'Z' || state === 'X') return null
  return { pid: Number(pid), role: roleOf(command), command }
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
