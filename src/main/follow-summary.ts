/** The yard at a glance, for the tray: follows the summary for as long as the app runs. */
import type { Clock } from '../base/clock.ts'
import type { Summary } from '../contract/view.ts'
import type { YardClient, YardHost } from './yard-host.ts'

const RETRY_MS = 2000

export interface SummaryFeed {
  /** The connection in use, for commands; null while there is none. */
  client(): YardClient | null
  close(): void
}

/** `onSummary` gets null while nobody answers. */
export function followSummary(
  host: YardHost,
  clock: Clock,
  onSummary: (summary: Summary | null) => void,
): SummaryFeed {
  let client: YardClient | null = null
  let isClosed = false
  let wake = (): void => {}

  const follow = async (current: YardClient): Promise<void> => {
    const patches = await current.service.follow()
    onSummary((await current.service.snapshot()).summary)
    for await (const patch of patches) {
      if (isClosed) return
      if (patch.summary) onSummary(patch.summary)
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
      onSummary(null)
      await new Promise<void>((resolve) => {
        const cancel = clock.after(RETRY_MS, resolve)
        wake = () => (cancel(), resolve())
      })
    }
  }
  void keepFollowing()
  return {
    client: () => client,
    close() {
      isClosed = true
      wake()
    },
  }
}
