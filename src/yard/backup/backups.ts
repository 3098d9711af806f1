/** Rolling backups of a yard, kept in the user's data folder and so apart from the project, and their restoring. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ok, type Result } from '../../base/result.ts'
import { fail, failure, type Failure } from '../../domain/failure.ts'
import { type Backup, isSoundBackup, restoreDatabase } from '../../store/restore.ts'
import type { Store } from '../../store/store.ts'
import type { YardParts } from '../yard.ts'
import { createProcessHost } from '../../agents/process/host/identity.ts'
import {
  endLivingStage,
  findLivingStages,
  foldersIn,
  type LivingStage,
} from '../../agents/runtime/stages/old-stages.ts'
import { readStageRecord } from '../../agents/runtime/stages/stage-record.ts'
import type { YardPaths } from '../../config/paths.ts'
import { type AgentId, agentNumberOf } from '../../domain/ids.ts'

export const backupFolder = (dataFolder: string, root: string): string =>
  join(dataFolder, 'backups', createHash('sha256').update(root).digest('hex').slice(0, 16))

/** Newest first. */
export function listBackups(dataFolder: string, root: string): string[] {
  const folder = backupFolder(dataFolder, root)
  try {
    const names = readdirSync(folder).filter((name) => /^yard-.*\.db$/.test(name))
    return names
      .toSorted()
      .toReversed()
      .map((name) => join(folder, name))
  } catch {
    return [] // none was made yet
  }
}

/** Null without one. Looks into each, newest first, until one can be restored. */
export const newestSoundBackup = (dataFolder: string, root: string): string | null =>
  listBackups(dataFolder, root).find(isSoundBackup) ?? null

/** Named by its time, yet never before one that is there: the clock may have been ahead. */
export function backupFile(dataFolder: string, root: string, at: number): string {
  const [newest = ''] = listBackups(dataFolder, root)
  const [, day, hour, minute, rest] = /(\S{10}T)(\d\d)-(\d\d)-(\d\d-\d{3})Z\.db$/.exec(newest) ?? []
  const last = Date.parse(`${day}${hour}:${minute}:${rest?.replace('-', '.')}Z`)
  const time = new Date(last >= at ? last + 1 : at).toISOString().replaceAll(/[:.]/g, '-')
  return join(backupFolder(dataFolder, root), `yard-${time}.db`)
}

export async function makeBackup(parts: {
  store: Store
  dataFolder: string
  root: string
  at: number
  keep: number
  /** Read through before an older one makes room for it: what it is copied from may be damaged. */
  isDoubted?: boolean
}): Promise<Result<string, Failure>> {
  const folder = backupFolder(parts.dataFolder, parts.root)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    return fail('io', `the backup folder ${folder} cannot be made: ${String(error)}`, {
      hint: 'is there space, and is it writable?',
    })
  }
  const file = backupFile(parts.dataFolder, parts.root, parts.at)
  const copied = await parts.store.copyTo(file)
  if (!copied.ok) return copied
  if (parts.isDoubted && !isSoundBackup(file)) {
    rmSync(file, { force: true })
    return fail('io', `what is left of the database of ${parts.root} is no sound copy of it`)
  }
  for (const old of listBackups(parts.dataFolder, parts.root).slice(Math.max(1, parts.keep)))
    // An earlier program left the latter two beside a backup that it read.
    for (const suffix of ['', '-wal', '-shm']) rmSync(old + suffix, { force: true })
  return ok(file)
}

type Parts = Pick<YardParts, 'options' | 'opened' | 'dataFolder' | 'clock' | 'current' | 'log'>

export function backupNow(
  { options, opened, dataFolder, clock, current }: Parts,
  { isDoubted }: { readonly isDoubted?: boolean } = {},
): Promise<Result<string, Failure>> {
  const { backups: keep } = current.config.settings.store
  return makeBackup({
    store: opened.store,
    dataFolder,
    root: options.paths.root,
    at: clock.now(),
    keep,
    ...(isDoubted ? { isDoubted } : {}),
  })
}

/** A yard is worth a copy from its first task on; what follows within this time is in it. */
const FIRST_AFTER_MS = 1000

/** Rolling backups while a full host lives, only of what has changed since the last one; the first as soon as there is a task. */
export function startBackups(
  parts: Parts & Pick<YardParts, 'dispatcher' | 'scope'>,
  runsAgents: boolean,
): void {
  const { store, plan } = parts.opened
  let lastSeq = store.seq
  let cancel = (): void => {}
  const isOn = (): boolean => parts.current.config.settings.store.backups > 0
  const make = async (): Promise<void> => {
    const { seq } = store
    const made = await backupNow(parts)
    if (made.ok) lastSeq = seq
    else parts.log.error('the backup failed', { why: made.error.message })
  }
  let hasOne: boolean | null = null
  const lacksFirst = (): boolean => {
    if (plan.tasks.size === 0 || !isOn()) return false
    hasOne ??= listBackups(parts.dataFolder, parts.options.paths.root).length > 0
    return !hasOne
  }
  if (!runsAgents) {
    // A command is over in a moment, and may be all that this yard ever sees.
    parts.scope.add(() => (lacksFirst() ? make() : undefined))
    return
  }
  const next = (): void => {
    const { backupIntervalMs } = parts.current.config.settings.store
    cancel = parts.clock.after(backupIntervalMs, () => {
      if (isOn() && store.seq !== lastSeq) void make()
      next()
    })
  }
  next()
  const makeFirst = (): void => {
    if (!lacksFirst()) return
    hasOne = true
    cancel()
    cancel = parts.clock.after(FIRST_AFTER_MS, () => {
      void make()
      next()
    })
  }
  makeFirst()
  const off = parts.dispatcher.onCommitted(makeFirst)
  parts.scope.add(() => {
    off()
    cancel()
  })
}

/** `yard restore`: the named backup, or the newest, under a yard of which nothing runs. */
interface Restored {
  readonly from: string
  /** Where the replaced database was laid; null = there was none. */
  readonly aside: string | null
  readonly ended: readonly string[]
  /** Tasks that agents worked on since the backup and that are open in it: they start again. */
  readonly again: readonly string[]
}

interface RestoreParts {
  readonly paths: YardPaths
  readonly dataFolder: string
  readonly at: number
  /** Ends the agents at work; without it they are a failure that names them. */
  readonly killAgents?: boolean
}

const GRACE_MS = 10_000

export async function restoreBackup(
  parts: RestoreParts,
  file: string | null,
): Promise<Result<Restored, Failure>> {
  const { paths, dataFolder, at, killAgents = false } = parts
  const from = file ?? newestSoundBackup(dataFolder, paths.root)
  if (from === null)
    return fail('io', `there is no sound backup of ${paths.root}`, {
      hint: 'name a file: yard restore FILE',
    })
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
