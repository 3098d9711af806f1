/** The yard at a glance, for tray, badge and notifications: follows it for as long as the app holds it. */
import type { Clock } from '../base/clock.ts'
import type { AgentView, Patch, Snapshot, Summary } from '../contract/view.ts'
import type { YardClient, YardHost } from './yard-host.ts'

const RETRY_MS = 2000

export interface Glimpse {
  readonly summary: Summary
  /** The living ones, oldest first. */
  readonly agents: readonly AgentView[]
}

export interface YardFeed {
  /** Null while nobody answers. */
  glimpse(): Glimpse | null
  /** The connection in use, for commands; null while there is none. */
  client(): YardClient | null
  close(): void
}

/** `onChange` is called after each change of what `glimpse` gives. */
export function followYard(host: YardHost, clock: Clock, onChange: () => void): YardFeed {
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
