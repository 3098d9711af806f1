/** Rolling backups of a yard in the user's data folder, out of reach of whatever happens to the project. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { Store } from '../store/store.ts'
import type { YardParts } from './yard-parts.ts'

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

export async function makeBackup(parts: {
  store: Store
  dataFolder: string
  root: string
  at: number
  keep: number
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
  const name = new Date(parts.at).toISOString().replaceAll(/[:.]/g, '-')
  const file = join(folder, `yard-${name}.db`)
  const copied = await parts.store.copyTo(file)
  if (!copied.ok) return copied
  for (const old of listBackups(parts.dataFolder, parts.root).slice(Math.max(1, parts.keep)))
    rmSync(old, { force: true })
  return ok(file)
}

type Parts = Pick<YardParts, 'options' | 'opened' | 'dataFolder' | 'clock' | 'current' | 'log'>

export function backupNow({
  options,
  opened,
  dataFolder,
  clock,
  current,
}: Parts): Promise<Result<string, Failure>> {
  const { backups: keep } = current.config.settings.store
  return makeBackup({
    store: opened.store,
    dataFolder,
    root: options.paths.root,
    at: clock.now(),
    keep,
  })
}

/** Rolling backups while a full host lives, only of what has changed since the last one. */
export function startBackups(parts: Parts): () => void {
  const { store } = parts.opened
  let lastSeq = store.seq
  let cancel = (): void => {}
  const next = (): void => {
    const { backupIntervalMs } = parts.current.config.settings.store
    cancel = parts.clock.after(backupIntervalMs, () => {
      const isDue = parts.current.config.settings.store.backups > 0 && store.seq !== lastSeq
      lastSeq = store.seq
      if (isDue)
        void backupNow(parts).then(
          (made) => made.ok || parts.log.error('the backup failed', { why: made.error.message }),
        )
      next()
    })
  }
  next()
  return () => cancel()
}
