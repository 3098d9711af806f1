/** Where a path of a file tool leads, and whether that is inside the work tree. */
import { readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { isInside, isReserved, isSecret } from '../../closed-paths.ts'
import type { ToolContext } from './tool.ts'

/** The absolute path; the error is a sentence for the model. `change`: it is to be written, so what is git's or the yard's is closed too. */
export function placeOf(
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
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing || dirname(path) === path) throw error
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
