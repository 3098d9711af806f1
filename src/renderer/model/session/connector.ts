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
  /** For a command: connects, and is true once the host answers; false when `ms` are over before, or when it will not or is another yard. */
  wait(ms: number): Promise<boolean>
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
}

export function createConnector({ open, clock, store }: ConnectorParts): Connector {
  const connection = createStore<Connection>(() => ({ kind: 'connecting' }))
  const show = (now: Connection): void => connection.setState(now, true)
  /** Commands that wait for the connection. */
  const waiting = new Set<(isThere: boolean) => void>()
  let held: HeldLink | null = null
  let root: string | null = null
  let isClosed = false
  let wake = (): void => {}

  const settleAll = (isThere: boolean): void => waiting.forEach((settle) => settle(isThere))
  const noteWaiting = (): void => {
    const now = connection.getState()
    if (now.kind === 'lost') show({ ...now, waiting: waiting.size })
  }
  const take = (now: Connection): void => {
    show(now)
    settleAll(isAnswering(now))
  }
  const followYard = async ({ client, close }: Link): Promise<void> => {
    const patches = await client.service.follow()
    const refetch = async (): Promise<void> => store.replace(await client.service.snapshot())
    await refetch()
    take({ kind: 'live' })
    const onGap = (): void => void refetch().catch(close)
    for await (const patch of patches) store.take(patch, onGap)
  }
  /** Shows what the host says for as long as the link holds. */
  const showHost = async (link: Link): Promise<void> => {
    const hello = await link.client.service.hello()
    if (hello.contract !== CONTRACT_VERSION)
      return take({ kind: 'other-version', host: hello.version })
    // What was meant for one yard is not sent to another that answers at the same place.
    if (root !== null && hello.root !== root) settleAll(false)
    root = hello.root
    if (root !== null) return followYard(link)
    take({ kind: 'start-screen' })
    return link.closed
  }
  /** True when it came to show something new. */
  const connectOnce = async (): Promise<boolean> => {
    const opened = await open()
    if (!opened.ok) {
      if (opened.error === 'unauthorised') take({ kind: 'unauthorised' })
      return false
    }
    const { link } = (held = holdLink(opened.value))
    if (isClosed) return (link.close(), false)
    const was = connection.getState().kind
    await Promise.race([showHost(link).catch(() => {}), link.closed])
    link.close()
    held = null
    return connection.getState().kind !== was
  }
  const noteLoss = (): void => {
    const { kind } = connection.getState()
    if (kind === 'start-screen') show({ kind: 'connecting' })
    if (kind === 'live') show({ kind: 'lost', since: clock.now(), waiting: waiting.size })
  }
  const keepConnected = async (): Promise<void> => {
    let waitMs = FIRST_WAIT_MS
    while (!isClosed) {
      if (await connectOnce()) waitMs = FIRST_WAIT_MS
      if (isOver(connection.getState())) return
      noteLoss()
      await new Promise<void>((resolve) => {
        const most = waiting.size > 0 ? LONGEST_WAIT_ASKED_MS : LONGEST_WAIT_MS
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
    async wait(ms) {
      if (ms <= 0 || isClosed || isOver(connection.getState())) return false
      wake()
      return new Promise((resolve) => {
        const settle = (isThere: boolean): void => {
          cancel()
          waiting.delete(settle)
          resolve(isThere)
          noteWaiting()
        }
        const cancel = clock.after(ms, () => settle(false))
        waiting.add(settle)
        noteWaiting()
      })
    },
    tryNow: () => wake(),
    close() {
      isClosed = true
      held?.link.close()
      settleAll(false)
      wake()
    },
  }
}

const isAnswering = ({ kind }: Connection): boolean => kind === 'live' || kind === 'start-screen'
const isOver = ({ kind }: Connection): boolean =>
  kind === 'unauthorised' || kind === 'other-version'
