/** What every block of an output needs to know of the view that it stands in. */
import { createContext, useContext } from 'react'

/** Which blocks a person has opened or closed, kept while they are scrolled out of sight. */
export interface OpenedBlocks {
  /** What the person chose; undefined = nothing. */
  readonly chosen: ReadonlyMap<string, boolean>
  choose(key: string, isOpen: boolean): void
}

export const OpenedBlocksContext = createContext<OpenedBlocks>({
  chosen: new Map(),
  choose: () => {},
})

export function useOpened(key: string, isOpenAtFirst: boolean): readonly [boolean, () => void] {
  const { chosen, choose } = useContext(OpenedBlocksContext)
  const isOpen = chosen.get(key) ?? isOpenAtFirst
  return [isOpen, () => choose(key, !isOpen)]
}

/** Files that an output may name and that can be opened. */
export interface KnownFiles {
  /** What opens each, by its path from the agent's folder. */
  readonly openers: ReadonlyMap<string, () => void>
  /** Where the agent works: an absolute path below it is known, too. */
  readonly folder: string | null
}

export const KnownFilesContext = createContext<KnownFiles>({ openers: new Map(), folder: null })
