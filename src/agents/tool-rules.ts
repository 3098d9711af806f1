/** What an agent's tools may use: paths, all with their symbolic links resolved, and calls of our own command line. */
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

// Calls of our own command line: to report, in its own yard, and nothing else.

export const REPORT_VERBS = [
  ...(['done', 'fail', 'log', 'add', 'ask', 'artifact', 'msg', 'show'] as const),
]

/** The one on an agent's PATH, which is ours. */
export const YARD_COMMAND = 'yard'

/** `--dir` names another yard; no other option of these verbs begins like it, so no spelling of it comes by. */
const NAMES_A_YARD = /^-+di/i

/** Why these arguments of `yard` are not for an agent; null where they are. */
export function reportError(args: readonly string[]): string | null {
  const [verb = ''] = args
  if (!REPORT_VERBS.some((known) => known === verb))
    return `"${verb}" is not for agents: ${REPORT_VERBS.join(', ')} are`
  const other = args.find((arg) => NAMES_A_YARD.test(arg))
  return other === undefined ? null : `"${other}" is not for agents: they report to their own yard`
}

const MAX_LINE = 10_000
const CONTROL = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}]/u
/**
 * To one shell of Windows a single quote is a letter and a per cent sign stands for a variable wherever it is, to another every
 * typographic quote is one.
 */
const QUOTED =
  process.platform === 'win32'
    ? /"[^"`$\\%!\u2018-\u201f]*"/.source
    : /'[^'\\]*'|"[^"`$\\]*"/.source
const PLAIN = /[^\s'"`$\\;&|<>()[\]{}*?!~#^%\u2018-\u201f]/.source
const REPORT_LINE = new RegExp(
  `^[ \\t]*${YARD_COMMAND}(?:[ \\t]+(?:${PLAIN}|${QUOTED})+)+[ \\t]*$`,
  'u',
)
const WORD = new RegExp(`(?:${PLAIN}|${QUOTED})+`, 'gu')

/**
 * The arguments of a shell line that is one plain report, which every shell would split in the same way; null for any other line.
 * What a shell would expand, join or go on with is no plain report.
 */
export function reportIn(line: string): readonly string[] | null {
  if (line.length > MAX_LINE || CONTROL.test(line) || !REPORT_LINE.test(line)) return null
  const words = (line.match(WORD) ?? []).map((word) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  )
  const args = words.slice(1)
  return reportError(args) === null ? args : null
}
