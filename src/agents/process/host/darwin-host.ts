/**
 * macOS: ps. It shows no session and no environment of others, so a tree there is process group ∪ descendants ∪ what an
 * earlier look has seen. Start times have steps of one second, and the time zone is pinned, for it changes the text.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sendSignal, type ProcessHost, type ProcessLook, type ProcessRow } from './process-host.ts'

const run = promisify(execFile)
const COLUMNS = ['pid', 'ppid', 'pgid', 'stat', 'time', 'rss', 'lstart']
const OPTIONS = { env: { LC_ALL: 'C', TZ: 'UTC0' }, maxBuffer: 64 * 1024 * 1024, timeout: 10_000 }

export function createDarwinHost(): ProcessHost {
  let bootId: Promise<string> | null = null // no process outlives a boot
  const table = async (): Promise<ReadonlyMap<number, ProcessRow>> => parsePs(await ps(['-A']))
  return {
    bootId: () => (bootId ??= readBootId()),
    async look(pids) {
      if (pids.length === 0) return new Map<number, ProcessLook>()
      return parsePs(await ps(['-p', pids.join(',')]))
    },
    isSameStart: (a, b) => normalStart(a) === normalStart(b),
    isBefore: (b, a) => Date.parse(`${b} UTC`) < Date.parse(`${a} UTC`),
    async commandLine(pid) {
      const text = await psText(['-ww', '-o', 'command=', '-p', String(pid)])
      return text.trim() || null
    },
    table: async () => ({ rows: await table(), markerOf: () => null, ioBytesOf: () => null }),
    signal: sendSignal,
    signalGroup: (leaderPid, signal) => sendSignal(-leaderPid, signal),
  }
}

const readBootId = async (): Promise<string> =>
  (await run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], OPTIONS)).stdout.trim()

const ps = (which: readonly string[]): Promise<string> =>
  psText([...which, ...COLUMNS.flatMap((column) => ['-o', `${column}=`])])

/** `ps` exits 1 when it finds nobody; that is an empty answer. */
async function psText(args: readonly string[]): Promise<string> {
  try {
    return (await run('/bin/ps', [...args], OPTIONS)).stdout
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return ''
    throw error
  }
}

/** Lines of `pid ppid pgid stat time rss lstart`, the last with spaces in it; rss in kB. */
export function parsePs(text: string): ReadonlyMap<number, ProcessRow> {
  const rows = new Map<number, ProcessRow>()
  for (const line of text.split('\n')) {
    const [pid, parentPid, sessionId, state, time, rss, ...start] = line.trim().split(/\s+/)
    if (pid === undefined || time === undefined || state === undefined) continue
    rows.set(Number(pid), {
      pid: Number(pid),
      parentPid: Number(parentPid),
      sessionId: Number(sessionId),
      startTime: start.join(' '),
      isDead: state.startsWith('Z'),
      cpuMs: cpuMsFromPs(time),
      memoryBytes: Number(rss) * 1024,
    })
  }
  return rows
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` → ms. */
export function cpuMsFromPs(time: string): number {
  const [clock = '', days = '0'] = time.split('-').toReversed()
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return Math.round((Number(days) * 86_400 + seconds) * 1000)
}

const normalStart = (start: string): string => start.trim().replace(/\s+/g, ' ')
