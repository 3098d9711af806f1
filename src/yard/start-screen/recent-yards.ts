/** Which yards were opened on this machine, latest first: a small file in the user's data folder. */
import { orElse } from '../../base/result.ts'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../../files/replace-file.ts'
import { yardPaths } from '../../config/paths.ts'

const recentSchema = z.array(z.object({ folder: z.string().min(1), openedAt: z.number() }))
export type RecentEntry = z.infer<typeof recentSchema>[number]

const MOST = 30

const fileIn = (dataFolder: string): string => join(dataFolder, 'recent.json')

/** Empty when there is no file, or one that cannot be read. */
export function readRecentYards(dataFolder: string): RecentEntry[] {
  return orElse(() => recentSchema.parse(JSON.parse(readFileSync(fileIn(dataFolder), 'utf8'))), [])
}

/** The config files of those yards. */
export const recentConfigs = (dataFolder: string): string[] =>
  readRecentYards(dataFolder).map(({ folder }) => yardPaths(folder).config)

/** Puts the folder first. Throws nothing: a yard is not refused because a list of names cannot be written. */
export function rememberYard(dataFolder: string, folder: string, at: number): void {
  const others = readRecentYards(dataFolder).filter((entry) => entry.folder !== folder)
  write(dataFolder, [{ folder, openedAt: at }, ...others].slice(0, MOST))
}

/** False when it was not there, or the file cannot be written. */
export function forgetYard(dataFolder: string, folder: string): boolean {
  const entries = readRecentYards(dataFolder)
  const others = entries.filter((entry) => entry.folder !== folder)
  return others.length < entries.length && write(dataFolder, others)
}

/** Whole or not at all. */
function write(dataFolder: string, entries: readonly RecentEntry[]): boolean {
  const file = fileIn(dataFolder)
  try {
    mkdirSync(dirname(file), { recursive: true })
    replaceFile(file, `${JSON.stringify(entries, null, 2)}\n`)
    return true
  } catch {
    return false // a full disk, or a folder of somebody else's
  }
}
