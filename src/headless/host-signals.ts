/** What signals mean to a host. */
import { isLaunched } from '../domain/routing/holder.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { HostKind, Yard } from '../yard/yard.ts'

interface SignalParts {
  readonly yard: Yard
  readonly order: {
    readonly kind: HostKind
    readonly log: Log
    readonly notice: (text: string) => void
    readonly env: Readonly<Record<string, string | undefined>>
  }
  readonly end: () => void
  readonly clock?: Clock
}

export type HostSignals = ReturnType<typeof listenForSignals>

/**
 * A service: INT and TERM end it and leave its agents, HUP reloads. In a terminal: the first ^C starts no new agent and waits for
 * the living ones, the second kills them; TERM and HUP (the terminal is gone) end it and leave them.
 */
export function listenForSignals(parts: SignalParts) {
  const isService = parts.order.kind === 'service'
  const drain = createDrain(parts)
  const onReload = (): void => void reload(parts)
  const handlers: [NodeJS.Signals, () => void][] = [
    ['SIGINT', isService ? parts.end : drain.next],
    ['SIGTERM', parts.end],
    ['SIGHUP', isService ? onReload : parts.end],
  ]
  for (const [signal, handler] of handlers) process.on(signal, handler)
  return {
    isDraining: drain.isDraining,
    stop(): void {
      for (const [signal, handler] of handlers) process.off(signal, handler)
      drain.stop()
    },
  }
}

async function reload({ yard, order }: SignalParts): Promise<void> {
  const reloaded = await yard.reload({})
  if (reloaded.ok) order.log.info('reloaded')
  else order.log.error('the configuration was not applied', { why: reloaded.error.message })
}

/** npm passes on the ^C that the terminal has sent to its whole group; both SIGINTs are one press of the key. */
const NPM_REPEAT_MS = 1000

function createDrain({ yard, order, end, clock = systemClock }: SignalParts) {
  const repeatMs = order.env['npm_command'] === undefined ? 0 : NPM_REPEAT_MS
  let presses = 0
  let pressedAt = -Infinity
  let stopWaiting = (): void => {}
  const wait = (): void => {
    yard.coordinator.drain()
    const alive = yard.plan.agents.size
    if (alive === 0) return end()
    const agents = alive === 1 ? '1 agent' : `${alive} agents`
    order.notice(`no new agent starts; waiting for ${agents} to end (^C again kills)`)
    stopWaiting = yard.onCommitted(() => {
      if (yard.plan.agents.size === 0) end()
    })
  }
  const kill = async (): Promise<void> => {
    const ids = [...yard.plan.agents.values()].filter(isLaunched).map((a) => a.id)
    order.notice(`killing ${ids.length === 1 ? '1 agent' : `${ids.length} agents`}`)
    const how = { force: false, redispatch: false }
    const killed = await yard.kill(ids, how, { kind: 'person', name: null })
    if (!killed.ok) order.notice(killed.error.message)
    end()
  }
  return {
    isDraining: () => presses > 0,
    next(): void {
      const isRepeat = clock.monotonic() - pressedAt < repeatMs
      if (isRepeat) return
      pressedAt = clock.monotonic()
      presses += 1
      if (presses === 1) wait()
      else if (presses === 2) void kill()
    },
    stop: () => stopWaiting(),
  }
}
