/** Which blocks a person has opened or closed, kept while they are scrolled out of sight. */
import { createContext, useContext } from 'react'

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
