/** The yards that the app holds, each opened or joined once, whatever the number of its windows. */
import { basename } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import type { Log } from '../base/log.ts'
import { ok, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import { followYard, type Glimpse } from './follow-yard.ts'
import type { YardClient, YardHost } from './yard-host.ts'

export interface HeldYard {
  /** The folder that holds `.yard`. */
  readonly root: string
  readonly name: string
  readonly host: YardHost
  glimpse(): Glimpse | null
  client(): YardClient | null
}

export interface OpenYards {
  open(root: string): Promise<Result<HeldYard, Failure>>
  get(root: string): HeldYard | null
  /** In the order in which they were opened. */
  all(): readonly HeldYard[]
  /** Lets go of one; its agents go on. */
  drop(root: string): Promise<void>
  /** After each change of which there are, and of what they look like. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

export interface OpenYardsParts {
  readonly hostOf: (root: string) => Promise<Result<YardHost, Failure>>
  readonly clock: Clock
  readonly log: Log
}

type Held = HeldYard & { close(): Promise<void> }

/** A connection of our own is one more for the service to keep, so the one in use is asked for first. */
const isThere = async ({ client, host }: HeldYard): Promise<boolean> =>
  client() !== null || (await host.connect()) !== null

export function createOpenYards({ hostOf, clock, log }: OpenYardsParts): OpenYards {
  const held = new Map<string, Held>()
  const opening = new Map<string, Promise<Result<HeldYard, Failure>>>()
  const changed = createEmitter<void>((error) =>
    log.error('a listener of the yards failed', { error: String(error) }),
  )
  const drop = async (root: string): Promise<void> => {
    const yard = held.get(root)
    if (!yard) return
    held.delete(root)
    await yard.close()
    changed.emit()
  }
  const openNow = async (root: string): Promise<Result<HeldYard, Failure>> => {
    const before = held.get(root)
    if (before && (await isThere(before))) return ok(before)
    await drop(root) // a service that was joined and has gone
    const host = await hostOf(root)
    if (!host.ok) return host
    const feed = followYard(host.value, clock, () => changed.emit())
    const yard: Held = {
      root,
      name: basename(root),
      host: host.value,
      glimpse: feed.glimpse,
      client: feed.client,
      close: () => (feed.close(), host.value.close()),
    }
    held.set(root, yard)
    changed.emit()
    return ok(yard)
  }
  return {
    open(root) {
      const running = opening.get(root)
      if (running) return running
      const started = openNow(root).finally(() => opening.delete(root))
      opening.set(root, started)
      return started
    },
    get: (root) => held.get(root) ?? null,
    all: () => [...held.values()],
    drop,
    onChange: changed.on,
    async close() {
      await Promise.allSettled(opening.values())
      const closed = await Promise.allSettled([...held.values()].map((yard) => yard.close()))
      held.clear()
      const failed = closed.find((end) => end.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}
