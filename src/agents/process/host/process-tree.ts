/** Which processes belong to an agent: its session, their descendants, whoever carries its marker, and whoever was seen to belong before. */
import type { ProcessHost, ProcessRow, ProcessTable } from './process-host.ts'

export interface TreeTarget {
  /** The supervisor, as noted when it was started. Null when that is not known: then the marker alone tells. */
  readonly leader: { readonly pid: number; readonly startTime: string } | null
  /** The value of MARKER_VARIABLE in the agent's environment, or null when it had none. */
  readonly marker: string | null
}

/** Members seen so far, pid → start time. A child that left the session with a cleared environment is found only while its parent lives. */
export type SeenMembers = Map<number, string>

/** A member outside the leader's session: agent CLIs start each tool in a session of its own. */
export interface ToolProcess {
  readonly pid: number
  readonly startTime: string
  readonly cpuMs: number
}

export interface TreeCpu {
  /** CPU used by all living members and the children they have reaped, in ms. It can only be compared with an earlier look. */
  readonly cpuMs: number
  readonly count: number
  /** Resident, of all of them; shared pages count for each. Null where the system does not tell. */
  readonly memoryBytes: number | null
  /** Null where nobody can tell the tools from the program itself: without sessions, or of a leader that is not known. */
  readonly tools: readonly ToolProcess[] | null
  /** Read and written by all living members; can only be compared with an earlier look. Null where the system does not tell. */
  readonly ioBytes: number | null
}

/** The living members. Adds them to `seen`. */
export function findMembers(
  table: ProcessTable,
  target: TreeTarget,
  host: ProcessHost,
  seen: SeenMembers = new Map(),
): ProcessRow[] {
  const members = new Map<number, ProcessRow>()
  const session = ownsSession(table, target, host, seen) ? (target.leader?.pid ?? null) : null
  const isMember = (row: ProcessRow): boolean =>
    row.sessionId === session ||
    row.pid === session ||
    isSameAsSeen(row, seen, host) ||
    carries(table, row, target, host)
  for (const row of table.rows.values())
    if (!row.isDead && !isUntouchable(row.pid) && isMember(row)) members.set(row.pid, row)
  addDescendants(table, members)
  for (const row of members.values()) seen.set(row.pid, row.startTime)
  return [...members.values()]
}

/**
 * Whether the session (and group) named by the leader's pid is ours: the leader is there, alive or a zombie; or it is gone,
 * which leaves the number taken as long as the session has members, and one of these is known to be ours. A living stranger
 * under that pid means that it was given out again.
 */
export function ownsSession(
  table: ProcessTable,
  target: TreeTarget,
  host: ProcessHost,
  seen: SeenMembers,
): boolean {
  const { leader } = target
  if (!leader) return false
  const holder = table.rows.get(leader.pid)
  if (holder) return host.isSameStart(holder.startTime, leader.startTime)
  for (const row of table.rows.values()) {
    if (row.sessionId !== leader.pid || row.isDead) continue
    if (isSameAsSeen(row, seen, host) || carries(table, row, target, host)) return true
  }
  return false
}

export function treeCpu(table: ProcessTable, target: TreeTarget, host: ProcessHost): TreeCpu {
  const members = findMembers(table, target, host)
  const isKnown = members.every((row) => row.memoryBytes !== null)
  return {
    cpuMs: members.reduce((sum, row) => sum + row.cpuMs, 0),
    count: members.length,
    memoryBytes: isKnown ? members.reduce((sum, row) => sum + (row.memoryBytes ?? 0), 0) : null,
    tools: toolsOf(members, target),
    ioBytes: ioBytesOf(table, members),
  }
}

function toolsOf(members: readonly ProcessRow[], { leader }: TreeTarget): ToolProcess[] | null {
  const hasSessions = members.every(({ sessionId }) => sessionId !== 0)
  if (!leader || !hasSessions) return null
  return members
    .filter(({ sessionId }) => sessionId !== leader.pid)
    .map(({ pid, startTime, cpuMs }) => ({ pid, startTime, cpuMs }))
}

function ioBytesOf(table: ProcessTable, members: readonly ProcessRow[]): number | null {
  let sum: number | null = null
  for (const { pid } of members) {
    const bytes = table.ioBytesOf(pid)
    if (bytes !== null) sum = (sum ?? 0) + bytes
  }
  return sum
}

/** The first process, this one and the one that owns it are nobody's members. */
const isUntouchable = (pid: number): boolean =>
  pid <= 1 || pid === process.pid || pid === process.ppid

function isSameAsSeen(row: ProcessRow, seen: SeenMembers, host: ProcessHost): boolean {
  const startTime = seen.get(row.pid)
  return startTime !== undefined && host.isSameStart(startTime, row.startTime)
}

/** Environments are read only of what started after the leader: most of a machine did not. */
function carries(
  table: ProcessTable,
  row: ProcessRow,
  { leader, marker }: TreeTarget,
  host: ProcessHost,
): boolean {
  if (marker === null) return false
  if (leader && host.isBefore(row.startTime, leader.startTime)) return false
  return table.markerOf(row.pid) === marker
}

function addDescendants(table: ProcessTable, members: Map<number, ProcessRow>): void {
  const children = new Map<number, ProcessRow[]>()
  for (const row of table.rows.values()) {
    const siblings = children.get(row.parentPid)
    if (siblings) siblings.push(row)
    else children.set(row.parentPid, [row])
  }
  const open = [...members.keys()]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (child.isDead || members.has(child.pid) || isUntouchable(child.pid)) continue
      members.set(child.pid, child)
      open.push(child.pid)
    }
  }
}
