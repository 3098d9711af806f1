/** ^C at a host in the foreground: the first lets its agents finish, the second ends them. */
import type { Yard } from '../yard/yard.ts'

export interface Interrupts {
  /** No new agent starts any more. */
  isEnding(): boolean
  /** Aborted once the host shall leave: its agents have ended, or it was told to go at once. */
  readonly leave: AbortSignal
  close(): void
}

export function openInterrupts(
  yard: Pick<Yard, 'plan' | 'startNone' | 'kill' | 'onCommitted'>,
  say: (text: string) => void,
): Interrupts {
  const leave = new AbortController()
  let count = 0
  const living = () => [...yard.plan.agents.values()].filter(({ by }) => by === 'process')
  const leaveWhenEmpty = (): void => {
    if (count > 0 && living().length === 0) leave.abort()
  }
  const endAll = (): void => {
    const ids = living().map(({ id }) => id)
    say(`ending ${agents(ids.length)}`)
    const ended = yard.kill(
      ids,
      { force: false, redispatch: false },
      { kind: 'person', name: null },
    )
    ended.then(
      (result) => {
        if (!result.ok) say(result.error.message)
        leave.abort()
      },
      () => leave.abort(),
    )
  }
  const onInterrupt = (): void => {
    count++
    if (count === 1) {
      yard.startNone()
      const left = living().length
      if (left > 0) say(`no new agent starts; waiting for ${agents(left)} (^C again ends them)`)
      leaveWhenEmpty()
    } else if (count === 2) endAll()
  }
  /** Whoever sends these wants the host gone soon; agents go on. */
  const onTerminate = (): void => {
    count = Math.max(count, 1)
    yard.startNone()
    leave.abort()
  }
  const off = yard.onCommitted(leaveWhenEmpty)
  process.on('SIGINT', onInterrupt)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, onTerminate)
  return {
    isEnding: () => count > 0,
    leave: leave.signal,
    close() {
      off()
      process.off('SIGINT', onInterrupt)
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, onTerminate)
    },
  }
}

const agents = (count: number): string => (count === 1 ? '1 agent' : `${count} agents`)
