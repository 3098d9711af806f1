/** `yard restore`: the named backup, or the newest. */
import { err, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { restoreDatabase } from '../store/restore.ts'
import { listBackups } from './backups.ts'

export function restoreBackup(
  parts: { paths: YardPaths; dataFolder: string; at: number },
  file: string | null,
): Result<{ from: string; aside: string | null }, Failure> {
  const from = file ?? listBackups(parts.dataFolder, parts.paths.root)[0]
  if (from === undefined)
    return err(
      failure('io', `there is no backup of ${parts.paths.root}`, {
        hint: 'name a file: yard restore FILE',
      }),
    )
  const done = restoreDatabase(
    { db: parts.paths.db, ownerDb: parts.paths.service.ownerDb, at: parts.at },
    from,
  )
  return done.ok ? { ok: true, value: { from, aside: done.value } } : done
}
