/** Which part of the page carries out which command now. The last that offered one is asked; when it leaves, the one before it. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export interface CommandHandler {
  run(): void
  /** Why it cannot be done now, in a few words; null = it can. */
  blocked?(): string | null
  /** What it would do now, where its title names several: `Pause`. */
  label?(): string | null
}
export type CommandHandlers = Readonly<Record<string, CommandHandler | (() => void)>>

interface Offers {
  readonly handlers: ReadonlyMap<string, readonly CommandHandler[]>
}

const store = createStore<Offers>(() => ({ handlers: new Map() }))

/** Draws again whenever a command comes or goes. */
export const useOfferedCommands = (): Offers['handlers'] =>
  useStore(store, ({ handlers }) => handlers)

export const handlerOf = (id: string): CommandHandler | null =>
  store.getState().handlers.get(id)?.at(-1) ?? null

/** Why the command cannot be done now; null = it can. */
export function blockedReason(id: string): string | null {
  const handler = handlerOf(id)
  return handler === null ? 'Not here' : (handler.blocked?.() ?? null)
}

/** What it would do now; null where its title says that. */
export const labelOfCommand = (id: string): string | null => handlerOf(id)?.label?.() ?? null

/** False when no part of the page carries it out now. */
export function runCommand(id: string): boolean {
  const handler = handlerOf(id)
  if (handler === null || (handler.blocked?.() ?? null) !== null) return false
  handler.run()
  return true
}

/**
 * Offers these for as long as the component is there. Names must stay the same; what they do may change with each drawing.
 * With `isFallback` it is asked only where nobody else offers the same.
 */
export function useCommands(handlers: CommandHandlers, { isFallback = false } = {}): void {
  const latest = useRef(handlers)
  useEffect(() => {
    latest.current = handlers
  })
  const names = Object.keys(handlers).join(' ')
  useEffect(() => offer(names.split(' '), latest, isFallback), [names, isFallback])
}

function offer(
  names: readonly string[],
  latest: { readonly current: CommandHandlers },
  isFallback: boolean,
): () => void {
  const offered = names.map((name) => [name, toHandler(name, latest)] as const)
  change((map) => {
    for (const [name, handler] of offered) {
      const others = map.get(name) ?? []
      map.set(name, isFallback ? [handler, ...others] : [...others, handler])
    }
  })
  return () =>
    change((map) => {
      for (const [name, handler] of offered) {
        const rest = (map.get(name) ?? []).filter((each) => each !== handler)
        if (rest.length === 0) map.delete(name)
        else map.set(name, rest)
      }
    })
}

const toHandler = (name: string, latest: { readonly current: CommandHandlers }): CommandHandler => {
  const now = (): CommandHandler => {
    const handler = latest.current[name]
    return typeof handler === 'function' ? { run: handler } : (handler ?? { run: () => {} })
  }
  return {
    run: () => now().run(),
    blocked: () => now().blocked?.() ?? null,
    label: () => now().label?.() ?? null,
  }
}

function change(edit: (map: Map<string, readonly CommandHandler[]>) => void): void {
  const handlers = new Map(store.getState().handlers)
  edit(handlers)
  store.setState({ handlers })
}

/** What a list offers comes after what the window offers everywhere, so that the list is asked first, also when the page opens on it. */
export function OfferLater({ children }: { readonly children: ReactNode }) {
  const [isLater, setLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), 0)
    return () => clearTimeout(timer)
  }, [])
  return isLater ? children : null
}
