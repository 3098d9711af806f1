/** Keeps a link to the host for as long as the page is there: connects, shows what it says, and connects again after a loss. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Clock } from '../../../base/clock.ts'
import { CONTRACT_VERSION } from '../../../contract/version.ts'
import { type HeldLink, holdLink, type Link, type OpenLink } from './link.ts'
import type { YardStore } from './yard-view.ts'

/**
 * connecting: nothing was ever shown. live: what is shown is true. lost: what is shown was true at `since`; it tries again by itself,
 * and `waiting` commands are sent once it is back.
 * start screen: a host answers, but no yard is open yet.
 * unauthorised: this page has no valid token; only a new address helps. other-version: the host speaks another contract.
 */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'start-screen' }
  | { readonly kind: 'lost'; readonly since: number; readonly waiting: number }
  | { readonly kind: 'unauthorised' }
  | { readonly kind: 'other-version'; readonly host: string }

export interface Connector {
  readonly connection: Pick<StoreApi<Connection>, 'getState' | 'subscribe' | 'getInitialState'>
  /** The link, while the host answers. */
  answering(): HeldLink | null
  /** It does not try again. */
  isOver(): boolean
  onWaiting(count: number): void
  /** Connects now instead of at the end of the wait. */
  tryNow(): void
  close(): void
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5000
/** While commands wait. */
const LONGEST_WAIT_ASKED_MS = 1000

export interface ConnectorParts {
  readonly open: OpenLink
  readonly clock: Clock
  readonly store: YardStore
  /** Let go once the host answers; refused where it will not, or is another yard. */
  readonly outbox: Outbox
}

export function createConnector(parts: ConnectorParts): Connector {
  const { open, clock, store, outbox } = parts
  const connection = createStore<Connection>(() => ({ kind: 'connecting' }))
  const show = createShow(connection, outbox)
  let held: HeldLink | null = null
  let isClosed = false
  let wake = (): void => {}

  const connectOnce = async (): Promise<boolean> => {
    const opened = await open()
    if (!opened.ok) {
      if (opened.error === 'unauthorised') show.onConnection({ kind: 'unauthorised' })
      return false
    }
    const { link } = (held = holdLink(opened.value))
    if (isClosed) return (link.close(), false)
    const was = connection.getState().kind
    await Promise.race([showHost(link, store, show).catch(() => {}), link.closed])
    link.close()
    held = null
    return connection.getState().kind !== was
  }
  const keepConnected = async (): Promise<void> => {
    let waitMs = FIRST_WAIT_MS
    while (!isClosed) {
      if (await connectOnce()) waitMs = FIRST_WAIT_MS
      if (isOver(connection.getState())) return
      noteLoss(connection, clock, outbox)
      await new Promise<void>((resolve) => {
        const most = outbox.size > 0 ? LONGEST_WAIT_ASKED_MS : LONGEST_WAIT_MS
        const cancel = clock.after(Math.min(waitMs, most), resolve)
        wake = () => (cancel(), resolve())
      })
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    }
  }
  void keepConnected()
  return {
    connection,
    answering: () => (held?.isOpen === true && isAnswering(connection.getState()) ? held : null),
    isOver: () => isClosed || isOver(connection.getState()),
    onWaiting(waiting) {
      const now = connection.getState()
      if (now.kind === 'lost') connection.setState({ ...now, waiting }, true)
    },
    tryNow: () => wake(),
    close() {
      isClosed = true
      held?.link.close()
      outbox.refuse()
      wake()
    },
  }
}

function noteLoss(connection: StoreApi<Connection>, clock: Clock, outbox: Outbox): void {
  const { kind } = connection.getState()
  if (kind === 'start-screen') connection.setState({ kind: 'connecting' }, true)
  if (kind === 'live')
    connection.setState({ kind: 'lost', since: clock.now(), waiting: outbox.size }, true)
}

const isAnswering = ({ kind }: Connection): boolean => kind === 'live' || kind === 'start-screen'
const isOver = ({ kind }: Connection): boolean =>
  kind === 'unauthorised' || kind === 'other-version'

/** What a host says of itself, in this order. */
interface Show {
  /** The folder of its yard; null where none is open. */
  onRoot(root: string | null): void
  onConnection(connection: Connection): void
}

function createShow(connection: StoreApi<Connection>, outbox: Outbox): Show {
  let root: string | null = null
  return {
    // What was meant for one yard is not sent to another that answers at the same place.
    onRoot(now) {
      if (root !== null && now !== root) outbox.refuse()
      root = now
    },
    onConnection(now) {
      connection.setState(now, true)
      if (isAnswering(now)) outbox.release()
      else outbox.refuse()
    },
  }
}

/** Shows what the host says for as long as the link holds. */
async function showHost(link: Link, store: YardStore, show: Show): Promise<void> {
  const hello = await link.client.service.hello()
  if (hello.contract !== CONTRACT_VERSION)
    return show.onConnection({ kind: 'other-version', host: hello.version })
  show.onRoot(hello.root)
  if (hello.root !== null) return followYard(link, store, show)
  show.onConnection({ kind: 'start-screen' })
  return link.closed
}

async function followYard({ client, close }: Link, store: YardStore, show: Show): Promise<void> {
  const patches = await client.service.follow()
  const refetch = async (): Promise<void> => store.replace(await client.service.snapshot())
  await refetch()
  show.onConnection({ kind: 'live' })
  const onGap = (): void => void refetch().catch(close)
  for await (const patch of patches) store.take(patch, onGap)
}

// Commands that wait for the connection, each for as long as it may.

export interface Outbox {
  readonly size: number
  /** True once the connection is there; false when `ms` are over before, or `refuse` was called. */
  wait(ms: number): Promise<boolean>
  /** The connection is there. */
  release(): void
  /** It will not come, or leads elsewhere. */
  refuse(): void
}

/** `onSize` is told how many wait whenever that changes. */
export function createOutbox(clock: Clock, onSize: (size: number) => void): Outbox {
  const waiting = new Set<(isThere: boolean) => void>()
  const settleAll = (isThere: boolean): void => {
    for (const settle of waiting) settle(isThere)
  }
  return {
    get size() {
      return waiting.size
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const settle = (isThere: boolean): void => {
          cancel()
          waiting.delete(settle)
          resolve(isThere)
          onSize(waiting.size)
        }
        const cancel = clock.after(ms, () => settle(false))
        waiting.add(settle)
        onSize(waiting.size)
      }),
    release: () => settleAll(true),
    refuse: () => settleAll(false),
  }
}
