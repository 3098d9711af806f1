/** Where a path of a file tool leads, and whether that is inside the work tree. */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorCode } from '../../../base/text.ts'
import { isInside, isReserved, isSecret } from '../../path-rules.ts'
import type { ToolContext } from './tool.ts'

/** The absolute path; the error is a sentence for the model. `change`: it is to be written, so what is git's or the yard's is closed too. */
export function allowedPath(
  path: string,
  { root, isConfined }: Pick<ToolContext, 'root' | 'isConfined'>,
  use: 'look' | 'change',
): Result<string, string> {
  if (path.includes('\0')) return err('that is no path')
  const asked = resolve(root, path)
  if (!isConfined) return ok(asked)
  const home = realpathSync(root)
  const real = realPlace(asked)
  if (!isInside(home, real))
    return err(`${path} is outside of the work tree, which is closed to this tool`)
  if (use === 'change' && isReserved(home, real))
    return err(`${path} belongs to git or to the yard and is closed to this tool`)
  if (isSecret(home, real)) return err(`${path} belongs to the yard and is closed to this tool`)
  return ok(real)
}

/** With all links followed, also where the last parts of it are not there yet. */
function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    const target = linkTarget(path)
    return target === null
      ? join(realPlace(dirname(path)), basename(path))
      : realPlace(resolve(dirname(path), target))
  }
}

/** Of a link that leads to nothing yet: what is written to it is made there. */
function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null // not there, or no link
  }
}

/** The text of a regular file; null when it has more bytes. The error says what stands there instead. Throws errors of the file system. */
export function readRegularFile(path: string, maxBytes: number): Result<string | null, string> {
  // Opening a pipe would wait for whoever writes to it.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = fstatSync(file)
    if (!facts.isFile()) return err(kindOf(facts))
    if (facts.size > maxBytes) return ok(null)
    // The size of what the kernel makes up is 0, and a file may grow.
    const chunks: Buffer[] = []
    let length = 0
    while (length <= maxBytes) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, maxBytes + 1 - length))
      const read = readSync(file, chunk, 0, chunk.length, null)
      if (read === 0) return ok(Buffer.concat(chunks).toString('utf8'))
      chunks.push(chunk.subarray(0, read))
      length += read
    }
    return ok(null)
  } finally {
    closeSync(file)
  }
}

const CHUNK_BYTES = 64 * 1024

/** What stands there instead of a regular file; null when that is one, or nothing. */
export function notRegular(path: string): string | null {
  const facts = statSync(path, { throwIfNoEntry: false })
  return facts === undefined || facts.isFile() ? null : kindOf(facts)
}

const kindOf = (facts: ReturnType<typeof fstatSync>): string => {
  if (facts.isDirectory()) return 'a folder'
  if (facts.isFIFO()) return 'a pipe'
  return facts.isSocket() ? 'a socket' : 'a device'
}
