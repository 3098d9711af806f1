/** `yard init`: makes a yard in a folder. A second time changes nothing. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { protectYardFolder } from '../agents/git/exclude.ts'
import { DEFAULT_CONFIG_TEXT } from '../config/default-config.ts'
import { yardPaths, type YardPaths } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { listBackups } from './backups.ts'
import { trustAsMade } from './trust.ts'

export interface Initialised {
  readonly paths: YardPaths
  readonly created: boolean
  /** The newest backup of a yard that once was here and is not there any more. */
  readonly offersRestore: string | null
}

export async function initYard(
  folder: string,
  dataFolder: string,
): Promise<Result<Initialised, Failure>> {
  const paths = yardPaths(folder)
  try {
    const created = !existsSync(paths.config) && !existsSync(paths.db)
    mkdirSync(paths.service.folder, { recursive: true })
    mkdirSync(paths.agents, { recursive: true })
    if (!existsSync(paths.config)) writeFileSync(paths.config, DEFAULT_CONFIG_TEXT, { flag: 'wx' })
    writeIfMissing(join(paths.yard, '.gitignore'), '*\n')
    const guarded = await protectYardFolder(folder)
    if (!guarded.ok)
      return err(failure('git', guarded.error.message, { hint: 'is .git writable?' }))
    if (created) trustAsMade({ paths, dataFolder })
    const backup = created ? listBackups(dataFolder, folder)[0] : undefined
    return ok({ paths, created, offersRestore: backup ?? null })
  } catch (error) {
    return err(
      failure(
        'io',
        `no yard can be made in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
        { hint: 'is the folder there and writable?' },
      ),
    )
  }
}

function writeIfMissing(file: string, text: string): void {
  if (!existsSync(file)) writeFileSync(file, text)
}
