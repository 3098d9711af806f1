/** `yard restore`: the named backup, or the newest, under a yard of which nothing runs. */
import { createProcessHost } from '../agents/process/host/identity.ts'
import {
  endLivingStage,
  findLivingStages,
  foldersIn,
  type LivingStage,
} from '../agents/runtime/stages/old-stages.ts'
import { readStageRecord } from '../agents/runtime/stages/stage-record.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { agentNumberOf, type AgentId } from '../domain/ids.ts'
import { restoreDatabase, type Backup } from '../store/restore.ts'
import { join } from 'node:path'
import { newestSoundBackup } from './backups.ts'

export interface Restored {
  readonly from: string
  /** Where the replaced database was laid; null = there was none. */
  readonly aside: string | null
  /** Agents that were ended first. */
  readonly ended: readonly string[]
  /** Tasks that agents worked on since the backup and that are open in it: they start again. */
  readonly again: readonly string[]
}

interface Parts {
  readonly paths: YardPaths
  readonly dataFolder: string
  readonly at: number
  /** Ends the agents at work; without it they are a failure that names them. */
  readonly killAgents?: boolean
}

const GRACE_MS = 10_000

export async function restoreBackup(
  parts: Parts,
  file: string | null,
): Promise<Result<Restored, Failure>> {
  const { paths, dataFolder, at, killAgents = false } = parts
  const from = file ?? newestSoundBackup(dataFolder, paths.root)
  if (from === null)
    return err(
      failure('io', `there is no sound backup of ${paths.root}`, {
        hint: 'name a file: yard restore FILE',
      }),
    )
  let ended: readonly string[] = []
  let again: readonly string[] = []
  const ready = async (backup: Backup): Promise<Failure | null> => {
    const living = await findLivingStages(paths.agents, createProcessHost())
    if (living.length > 0 && !killAgents) return atWork(living)
    const left = await endAll(paths.agents, living)
    ended = living.map(({ agent }) => agent)
    again = startedSince(paths.agents, backup)
    return left
  }
  const place = { db: paths.db, ownerDb: paths.service.ownerDb, at }
  const done = await restoreDatabase(place, from, ready)
  return done.ok ? ok({ from, aside: done.value, ended, again }) : done
}

const nameOf = ({ agent, task }: LivingStage): string =>
  task === null ? agent : `${agent} (${task})`

const atWork = (living: readonly LivingStage[]): Failure =>
  failure(
    'in-use',
    `${living.length === 1 ? 'an agent is' : `${living.length} agents are`} still at work here: ${living.map(nameOf).join(', ')}`,
    {
      hint: 'wait until they have ended, or end them: yard restore --kill-agents',
      facts: { agents: living.map(({ agent }) => agent) },
    },
  )

async function endAll(agents: string, living: readonly LivingStage[]): Promise<Failure | null> {
  const how = { host: createProcessHost(), graceMs: GRACE_MS }
  const left = await Promise.all(
    living.map(async (stage) => {
      const pids = (await endLivingStage(agents, stage, how)).map(({ pid }) => pid)
      return pids.length === 0 ? [] : [`${nameOf(stage)}: pid ${pids.join(', ')}`]
    }),
  )
  if (left.flat().length === 0) return null
  return failure('timeout', `not all agents could be ended: ${left.flat().join('; ')}`, {
    hint: 'end these processes yourself, then restore',
  })
}

function startedSince(agents: string, { lastAgentNumber, openTasks }: Backup): string[] {
  const later = foldersIn(agents).filter((name) => agentNumberOf(name as AgentId) > lastAgentNumber)
  const tasks = later.flatMap((name) => readStageRecord(join(agents, name))?.task ?? [])
  return [...new Set(tasks)].filter((task) => openTasks.has(task)).toSorted()
}
