/**
 * Windows: CIM through PowerShell, and taskkill. There are no sessions or groups; a tree is descendants ∪ what an earlier
 * look has seen. Start times are ms since 1970 and are compared with a tolerance, because the supervisor notes its own by
 * another clock than the system does.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sendSignal, type ProcessHost, type ProcessRow } from './process-host.ts'

const run = promisify(execFile)
const OPTIONS = { maxBuffer: 64 * 1024 * 1024, timeout: 20_000, windowsHide: true }
const START_TOLERANCE_MS = 2000
const BOOT_TIME = '(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()'
const PROCESS_LIST = [
  'Get-CimInstance Win32_Process | ForEach-Object {',
  "'{0} {1} {2} {3} {4}' -f $_.ProcessId, $_.ParentProcessId,",
  '$(if ($_.CreationDate) { ([DateTimeOffset]$_.CreationDate).ToUnixTimeMilliseconds() } else { 0 }),',
  '$(($_.UserModeTime + $_.KernelModeTime) / 10000), $_.WorkingSetSize }',
].join(' ')

export function createWindowsHost(): ProcessHost {
  let bootId: Promise<string> | null = null // no process outlives a boot
  const rows = async (): Promise<ReadonlyMap<number, ProcessRow>> =>
    parseProcessList(await powershell(PROCESS_LIST))
  return {
    bootId: () => (bootId ??= powershell(BOOT_TIME).then((text) => text.trim())),
    async look(pids) {
      const wanted = new Set(pids)
      return new Map([...(await rows())].filter(([pid]) => wanted.has(pid)))
    },
    isSameStart: (a, b) => Math.abs(Number(a) - Number(b)) <= START_TOLERANCE_MS,
    isBefore: (b, a) => Number(b) < Number(a) - START_TOLERANCE_MS,
    async commandLine(pid) {
      const query = `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`
      return (await powershell(query)).trim() || null
    },
    table: async () => ({ rows: await rows(), markerOf: () => null, ioBytesOf: () => null }),
    // There is no SIGSTOP; whatever forks meanwhile is found in the next round.
    signal: (pid, signal) => (signal === 'SIGSTOP' ? 'sent' : sendSignal(pid, signal)),
    signalGroup(leaderPid) {
      // The polite request: WM_CLOSE to the tree. Its outcome shows in the next look, so nobody waits for it here.
      execFile('taskkill', ['/T', '/PID', String(leaderPid)], OPTIONS, () => {})
      return 'sent'
    },
  }
}

async function powershell(script: string): Promise<string> {
  return (
    await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], OPTIONS)
  ).stdout
}

/** Lines of `pid parent created cpuMs memory`, the memory in bytes; a number may carry a decimal comma. */
export function parseProcessList(text: string): ReadonlyMap<number, ProcessRow> {
  const rows = new Map<number, ProcessRow>()
  for (const line of text.split('\n')) {
    const [pid, parentPid, startTime, cpuMs, memory] = line.trim().split(/\s+/)
    if (startTime === undefined || cpuMs === undefined) continue
    rows.set(Number(pid), {
      pid: Number(pid),
      parentPid: Number(parentPid),
      sessionId: 0,
      startTime,
      isDead: false,
      cpuMs: Math.round(Number(cpuMs.replace(',', '.'))),
      memoryBytes: memory === undefined ? null : Number(memory),
    })
  }
  // Windows never clears a parent's pid, and pids come back: a parent younger than its child is a stranger.
  for (const row of rows.values()) {
    const parent = rows.get(row.parentPid)
    if (parent && Number(parent.startTime) > Number(row.startTime))
      rows.set(row.pid, { ...row, parentPid: 0 })
  }
  return rows
}
