/** What an agent's tools leave alone inside the folder that it works in. Both paths with their links followed. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { errorCode } from '../base/text.ts'
import { STAGE_FILES } from './process/stage-files.ts'

/** Whether a path is a folder, or lies in it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/** Writing there would reach beyond the folder: a hook of git is run by others, and the yard's own files are the yard's. */
export const isReserved = (folder: string, path: string): boolean =>
  partsOf(folder, path).some((part) => part === '.git' || part === '.yard')

/** Reading there would make it another: the tokens of the host, and the markers by which agents are known. */
export function isSecret(folder: string, path: string): boolean {
  const parts = partsOf(folder, path)
  return parts.some((part, at) => {
    if (part !== '.yard') return false
    const kind = parts[at + 1]
    return kind === 'service' || (kind === 'agents' && parts.at(-1) === STAGE_FILES.launch)
  })
}

/** As a file system that ignores case, and blanks and dots at the end of a name, would take them. */
const partsOf = (folder: string, path: string): string[] =>
  relative(folder, path)
    .split(sep)
    .map((part) => (part === '..' ? part : part.toLowerCase().replace(/[. ]+$/, '')))

/** Where a path leads when every link in it is followed; what does not exist yet lies below its nearest parent that does. */
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
