/** What may be opened outside of the app: links in what agents and people wrote, and files of a yard. */
import { realpathSync, statSync } from 'node:fs'
import { extname, isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isWithin, type YardPaths } from '../config/paths.ts'
import { isTaskId } from '../domain/ids.ts'

const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])
const MOST_SHOWN = 500

/** Null for anything that must not leave the app: other schemes, addresses with a name or password, addresses too long to be read. */
export function outsideAddress(text: string): string | null {
  const url = URL.parse(text)
  if (url === null || !ALLOWED.has(url.protocol) || url.href.length > MOST_SHOWN) return null
  return url.username === '' && url.password === '' ? url.href : null
}

/** In the form of a message box: the whole address is shown before it is opened. */
export const linkQuestion = (address: string) => ({
  type: 'question' as const,
  message: 'Open this link outside of Yardmaster?',
  detail: address,
  buttons: ['Open', 'Cancel'],
  defaultId: 1,
  cancelId: 1,
})

export interface RevealParts {
  /** The yard of the window that asks; null = none. */
  readonly paths: YardPaths | null
  /** The user's own files: configuration, the app's log. */
  readonly ownFiles: readonly string[]
}

/**
 * How a file is shown; null = it is no file of the yard, or not there. Text that we write ourselves opens in the editor. A file that
 * an agent may have written is only shown in its folder: opening it could run it.
 */
export function revealPlan(
  path: string,
  { paths, ownFiles }: RevealParts,
): { readonly by: 'editor' | 'folder'; readonly file: string } | null {
  const file = real(path)
  if (file === null || !isAbsolute(path)) return null
  const texts = [...ownFiles, ...(paths ? [paths.config, paths.service.log] : [])]
  const isText = texts.some((text) => real(text) === file)
  // In a yard from elsewhere the configuration may be a link to a program.
  if (isText && TEXT_EXTENSIONS.includes(extname(file))) return { by: 'editor', file }
  const root = paths && real(paths.root)
  return root && isWithin(root, file) ? { by: 'folder', file } : null
}

/** The folder itself, links followed; null = it is no folder of the yard. */
export function folderOfYard(path: string, paths: YardPaths | null): string | null {
  const [folder, root] = [real(path), paths && real(paths.root)]
  if (folder === null || !root || !isAbsolute(path)) return null
  return isWithin(root, folder) && statSync(folder).isDirectory() ? folder : null
}

/** Editors that take a folder by a link of their own, so that no program has to be found. */
const EDITORS = ['vscode', 'cursor', 'windsurf', 'vscodium', 'zed']

/** `isKnown`: a program of this machine answers links of that scheme. Null = none does. */
export function editorLink(folder: string, isKnown: (scheme: string) => boolean): string | null {
  const scheme = EDITORS.find((each) => isKnown(`${each}://`))
  return scheme === undefined ? null : `${scheme}://file${pathToFileURL(folder).pathname}`
}

const TEXT_EXTENSIONS = ['.toml', '.log']

function real(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null // not there
  }
}

// Addresses from outside, `yard://task/ID` and `yard://SCREEN`. They only ever say where to look.

export const LINK_SCHEME = 'yard'

const SCREENS = [
  ...['graph', 'tasks', 'agents', 'attention', 'evaluations', 'models', 'executors'],
  ...['messages', 'identities', 'schedule', 'settings'],
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
