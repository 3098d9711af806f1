/**
 * Stops an agent and all that it started: ask the group, wait the grace period, kill the whole tree. Nothing is ever found by
 * its name, and nothing is signalled that is not known by pid and start time in this boot.
 */
import type { Clock } from '../../base/clock.ts'
import type { ProcessHost, ProcessRow, ProcessTable } from './host/process-host.ts'
import { findMembers, ownsSession, type SeenMembers, type TreeTarget } from './host/process-tree.ts'

export interface KillTarget extends TreeTarget {
  readonly folder: string
  /** The boot in which the leader was started. In another boot nothing of it is left. */
  readonly bootId: string
  /** The polite request, as the profile says. */
  readonly signal: NodeJS.Signals
  readonly graceMs: number
}

/** Announced in this order, each before the step is taken; a tree that is already gone announces only `snapshot`. */
export type KillPhase =
  | { readonly phase: 'snapshot'; readonly members: number }
  | { readonly phase: 'asking'; readonly signal: NodeJS.Signals; readonly graceMs: number }
  | { readonly phase: 'killing'; readonly members: number }

export interface Leftover {
  readonly pid: number
  readonly command: string | null
  /** `denied`: the system forbids it (another user's process); `survived`: killed and still there (waits in the kernel). */
  readonly reason: 'denied' | 'survived'
}

export interface KillReport {
  /** How many belonged to it when the snapshot was taken. */
  readonly members: number
  /** How many had to be killed. */
  readonly forced: number
  readonly rounds: number
  readonly leftovers: readonly Leftover[]
  readonly elapsedMs: number
}

export interface KillPorts {
  readonly host: ProcessHost
  readonly clock: Clock
  /** A table of all processes taken after the call. Kills that run at the same time may share one. */
  readonly scan: () => Promise<ProcessTable>
}

const ROUND_MS = 5
const MAX_KILL_MS = 10_000
const FIRST_LOOK_MS = 5
const SLOWEST_LOOK_MS = 100

export async function killTree(
  target: KillTarget,
  ports: KillPorts,
  onPhase: (phase: KillPhase) => void,
): Promise<KillReport> {
  const { host, clock } = ports
  const startedAt = clock.monotonic()
  const seen: SeenMembers = new Map()
  if (target.bootId !== (await host.bootId())) {
    onPhase({ phase: 'snapshot', members: 0 })
    return { members: 0, forced: 0, rounds: 0, leftovers: [], elapsedMs: 0 }
  }
  const table = await ports.scan()
  const members = findMembers(table, target, host, seen)
  onPhase({ phase: 'snapshot', members: members.length })
  if (members.length > 0) {
    onPhase({ phase: 'asking', signal: target.signal, graceMs: target.graceMs })
    const isOurGroup = ownsSession(table, target, host, seen)
    await askAndWait({ target, table, members, isOurGroup }, ports)
  }
  const end = await killAll(target, ports, seen, onPhase)
  return { members: members.length, ...end, elapsedMs: clock.monotonic() - startedAt }
}

interface Asked {
  readonly target: KillTarget
  readonly table: ProcessTable
  readonly members: readonly ProcessRow[]
  readonly isOurGroup: boolean
}

/** The group hears the signal; what lives outside it hears TERM once the group has ended, in the rest of the same grace period. */
async function askAndWait(asked: Asked, ports: KillPorts): Promise<void> {
  const { target, members, isOurGroup } = asked
  const { host, clock } = ports
  const deadline = clock.monotonic() + target.graceMs
  const groupId = isOurGroup && target.leader ? target.leader.pid : null
  const outside = members.filter((row) => groupId === null || row.sessionId !== groupId)
  let inside = members.filter((row) => !outside.includes(row))
  let programs = groupId === null ? [] : await programsOf(groupId, asked.table, host)
  if (groupId !== null) host.signalGroup(groupId, target.signal)
  const askAgain = async (): Promise<void> => {
    if (groupId === null || programs.length > 0) return
    programs = await programsOf(groupId, await ports.scan(), host)
    for (const row of programs) host.signal(row.pid, target.signal)
  }
  inside = await waitForAll(inside, deadline, ports, askAgain)
  if (inside.length > 0) return
  for (const row of await stillAlive(outside, host)) host.signal(row.pid, 'SIGTERM')
  await waitForAll(outside, Math.max(deadline, clock.monotonic()), ports)
}

/**
 * What the supervisor runs. One that is about to start its program swallows a signal, and so does its fork until it has become the
 * program, so that one is asked again as soon as it is there. Others are not: their children may be what tidies up.
 */
async function programsOf(
  leaderPid: number,
  { rows }: ProcessTable,
  host: ProcessHost,
): Promise<ProcessRow[]> {
  const supervisor = await host.commandLine(leaderPid)
  const children = [...rows.values()].filter((row) => row.parentPid === leaderPid && !row.isDead)
  const lines = await Promise.all(children.map(({ pid }) => host.commandLine(pid)))
  return children.filter((_row, i) => lines[i] !== supervisor)
}

/** Returns early when all are gone; else, at the deadline, with those that are not. `onLook`: before each look. */
async function waitForAll(
  rows: readonly ProcessRow[],
  deadline: number,
  { host, clock }: KillPorts,
  onLook: () => Promise<void> = async () => {},
): Promise<ProcessRow[]> {
  let pauseMs = FIRST_LOOK_MS
  for (;;) {
    await onLook()
    const alive = await stillAlive(rows, host)
    const restMs = deadline - clock.monotonic()
    if (alive.length === 0 || restMs <= 0) return alive
    await pause(Math.min(pauseMs, restMs), clock)
    pauseMs = Math.min(pauseMs * 2, SLOWEST_LOOK_MS)
  }
}

async function stillAlive(rows: readonly ProcessRow[], host: ProcessHost): Promise<ProcessRow[]> {
  const looks = await host.look(rows.map((row) => row.pid))
  return rows.filter((row) => {
    const look = looks.get(row.pid)
    return look !== undefined && !look.isDead && host.isSameStart(look.startTime, row.startTime)
  })
}

/** Rounds of {find, stop all, kill all} until two in a row find nobody: stopped first, so that nothing forks while others die. */
async function killAll(
  target: TreeTarget,
  { host, clock, scan }: KillPorts,
  seen: SeenMembers,
  onPhase: (phase: KillPhase) => void,
): Promise<Pick<KillReport, 'forced' | 'rounds' | 'leftovers'>> {
  const deadline = clock.monotonic() + MAX_KILL_MS
  const killed = new Set<number>()
  const denied = new Map<number, ProcessRow>()
  let survivors: ProcessRow[] = []
  let rounds = 0
  for (let emptyRounds = 0; emptyRounds < 2 && clock.monotonic() < deadline; rounds += 1) {
    const found = findMembers(await scan(), target, host, seen)
    survivors = found.filter((row) => !denied.has(row.pid))
    if (survivors.length === 0) emptyRounds += 1
    else emptyRounds = 0
    if (survivors.length > 0 && killed.size === 0)
      onPhase({ phase: 'killing', members: survivors.length })
    for (const row of survivors) host.signal(row.pid, 'SIGSTOP')
    for (const row of survivors) {
      const outcome = host.signal(row.pid, 'SIGKILL')
      if (outcome === 'denied') denied.set(row.pid, row)
      else killed.add(row.pid)
    }
    if (emptyRounds < 2) await pause(ROUND_MS, clock)
  }
  const leftovers = [
    ...(await toLeftovers([...denied.values()], 'denied', host)),
    ...(await toLeftovers(survivors, 'survived', host)),
  ]
  return { forced: killed.size, rounds, leftovers }
}

async function toLeftovers(
  rows: readonly ProcessRow[],
  reason: Leftover['reason'],
  host: ProcessHost,
): Promise<Leftover[]> {
  const alive = await stillAlive(rows, host)
  return Promise.all(
    alive.map(async ({ pid }) => ({ pid, command: await host.commandLine(pid), reason })),
  )
}

const pause = (ms: number, clock: Clock): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve))
