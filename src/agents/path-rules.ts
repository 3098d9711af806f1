/** Which paths an agent's tools may use. All paths have their symbolic links resolved. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { errorCode } from '../base/text.ts'
import { STAGE_FILES } from './process/stage-files.ts'

/** Whether a path is a folder, or lies in it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/** Closed to writing: git hooks run outside of the folder's limits, and `.yard` belongs to the yard. */
export const isReserved = (folder: string, path: string): boolean =>
  partsOf(folder, path).some((part) => part === '.git' || part === '.yard')

/** Closed to reading: the host's tokens, and the markers that identify agents. */
export function isSecret(folder: string, path: string): boolean {
  const parts = partsOf(folder, path)
  return parts.some((part, at) => {
    if (part !== '.yard') return false
    const kind = parts[at + 1]
    return kind === 'service' || (kind === 'agents' && parts.at(-1) === STAGE_FILES.launch)
  })
}

/** The parts of the path as a file system compares them that ignores case, and blanks and dots at the end of a name. */
const partsOf = (folder: string, path: string): string[] =>
  relative(folder, path)
    .split(sep)
    .map((part) => (part === '..' ? part : part.toLowerCase().replace(/[. ]+$/, '')))

/** The path with every symbolic link resolved; a missing file lies below its nearest existing parent. */
export async function whereItLeads(path: string): Promise<string> {
  const whole = resolve(path)
  try {
    return await realpath(whole)
  } catch (error) {
    const parent = dirname(whole)
    if (errorCode(error) !== 'ENOENT' || parent === whole) throw error
    return join(await whereItLeads(parent), basename(whole))
  }
}
