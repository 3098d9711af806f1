/** Shows a file of a yard. Only what is one of its files, and nothing is ever run by it. */
import { realpathSync } from 'node:fs'
import { extname, isAbsolute, relative, sep } from 'node:path'
import { shell } from 'electron'
import type { YardPaths } from '../config/paths.ts'

export interface RevealParts {
  /** The yard of the window that asks; null = none. */
  readonly paths: YardPaths | null
  /** Files of the user's own: configuration, the app's log. */
  readonly ownFiles: readonly string[]
}

/** False = it is none of them, or is not there. */
export async function reveal(path: string, { paths, ownFiles }: RevealParts): Promise<boolean> {
  const file = real(path)
  if (file === null || !isAbsolute(path)) return false
  // Plain text that we write ourselves opens in the editor. Whatever an agent may have written is only shown where it lies:
  // opening it could run it.
  const texts = [...ownFiles, ...(paths ? [paths.config, paths.service.log] : [])]
  const isText = texts.some((text) => real(text) === file)
  // A yard from elsewhere may have a program behind the name of its configuration.
  if (isText && TEXT_NAMES.includes(extname(file))) return (await shell.openPath(file)) === ''
  const root = paths && real(paths.root)
  if (!root || !isWithin(root, file)) return false
  shell.showItemInFolder(file)
  return true
}

const TEXT_NAMES = ['.toml', '.log']

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

function real(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null // not there
  }
}
