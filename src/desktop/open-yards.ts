/** The yards that the app has open, each opened or joined once whatever the number of its windows, and followed at a glance. */
import { basename } from 'node:path'
import type { ContractRouterClient } from '@orpc/contract'
import type { Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import type { Log } from '../base/log.ts'
import { ok, type Result } from '../base/result.ts'
import type { Contract } from '../contract/contract.ts'
import type { AgentView, Patch, Snapshot, Summary } from '../contract/view.ts'
import type { Failure } from '../domain/failure.ts'

export type YardClient = ContractRouterClient<Contract>

/** A yard that was opened in this process, or joined over the service that runs it. */
export interface YardConnector {
  readonly kind: 'owner' | 'joined'
  /** A connection of the main process itself; `closed` resolves when it is lost. Null when no host answers now. */
  connect(): Promise<{ readonly client: YardClient; readonly closed: Promise<void> } | null>
  /** Closes the yard. Agents go on. */
  close(): Promise<void>
}

export interface OpenYard<H extends YardConnector = YardConnector> {
  /** The folder that holds `.yard`. */
  readonly root: string
  readonly name: string
  readonly host: H
  glimpse(): Glimpse | null
  client(): YardClient | null
}

export interface OpenYards<H extends YardConnector = YardConnector> {
  open(root: string): Promise<Result<OpenYard<H>, Failure>>
  get(root: string): OpenYard<H> | null
  /** In the order in which they were opened. */
  all(): readonly OpenYard<H>[]
  /** Lets go of one; its agents go on. */
  drop(root: string): Promise<void>
  /** After each change of which there are, and of what they look like. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

interface OpenYardsParts<H extends YardConnector> {
  readonly hostOf: (root: string) => Promise<Result<H, Failure>>
  readonly clock: Clock
  readonly log: Log
}

type Entry<H extends YardConnector> = OpenYard<H> & { close(): Promise<void> }

/** A connection of our own is one more for the service to keep, so the one in use is asked for first. */
const isThere = async ({ client, host }: OpenYard): Promise<boolean> =>
  client() !== null || (await host.connect()) !== null

export function createOpenYards<H extends YardConnector>(parts: OpenYardsParts<H>): OpenYards<H> {
  const { hostOf, clock, log } = parts
  const open = new Map<string, Entry<H>>()
  const opening = new Map<string, Promise<Result<OpenYard<H>, Failure>>>()
  const changed = createEmitter<void>((error) =>
    log.error('a listener of the yards failed', { error: String(error) }),
  )
  const drop = async (root: string): Promise<void> => {
    const yard = open.get(root)
    if (!yard) return
    open.delete(root)
    await yard.close()
    changed.emit()
  }
  const openNow = async (root: string): Promise<Result<OpenYard<H>, Failure>> => {
    const before = open.get(root)
    if (before && (await isThere(before))) return ok(before)
    await drop(root) // a service that was joined and has gone
    const host = await hostOf(root)
    if (!host.ok) return host
    const feed = followYard(host.value, clock, () => changed.emit())
    const yard: Entry<H> = {
      root,
      name: basename(root),
      host: host.value,
      glimpse: feed.glimpse,
      client: feed.client,
      close: () => (feed.close(), host.value.close()),
    }
    open.set(root, yard)
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
    get: (root) => open.get(root) ?? null,
    all: () => [...open.values()],
    drop,
    onChange: changed.on,
    async close() {
      await Promise.allSettled(opening.values())
      const closed = await Promise.allSettled([...open.values()].map((yard) => yard.close()))
      open.clear()
      const failed = closed.find((end) => end.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}

const RETRY_MS = 2000

interface Glimpse {
  readonly summary: Summary
  /** The living ones, oldest first. */
  readonly agents: readonly AgentView[]
}

interface YardFeed {
  /** Null while no host answers. */
  glimpse(): Glimpse | null
  /** The connection in use, for commands; null while there is none. */
  client(): YardClient | null
  close(): void
}

/** `onChange` is called after each change of what `glimpse` gives. */
function followYard(
  host: Pick<YardConnector, 'connect'>,
  clock: Clock,
  onChange: () => void,
): YardFeed {
  let client: YardClient | null = null
  let glimpse: Glimpse | null = null
  let isClosed = false
  let wake = (): void => {}
  const show = (next: Glimpse | null): void => {
    const isSame = next === glimpse
    glimpse = next
    if (!isSame && !isClosed) onChange()
  }
  const follow = async (current: YardClient): Promise<void> => {
    const patches = await current.service.follow()
    show(fromSnapshot(await current.service.snapshot()))
    for await (const patch of patches) {
      if (isClosed) return
      if (glimpse) show(fold(glimpse, patch))
    }
  }
  const keepFollowing = async (): Promise<void> => {
    while (!isClosed) {
      const connection = await host.connect()
      if (connection !== null) {
        client = connection.client
        // A lost connection ends the stream with an error; it is told as null below and tried again.
        await Promise.race([follow(client).catch(() => {}), connection.closed])
        client = null
      }
      if (isClosed) return
      show(null)
      await new Promise<void>((resolve) => {
        const cancel = clock.after(RETRY_MS, resolve)
        wake = () => (cancel(), resolve())
      })
    }
  }
  void keepFollowing()
  return {
    glimpse: () => glimpse,
    client: () => client,
    close() {
      isClosed = true
      wake()
    },
  }
}

const fromSnapshot = ({ summary, agents }: Snapshot): Glimpse => ({
  summary,
  agents: agents.filter(isAlive),
})

/** The same object when nothing that shows has changed. */
function fold(glimpse: Glimpse, { summary, agents }: Patch): Glimpse {
  if (summary === null && agents.length === 0) return glimpse
  const byId = new Map(glimpse.agents.map((agent) => [agent.id, agent]))
  for (const agent of agents) {
    if (isAlive(agent)) byId.set(agent.id, agent)
    else byId.delete(agent.id)
  }
  return { summary: summary ?? glimpse.summary, agents: [...byId.values()] }
}

const isAlive = ({ status }: AgentView): boolean => status !== 'ended'
