/** Which of the person's own yards an address of a page belongs to. */
import { readState } from '../headless/state-file.ts'
import { yardPaths } from '../config/paths.ts'

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
