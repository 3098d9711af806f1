/** Linux: /proc. Synchronous inside, for a read of /proc never waits for a disk; a table of 580 processes takes 10 ms. */
import { MARKER_VARIABLE } from '../../../domain/ids.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import {
  sendSignal,
  type ProcessHost,
  type ProcessLook,
  type ProcessRow,
  type ProcessTable,
} from './process-host.ts'

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10

export function createLinuxHost(): ProcessHost {
  let bootId: string | null = null // no process outlives a boot
  return {
    bootId: async () =>
      (bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    look(pids) {
      const found = new Map<number, ProcessLook>()
      for (const pid of pids) {
        const row = readRow(pid)
        if (row) found.set(pid, row)
      }
      return Promise.resolve(found)
    },
    isSameStart: (a, b) => a === b,
    isBefore: (b, a) => Number(b) < Number(a),
    ageMs(startTime) {
      const ageMs = uptime() * 1000 - Number(startTime) * MS_PER_TICK
      // A container may be told an uptime of its own.
      return startTime === '' || ageMs < 0 ? null : ageMs
    },
    commandLine: (pid) =>
      Promise.resolve(readProc(pid, 'cmdline')?.replaceAll('\0', ' ').trim() ?? null),
    table: () => Promise.resolve(readTable()),
    signal: sendSignal,
    signalGroup: (leaderPid, signal) => sendSignal(-leaderPid, signal),
  }
}

/** `/proc/PID/stat`. Fields are counted after the last bracket, because a process may be named `a) R 1 (b`. */
export function parseStat(stat: string): ProcessRow | null {
  const end = stat.lastIndexOf(')')
  if (end < 0) return null
  const fields = stat.slice(end + 2).split(' ')
  const field = (number: number): string => fields[number - 3] ?? ''
  const ticks = [14, 15, 16, 17].reduce((sum, number) => sum + Number(field(number)), 0)
  const state = field(3)
  return {
    pid: Number.parseInt(stat, 10),
    parentPid: Number(field(4)),
    sessionId: Number(field(6)),
    startTime: field(22),
    isDead: state === 'Z' || state === 'X',
    cpuMs: ticks * MS_PER_TICK,
    memoryBytes: Number(field(24)) * pageBytes(),
  }
}

const AT_PAGESZ = 6n
let knownPageBytes: number | null = null

/** 4 kB on most machines, 16 or 64 on some; the kernel tells each process in its auxiliary vector: pairs of 64-bit numbers. */
function pageBytes(): number {
  return (knownPageBytes ??= readPageBytes() ?? 4096)
}

function readPageBytes(): number | null {
  try {
    const vector = readFileSync('/proc/self/auxv')
    for (let at = 0; at + 16 <= vector.length; at += 16)
      if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8))
  } catch {
    // not to be read here: then it is what it mostly is
  }
  return null
}

/** The start time as launches need it: at once. Null when the process is gone. */
export function linuxStartTime(pid: number): string | null {
  return readRow(pid)?.startTime ?? null
}

function readTable(): ProcessTable {
  const rows = new Map<number, ProcessRow>()
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0)
    if (first < 48 || first > 57) continue
    const row = readRow(Number(name))
    if (row) rows.set(row.pid, row)
  }
  const markers = new Map<number, string | null>()
  return {
    rows,
    markerOf(pid) {
      const known = markers.get(pid)
      if (known !== undefined) return known
      const marker = findMarker(readProc(pid, 'environ'))
      markers.set(pid, marker)
      return marker
    },
    ioBytesOf: (pid) => parseIo(readProc(pid, 'io')),
  }
}

/** `/proc/PID/io`: what passed through read and write; recv and send are not counted. */
function parseIo(text: string | null): number | null {
  const [, read, written] = /^rchar: (\d+)\nwchar: (\d+)$/m.exec(text ?? '') ?? []
  return read === undefined || written === undefined ? null : Number(read) + Number(written)
}

function findMarker(environ: string | null): string | null {
  if (!environ) return null
  const entry = `\0${MARKER_VARIABLE}=`
  const text = `\0${environ}`
  const at = text.indexOf(entry)
  if (at < 0) return null
  const end = text.indexOf('\0', at + entry.length)
  return text.slice(at + entry.length, end < 0 ? undefined : end)
}

function readRow(pid: number): ProcessRow | null {
  const stat = readProc(pid, 'stat')
  return stat === null ? null : parseStat(stat)
}

/** Null when the process is gone (ENOENT, ESRCH) or not to be read (EACCES: another user's, setuid, execute-only). */
function readProc(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return null
  }
}
