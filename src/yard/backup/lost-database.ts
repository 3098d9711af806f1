/** A database that has vanished: noticed before it is taken for an empty yard, and under an owner that lives. */
import { type BigIntStats, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ok, type Result } from '../../base/result.ts'
import type { YardPaths } from '../../config/paths.ts'
import { fail, failure, type Failure } from '../../domain/failure.ts'
import { backupFile, backupNow, newestSoundBackup } from './backups.ts'
import type { YardParts } from '../yard.ts'
import { type Dependency, dependencyIdOf, type EntityChange, type Plan } from '../../domain/plan.ts'
import type { Judgement } from '../../domain/judging/judgement.ts'
import { openStore } from '../../store/open-store.ts'

/** Null where all is well, a yard that was never opened included. SQLite would make an empty database, and remove the log of the old one. */
export function lostDatabase(paths: YardPaths, dataFolder: string): Failure | null {
  const isKnown = existsSync(join(paths.yard, 'id')) || existsSync(paths.service.ownerDb)
  if (!isKnown || hasDatabase(paths)) return null
  const newest = newestSoundBackup(dataFolder, paths.root)
  return failure('io', `the database of this yard is gone: ${paths.db} ${lostWord(paths.db)}`, {
    hint:
      newest === null
        ? 'there is no backup; `yard init` begins anew, with no tasks'
        : `yard restore ${newest}`,
    facts: { backup: newest },
  })
}

export const hasDatabase = ({ db }: Pick<YardPaths, 'db'>): boolean =>
  (statSync(db, { throwIfNoEntry: false })?.size ?? 0) > 0

const lostWord = (file: string): string => (existsSync(file) ? 'is empty' : 'does not exist')

type Parts = Pick<
  YardParts,
  'options' | 'opened' | 'dataFolder' | 'clock' | 'current' | 'log' | 'dispatcher'
>

const LOOK_MS = 10_000

/**
 * Looks whether the files of the open database are still those that were opened. Once they are not, nothing that is committed
 * would be found again: what the owner holds is written to a fresh backup, and `onLost` is called, with what to tell a person.
 */
export function watchDatabase(parts: Parts, onLost: (text: string) => void): () => void {
  const { paths } = parts.options
  const files = [paths.db, `${paths.db}-wal`].map(createFileWatch)
  const report = async (what: string): Promise<void> => {
    // What would be committed from now on could only be lost.
    await parts.dispatcher.close()
    const made = await backUpLost(parts)
    if (!made.ok) parts.log.error('no backup of it could be made', { why: made.error.message })
    const newest = newestSoundBackup(parts.dataFolder, paths.root)
    const way = newest === null ? 'there is no backup' : `yard restore ${newest}`
    const text = `${what} under its owner, which stops; ${way}`
    parts.log.error('the database is gone', { what, backup: newest })
    onLost(text)
  }
  let cancel = (): void => {}
  const next = (): void => {
    const { pollIntervalMs } = parts.current.config.settings.coordinator
    cancel = parts.clock.after(Math.min(LOOK_MS, pollIntervalMs), () => {
      const what = files.map((look) => look()).find((word) => word !== null)
      if (what) void report(what)
      else next()
    })
  }
  next()
  return () => cancel()
}

/** A copy where the open file is whole (deleted, replaced); of an emptied one the plan in memory is what is left. */
async function backUpLost(parts: Parts): Promise<Result<unknown, Failure>> {
  const copied = await backupNow(parts, { isDoubted: true })
  if (copied.ok) return copied
  const { dataFolder, clock, opened, options } = parts
  const { root } = options.paths
  const at = clock.now()
  const base = newestSoundBackup(dataFolder, root)
  return salvagePlan(opened.plan, { base, file: backupFile(dataFolder, root, at), at })
}

/** Nothing else may open these files in this process; asking for their facts does not. */
function createFileWatch(file: string): () => string | null {
  const look = (): BigIntStats | undefined =>
    statSync(file, { bigint: true, throwIfNoEntry: false })
  let known = look()
  return () => {
    const now = look()
    known ??= now
    if (!known) return null
    if (!now) return `${file} has vanished`
    if (now.ino !== known.ino || now.dev !== known.dev) return `${file} was replaced`
    if (now.size === 0n && known.size > 0n) return `${file} was emptied`
    known = now
    return null
  }
}

/**
 * Brings a copy of the backup `base` (null = an empty database) to the state of `plan` and lays it at `file`. Not in it is what the
 * plan does not hold: log lines, artifacts, costs and agents that ended since `base`.
 */
export async function salvagePlan(
  plan: Plan,
  { base, file, at }: { readonly base: string | null; readonly file: string; readonly at: number },
): Promise<Result<void, Failure>> {
  const part = `${file}.part`
  try {
    if (base !== null) copyFileSync(base, part)
    const opened = await openStore({ path: part, at })
    if (!opened.ok) return opened
    const { writer, plan: old, close } = opened.value
    try {
      writer.begin()
      for (const change of changesBetween(old, plan, at))
        writer.write(change, { at, event: 'yard.salvaged', by: 'yard' })
      writer.commit()
    } finally {
      close()
    }
    renameSync(part, file)
    return ok(undefined)
  } catch (error) {
    return fail('io', `the plan in memory could not be written to ${file}: ${String(error)}`)
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(part + suffix, { force: true })
  }
}

/** Dependencies go before their tasks and come after them. */
function* changesBetween(old: Plan, now: Plan, at: number): Generator<EntityChange> {
  const [edges, newEdges] = [dependenciesOf(old), dependenciesOf(now)]
  for (const [id, before] of edges)
    if (!newEdges.has(id)) yield { entity: 'dependency', id, before, after: null }
  for (const { id, before, after } of pairs(old.tasks, now.tasks))
    yield { entity: 'task', id, before, after }
  for (const [id, after] of newEdges)
    if (!edges.has(id)) yield { entity: 'dependency', id, before: null, after }
  for (const { id, before, after } of pairs(old.agents, now.agents))
    yield { entity: 'agent', id, before, after }
  for (const { id, before, after } of pairs(old.judgements, now.judgements))
    yield { entity: 'judgement', id, before, after: after ?? (before && endedSince(before, at)) }
  for (const { id, before, after } of pairs(old.breakers, now.breakers))
    yield { entity: 'breaker', id, before, after }
  if (old.facts.paused !== now.facts.paused)
    yield { entity: 'yard', id: 'yard', before: old.facts, after: now.facts }
}

/** It has ended since that backup, and what came of it was only in the database. */
const endedSince = (judgement: Judgement, at: number): Judgement => ({
  ...judgement,
  state: { kind: 'ended', at, outcome: 'unanswered', reason: 'its answer was lost' },
})

interface ById<K, T> {
  keys(): Iterable<K>
  get(id: K): T | undefined
}

function* pairs<K extends string, T>(
  old: ById<K, T>,
  now: ById<K, T>,
): Generator<{ readonly id: string; readonly before: T | null; readonly after: T | null }> {
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const [before, after] = [old.get(id) ?? null, now.get(id) ?? null]
    if (JSON.stringify(before) !== JSON.stringify(after)) yield { id, before, after }
  }
}

function dependenciesOf(plan: Plan): Map<string, Dependency> {
  const all = new Map<string, Dependency>()
  for (const dependent of plan.tasks.keys())
    for (const blocker of plan.blockersOf(dependent)) {
      const id = dependencyIdOf(blocker, dependent)
      all.set(id, { id, blocker, dependent })
    }
  return all
}
