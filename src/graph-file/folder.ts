/** A folder of another program, read with bounds and without following any symlink, and written whole. */
import { constants, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { errorCode, errorText } from '../base/text.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { FolderFile } from '../domain/moving/transfer.ts'
import { replaceFile } from '../files/replace-file.ts'
import { transferFailure, type FileFault } from './moving/source.ts'

const MAX_FILE_BYTES = 5_000_000
const MAX_TOTAL_BYTES = 100_000_000
const MAX_ENTRIES = 100_000
const MAX_DEPTH = 8

export interface FolderReading {
  /** Those that were asked for, in the order of their paths. */
  readonly files: readonly FolderFile[]
  /** Paths of the others, which were not opened. */
  readonly others: readonly string[]
}

/** `wants` says of a path in the folder whether it is to be read. */
export async function readFolder(
  folder: string,
  wants: (path: string) => boolean,
): Promise<Result<FolderReading, Failure>> {
  try {
    const root = realpathSync(folder)
    const faults: FileFault[] = []
    const paths = listPaths(root, wants, faults)
    const files: FolderFile[] = []
    let total = 0
    for (const path of paths.filter(wants)) {
      const read = await readFile(join(root, path))
      if (!read.ok) {
        faults.push({ file: path, line: 1, message: read.error })
        continue
      }
      total += Buffer.byteLength(read.value)
      if (total > MAX_TOTAL_BYTES)
        return err(tooMuch(folder, `holds more than ${MAX_TOTAL_BYTES / 1_000_000} MB to read`))
      files.push({ path, text: read.value })
    }
    if (faults.length > 0) return err(transferFailure(folder, faults))
    return ok({ files, others: paths.filter((path) => !wants(path)) })
  } catch (error) {
    if (error instanceof TooManyEntries)
      return err(tooMuch(folder, `holds more than ${MAX_ENTRIES} files`))
    return err(tooMuch(folder, `cannot be read: ${errorText(error)}`))
  }
}

const tooMuch = (folder: string, what: string): Failure =>
  failure('file-broken', `${folder}: it ${what}`, { hint: 'nothing was imported' })

class TooManyEntries extends Error {}

function listPaths(
  root: string,
  wants: (path: string) => boolean,
  faults: FileFault[],
): readonly string[] {
  const paths: string[] = []
  const list = (folder: string, depth: number): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (paths.length >= MAX_ENTRIES) throw new TooManyEntries()
      if (entry.isDirectory() && depth < MAX_DEPTH) list(path, depth + 1)
      else if (entry.isFile() || !wants(path)) paths.push(path)
      else
        faults.push({ file: path, line: 1, message: 'is no regular file; links are not followed' })
    }
  }
  list('', 0)
  return paths.toSorted()
}

/** The text of a file, or what is wrong with it. */
export async function readFile(path: string): Promise<Result<string, string>> {
  try {
    // Between the listing and this a link may have come in its place.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
    const file = await open(path, flags)
    try {
      const facts = await file.stat()
      if (!facts.isFile()) return err('is no regular file')
      if (facts.size > MAX_FILE_BYTES) return err(`is larger than ${MAX_FILE_BYTES / 1_000_000} MB`)
      return ok(new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile()))
    } finally {
      await file.close()
    }
  } catch (error) {
    return err(
      error instanceof TypeError ? 'is not UTF-8 text' : `cannot be read: ${errorCode(error)}`,
    )
  }
}

/** Null where nothing is there. */
export function kindOfPath(path: string): 'file' | 'folder' | 'link' | null {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (!facts) return null
  return facts.isDirectory() ? 'folder' : facts.isSymbolicLink() ? 'link' : 'file'
}

/** Into a folder that is new or empty. A failure part of the way names what is there. */
export function writeFolder(folder: string, files: readonly FolderFile[]): Result<null, Failure> {
  try {
    mkdirSync(folder, { recursive: true })
    if (readdirSync(folder).length > 0)
      return err(
        failure('in-use', `${folder} is not empty`, {
          hint: 'name a folder that is new or empty; nothing was written',
          facts: { folder },
        }),
      )
    for (const { path, text } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      replaceFile(join(folder, path), text)
    }
    return ok(null)
  } catch (error) {
    return err(
      failure('io', `${folder} could not be written: ${errorText(error)}`, {
        hint: 'what is in it is not complete: remove it and export again',
        facts: { folder },
      }),
    )
  }
}
