/** Rolling backups of a yard in the user's data folder, out of reach of whatever happens to the project. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { isSoundBackup } from '../store/restore.ts'
import type { Store } from '../store/store.ts'
import type { YardParts } from './yard.ts'

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
    return err(
      failure('io', `the backup folder ${folder} cannot be made: ${String(error)}`, {
        hint: 'is there space, and is it writable?',
      }),
    )
  }
  const file = backupFile(parts.dataFolder, parts.root, parts.at)
  const copied = await parts.store.copyTo(file)
  if (!copied.ok) return copied
  if (parts.isDoubted && !isSoundBackup(file)) {
    rmSync(file, { force: true })
    return err(
      failure('io', `what is left of the database of ${parts.root} is no sound copy of it`),
    )
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
