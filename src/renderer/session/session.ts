/** Keeps the page in step with its yard: connects, follows, refetches after a gap, and connects again after a loss. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { CONTRACT_VERSION } from '../../contract/contract.ts'
import type { Link, OpenLink, YardClient } from './link.ts'
import { notSent, toProblem, type Problem } from './problem.ts'
import { createYardStore, type YardStore } from './yard-store.ts'

/**
 * connecting: nothing was ever shown. live: what is shown is true. lost: what is shown was true at `since`; it tries again by itself.
 * lobby: a host answers, but no yard is open yet.
 * unauthorised: this page has no valid token; only a new address helps. other-version: the host speaks another contract.
 */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lobby' }
  | { readonly kind: 'lost'; readonly since: number }
  | { readonly kind: 'unauthorised' }
  | { readonly kind: 'other-version'; readonly host: string }

export interface Session {
  readonly yard: YardStore['state']
  readonly connection: Pick<StoreApi<Connection>, 'getState' | 'subscribe' | 'getInitialState'>
  /** Sends one request. A refusal and a lost connection are values. */
  call<T>(send: (client: YardClient) => Promise<T>): Promise<Result<T, Problem>>
  /** Connects now instead of at the end of the wait. */
  tryNow(): void
  close(): void
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5000

export function openSession(open: OpenLink, clock: Clock): Session {
  const store = createYardStore(clock)
  const connection = createStore<Connection>(() => ({ kind: 'connecting' }))
  let link: Link | null = null
  let isClosed = false
  let wake = (): void => {}

  const connectOnce = async (): Promise<boolean> => {
    const opened = await open()
    if (!opened.ok) {
      if (opened.error === 'unauthorised') connection.setState({ kind: 'unauthorised' }, true)
      return false
    }
    link = opened.value
    if (isClosed) return (link.close(), false)
    const was = connection.getState()
    await Promise.race([showHost(link, store, connection).catch(() => {}), link.closed])
    link.close()
    link = null
    return connection.getState() !== was
  }

  const keepConnected = async (): Promise<void> => {
    let waitMs = FIRST_WAIT_MS
    while (!isClosed) {
      if (await connectOnce()) waitMs = FIRST_WAIT_MS
      const { kind } = connection.getState()
      if (kind === 'unauthorised' || kind === 'other-version') return
      if (kind === 'lobby') connection.setState({ kind: 'connecting' }, true)
      if (kind === 'live') connection.setState({ kind: 'lost', since: clock.now() }, true)
      await new Promise<void>((resolve) => {
        const cancel = clock.after(waitMs, resolve)
        wake = () => (cancel(), resolve())
      })
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    }
  }
  void keepConnected()

  return {
    yard: store.state,
    connection,
    async call(send) {
      const { kind } = connection.getState()
      if (link === null || (kind !== 'live' && kind !== 'lobby')) return err(notSent)
      try {
        return ok(await send(link.client))
      } catch (error) {
        return err(toProblem(error))
      }
    },
    tryNow: () => wake(),
    close() {
      isClosed = true
      link?.close()
      wake()
    },
  }
}

/** Shows what the host says for as long as the link holds. */
async function showHost(
  link: Link,
  store: YardStore,
  connection: StoreApi<Connection>,
): Promise<void> {
  const hello = await link.client.service.hello()
  if (hello.contract !== CONTRACT_VERSION)
    return connection.setState({ kind: 'other-version', host: hello.version }, true)
  if (hello.root !== null) return followYard(link, store, connection)
  connection.setState({ kind: 'lobby' }, true)
  return link.closed
}

async function followYard(
  { client, close }: Link,
  store: YardStore,
  connection: StoreApi<Connection>,
): Promise<void> {
  const patches = await client.service.follow()
  const refetch = async (): Promise<void> => store.replace(await client.service.snapshot())
  await refetch()
  connection.setState({ kind: 'live' }, true)
  const onGap = (): void => void refetch().catch(close)
  for await (const patch of patches) store.take(patch, onGap)
}
