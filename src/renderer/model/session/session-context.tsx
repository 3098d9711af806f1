/** How components read the yard and send to it. */
import { createContext, useCallback, useContext, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { maySendAgain, type Problem } from './problem.ts'
import { type Connection, sendCommand, type SendCommand, type Session } from './session.ts'
import type { YardStore, YardView } from './yard-view.ts'

export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new Error('invariant: a component outside of SessionContext')
  return session
}

/** Narrow on purpose: a component is drawn again only when what it selects has changed. */
export function useYard<T>(select: (view: YardView) => T): T {
  return useStore(useSession().yard, select)
}

interface Calm {
  /** The least time between two looks, ms. */
  readonly everyMs: number
  /** With fewer tasks than that each change comes at once. */
  readonly fromTasks?: number
}

/**
 * As `useYard`, for what walks over all tasks or draws a lot: the component is not even asked between two looks. The first change
 * after a quiet time and the last of a busy one always come through.
 */
export function useThrottledYard<T>(
  select: (view: YardView) => T,
  { everyMs, fromTasks = 0 }: Calm,
): T {
  return useStore(throttledYardOf(useSession().yard, everyMs, fromTasks), select)
}

const TURNOVER = { everyMs: 500 }

/** Another number whenever agents came or ended, at most twice a second: the key of questions about agents. */
export const useTurnover = (): number => useThrottledYard((view) => view.turnover, TURNOVER)

export function useConnection(): Connection {
  return useStore(useSession().connection)
}

export interface CommandRun {
  readonly isBusy: boolean
  /** What could not be sent can be sent again from here (`sendAgain`); the act that it belongs to then goes on. */
  readonly problem: Problem | null
  /** True when it was accepted. The page shows the effect when the patch brings it, not before. `onAsk`: it was not sent, and the person is asked whether to send it again. */
  run(send: SendCommand<unknown>, onAsk?: () => void): Promise<boolean>
  dismiss(): void
}

/** One place of the page that sends commands, with what is under way and what was refused. */
export function useCommand(): CommandRun {
  const session = useSession()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const giveUp = useRef<(() => void) | null>(null)
  const dismiss = useCallback(() => {
    giveUp.current?.()
    giveUp.current = null
    setProblem(null)
  }, [])
  const run = useCallback<CommandRun['run']>(
    async (send, onAsk) => {
      const commandId = crypto.randomUUID()
      for (;;) {
        dismiss()
        setBusy(true)
        const result = await sendCommand(session, send, commandId)
        setBusy(false)
        if (result.ok) return true
        const { error } = result
        if (!maySendAgain(error)) return (setProblem(error), false)
        onAsk?.()
        const isWanted = await new Promise<boolean>((resolve) => {
          giveUp.current = () => resolve(false)
          setProblem({ ...error, sendAgain: () => resolve(true) })
        })
        if (!isWanted) return false
      }
    },
    [session, dismiss],
  )
  return { isBusy, problem, run, dismiss }
}

// The yard, looked at now and then: all who look at the same pace see the same moment and are drawn together.

type Yard = YardStore['state']
type Listener = (view: YardView, before: YardView) => void

/** One store per yard and pace. `everyMs`: least time between two changes; below `fromTasks` tasks each comes at once. */
export function throttledYardOf(yard: Yard, everyMs: number, fromTasks: number): Yard {
  const known = calmYards.get(yard) ?? new Map<string, Yard>()
  calmYards.set(yard, known)
  const key = `${everyMs} ${fromTasks}`
  const calm = known.get(key) ?? createCalmYard(yard, everyMs, fromTasks)
  known.set(key, calm)
  return calm
}
const calmYards = new WeakMap<Yard, Map<string, Yard>>()

function createCalmYard(yard: Yard, everyMs: number, fromTasks: number): Yard {
  const listeners = new Set<Listener>()
  let held = yard.getState()
  let heldAt = -Infinity
  let timer: ReturnType<typeof setTimeout> | null = null
  let stop = (): void => {}

  const take = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    heldAt = performance.now()
    const before = held
    held = yard.getState()
    if (held !== before) for (const listener of listeners) listener(held, before)
  }
  const onChange = (view: YardView): void => {
    if (view.tasks.size < fromTasks) return take()
    timer ??= setTimeout(take, Math.max(0, heldAt + everyMs - performance.now()))
  }
  const leave = (listener: Listener): void => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    stop()
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  return {
    // With nobody listening nothing is kept up to date.
    getState: () => (listeners.size === 0 ? (held = yard.getState()) : held),
    getInitialState: yard.getInitialState,
    subscribe(listener) {
      if (listeners.size === 0) {
        held = yard.getState()
        stop = yard.subscribe(onChange)
      }
      listeners.add(listener)
      return () => leave(listener)
    },
  }
}
