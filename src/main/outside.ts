/** Opens links and files outside of the app, and knows the pages of other yards. */
import { app, dialog, shell } from 'electron'
import { openTerminal } from '../agents/terminal/open-terminal.ts'
import { yardPaths, type YardPaths } from '../config/paths.ts'
import type { FolderProgram } from '../contract/desktop.ts'
import {
  editorLink,
  folderOfYard,
  linkQuestion,
  outsideAddress,
  revealPlan,
  type RevealParts,
} from '../desktop/outside.ts'
import { readState } from '../headless/state-file.ts'

let isAsking = false

/** One question at a time: a page that asks for many windows gets one answer. */
export async function openOutside(text: string): Promise<void> {
  const address = outsideAddress(text)
  if (address === null || isAsking) return
  isAsking = true
  try {
    const { response } = await dialog.showMessageBox(linkQuestion(address))
    if (response === 0) await shell.openExternal(address)
  } finally {
    isAsking = false
  }
}

/** False = it may not be shown, or is not there. */
export async function reveal(path: string, parts: RevealParts): Promise<boolean> {
  const plan = revealPlan(path, parts)
  if (plan === null) return false
  if (plan.by === 'editor') return (await shell.openPath(plan.file)) === ''
  shell.showItemInFolder(plan.file)
  return true
}

type Environment = Readonly<Record<string, string | undefined>>

/** Null = done; else why not. */
export async function openFolder(
  path: string,
  program: FolderProgram,
  { paths, env }: { readonly paths: YardPaths | null; readonly env: Environment },
): Promise<string | null> {
  const folder = folderOfYard(path, paths)
  if (folder === null) return 'That folder is not there, or not part of this yard.'
  if (program === 'terminal') return openTerminal(folder, env)
  const link = editorLink(folder, (scheme) => app.getApplicationNameForProtocol(scheme) !== '')
  if (link === null)
    return 'No editor that opens links was found: VS Code, VSCodium, Cursor, Windsurf or Zed.'
  await shell.openExternal(link)
  return null
}

/**
 * The folder whose living or last service has exactly this origin; null for any other address. A page that came over a joined
 * service is given the address of another yard's service: the app goes to that yard by itself, and loads nothing from there.
 */
export function rootOfPageUrl(url: string, folders: readonly string[]): string | null {
  const address = URL.parse(url)
  if (address?.protocol !== 'http:') return null
  const isIt = (folder: string): boolean => {
    const state = readState(yardPaths(folder))
    return state !== null && URL.parse(state.url)?.origin === address.origin
  }
  return folders.find(isIt) ?? null
}
