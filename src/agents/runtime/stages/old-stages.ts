/** Abandoned stages: those that an earlier owner left, and agents that the plan does not know. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import type { ProcessHost, ProcessTable } from '../../process/host/process-host.ts'
import { killTree, type Leftover } from '../../process/kill-tree.ts'
import type { Launcher } from '../../process/launcher/launcher.ts'
import { stageStatus, recoverStage, type Recovery } from '../../process/recover.ts'
import { readOwner } from '../../process/stage-files.ts'
import { readStageRecord } from './stage-record.ts'

interface Parts {
  readonly launcher: Pick<Launcher, 'killTree'>
  readonly host: ProcessHost
  readonly log: Log
}

const GRACE_MS = 3000

/** Ends them and removes their folders. What cannot be decided or ended now stays for the next owner. Never rejects. */
export async function endOldStages(agents: string, parts: Parts): Promise<void> {
  await Promise.all(
    foldersIn(agents).map((name) =>
      endOne(join(agents, name), parts).catch((error: unknown) =>
        parts.log.warn('what an earlier owner left could not be ended', {
          agent: name,
          error: String(error),
        }),
      ),
    ),
  )
}

/** Names of the folders of agents. */
export function foldersIn(agents: string): string[] {
  try {
    return readdirSync(agents).filter((name) => /^agent-\d+$/.test(name))
  } catch {
    return [] // none was ever started there
  }
}

function endOne(folder: string, parts: Parts): Promise<void> {
  const { bootId = null, key = null } = readStageRecord(folder) ?? {}
  return endOldStage(folder, { bootId, key }, parts)
}

/** Ends and removes one stage. `key`: the marker of what it started; null = not known, like its boot. Rejects where it cannot now. */
export async function endOldStage(
  folder: string,
  { bootId, key }: { readonly bootId: string | null; readonly key: string | null },
  { launcher, host, log }: Parts,
): Promise<void> {
  // Recovery owns `pid` now, so a stage that has not started never will.
  const found = await recoverStage(folder, { bootIdAtLaunch: bootId, host })
  if (found.kind === 'undecided') throw new Error(found.message)
  const ended = await launcher.killTree({
    folder,
    leader: leaderOf(folder, found, bootId),
    marker: key,
    bootId: bootId ?? (await host.bootId()),
    signal: 'SIGTERM',
    graceMs: GRACE_MS,
  })
  if (!ended.ok) throw new Error(ended.error.message)
  if (ended.value.leftovers.length > 0) throw new Error('processes of it are still there')
  if (ended.value.members > 0)
    log.info('ended what an earlier owner left running', { processes: ended.value.members })
  rmSync(folder, { recursive: true, force: true })
}

/** Only one whose start is known: its number may have been given out again, and a copied folder names another's. */
function leaderOf(
  folder: string,
  found: Recovery,
  bootId: string | null,
): { readonly pid: number; readonly startTime: string } | null {
  const owner = found.kind === 'alive' || bootId === null ? found : readOwner(folder)
  if (!('pid' in owner) || owner.startTime === '') return null
  return { pid: owner.pid, startTime: owner.startTime }
}

/** An agent of which something runs, as its folder shows. */
export interface LivingStage {
  /** Its folder's name. */
  readonly agent: string
  /** Null when that was not recorded. */
  readonly task: string | null
  readonly leader: { readonly pid: number; readonly startTime: string } | null
  readonly marker: string | null
}

/**
 * The agents of which something runs, those that `isMeant` passes over left out. A stage that nobody has taken up is fenced on the
 * way, so only the owner of the yard may ask. `bySupervisor` leaves out those of whom only tools are left.
 */
export async function findLivingStages(
  agents: string,
  host: ProcessHost,
  how: {
    readonly isMeant?: (agent: string) => boolean
    readonly bySupervisor?: boolean
    /** Where folders have other names than those of agents. */
    readonly names?: readonly string[]
  } = {},
): Promise<LivingStage[]> {
  const { isMeant = () => true, bySupervisor = false, names = foldersIn(agents) } = how
  const carried = bySupervisor ? null : carriedMarkers(await host.table())
  const living: LivingStage[] = []
  for (const agent of names.filter(isMeant)) {
    await nextTurn() // there may be thousands
    const stage = await livingStage(join(agents, agent), carried, host)
    if (stage) living.push({ agent, ...stage })
  }
  return living
}

const carriedMarkers = ({ rows, markerOf }: ProcessTable): ReadonlySet<string | null> =>
  new Set([...rows.values()].filter(({ isDead }) => !isDead).map(({ pid }) => markerOf(pid)))

async function livingStage(
  folder: string,
  carried: ReadonlySet<string | null> | null,
  host: ProcessHost,
): Promise<Omit<LivingStage, 'agent'> | null> {
  const isOver = (await stageStatus(folder, host)) === 'over'
  if (isOver && carried === null) return null
  const record = readStageRecord(folder) ?? { task: null, key: null, bootId: null }
  const leader = isOver ? null : await livingLeader(folder, record.bootId, host)
  const { task, key: marker } = record
  const hasTools = marker !== null && carried !== null && carried.has(marker)
  return leader || hasTools ? { task, marker, leader } : null
}

async function livingLeader(
  folder: string,
  bootIdAtLaunch: string | null,
  host: ProcessHost,
): Promise<LivingStage['leader']> {
  const found = await recoverStage(folder, { bootIdAtLaunch, host })
  return found.kind === 'alive' ? { pid: found.pid, startTime: found.startTime } : null
}

/** Ends it from this process, without a launcher. Resolves with what could not be ended. */
export async function endLivingStage(
  agents: string,
  { agent, leader, marker }: LivingStage,
  how: { readonly host: ProcessHost; readonly graceMs: number },
): Promise<readonly Leftover[]> {
  const { host, graceMs } = how
  const folder = join(agents, agent)
  const bootId = await host.bootId()
  const report = await killTree(
    { folder, leader, marker, bootId, signal: 'SIGTERM', graceMs },
    { host, clock: systemClock, scan: () => host.table() },
    () => {},
  )
  return report.leftovers
}

/**
 * Ends running agents that the plan does not know, because a database was restored. They are not adopted: their end could not be settled.
 */
export async function endUnknownAgents(
  agents: string,
  isKnown: (agent: string) => boolean,
  { host, log, names }: Pick<Parts, 'host' | 'log'> & { readonly names?: readonly string[] },
): Promise<void> {
  const isMeant = (agent: string): boolean => !isKnown(agent)
  const how = { isMeant, bySupervisor: true, ...(names ? { names } : {}) }
  const found = await findLivingStages(agents, host, how)
  await Promise.all(
    found.map(async (stage) => {
      const left = await endLivingStage(agents, stage, { host, graceMs: GRACE_MS })
      const { agent, task } = stage
      const who = task === null ? agent : `${agent} (${task})`
      log.error(`${who} is not in the plan, was still at work and was ended`, { left: left.length })
    }),
  )
}
