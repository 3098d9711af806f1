/** What the process layer asks of an operating system. One file per system implements it; nothing else looks at /proc, ps or CIM. */
import { errorCode } from '../../../base/text.ts'

export interface ProcessLook {
  /** Opaque; compare with `isSameStart`. */
  readonly startTime: string
  /** A zombie keeps its pid and start time and is dead all the same. */
  readonly isDead: boolean
}

export interface ProcessRow extends ProcessLook {
  readonly pid: number
  readonly parentPid: number
  /** The session (Linux) or process group (macOS) it belongs to, named by its leader's pid; 0 where there is no such thing. */
  readonly sessionId: number
  /** CPU used by it and its reaped children, in ms. */
  readonly cpuMs: number
  /** Resident memory; null where the system does not tell. */
  readonly memoryBytes: number | null
}

export interface ProcessTable {
  readonly rows: ReadonlyMap<number, ProcessRow>
  /** The marker in its environment, or null: none, or not to be read (another user's, setuid, not Linux). */
  markerOf(pid: number): string | null
  /** Bytes it has read and written so far (files, pipes, most sockets); null where the system does not tell. */
  ioBytesOf(pid: number): number | null
}

export interface ProcessHost {
  /** Names this boot of the machine: pids and start times of another boot mean nothing. */
  bootId(): Promise<string>
  look(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessLook>>
  isSameStart(a: string, b: string): boolean
  /** True when `b` is sure to have started before `a`. */
  isBefore(b: string, a: string): boolean
  /** Ms since a process of this boot has started, by a clock that nobody sets; null where that cannot be told. */
  ageMs?(startTime: string): number | null
  /** The command line with its arguments parted by spaces, or null when it cannot be read. */
  commandLine(pid: number): Promise<string | null>
  table(): Promise<ProcessTable>
  signal(pid: number, signal: NodeJS.Signals): SignalOutcome
  /** To every process of the leader's group. The caller has made sure that the group is ours. */
  signalGroup(leaderPid: number, signal: NodeJS.Signals): SignalOutcome
}

export type SignalOutcome = 'sent' | 'gone' | 'denied'

const IS_WINDOWS = process.platform === 'win32'

/**
 * Signals the group of a child that was started detached; where there are no groups, the child. One that has ended by itself is no
 * error. Only for children of this process that are still known to be its own.
 */
export function signalOwnGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(IS_WINDOWS ? pid : -pid, signal)
  } catch {
    // no such process any more
  }
}

/** `process.kill` as a value. Pids up to 1 and this very process are never meant. */
export function sendSignal(pid: number, signal: NodeJS.Signals): SignalOutcome {
  if (Math.abs(pid) <= 1 || Math.abs(pid) === process.pid) return 'denied'
  try {
    process.kill(pid, signal)
    return 'sent'
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ESRCH') return 'gone'
    if (code === 'EPERM') return 'denied'
    throw error
  }
}
