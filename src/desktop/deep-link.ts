/** Addresses from outside, `yard://task/ID` and `yard://SCREEN`. They only ever say where to look. */
import { isTaskId } from '../domain/ids.ts'

export const LINK_SCHEME = 'yard'

const SCREENS = [
  ...['graph', 'tasks', 'agents', 'attention', 'models', 'executors', 'schedule', 'settings'],
] as const

const MOST_CHARACTERS = 300

/** The page's fragment, or null for anything that is not exactly such an address. */
export function hashOfLink(link: string): string | null {
  if (link.length > MOST_CHARACTERS) return null
  const task = /^yard:\/\/task\/([^/?#]+)\/?$/i.exec(link)?.[1]
  if (task !== undefined) return isTaskId(task) ? `#/task/${task}` : null
  const screen = /^yard:\/\/([a-z]+)\/?$/i.exec(link)?.[1]?.toLowerCase()
  return SCREENS.some((each) => each === screen) ? `#/${screen}` : null
}

const isLink = (word: string): boolean => /^yard:/i.test(word)

/** What the words of a start, the first one or a later one, ask for. Switches are passed by. */
export function readStartArguments(words: readonly string[]): {
  readonly folder: string | null
  readonly link: string | null
  readonly graphFile: string | null
} {
  const said = words.filter((word) => word !== '' && !word.startsWith('-'))
  const link = said.findLast(isLink) ?? null
  const paths = said.filter((word) => !isLink(word))
  const graphFile = paths.findLast((path) => path.toLowerCase().endsWith('.yard.toml')) ?? null
  return { link, graphFile, folder: paths.findLast((path) => path !== graphFile) ?? null }
}
