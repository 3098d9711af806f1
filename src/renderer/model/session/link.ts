/** One connection to a host: a MessagePort in the app, a WebSocket in a browser. Both speak the same contract. */
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { err, ok, type Result } from '../../../base/result.ts'
import type { Contract } from '../../../contract/contract.ts'
import { notSent, type Problem, toProblem } from './problem.ts'

export type YardClient = ContractRouterClient<Contract>
type ServiceAnswer<K extends 'executors' | 'models'> = Awaited<ReturnType<YardClient['service'][K]>>
export type ExecutorView = ServiceAnswer<'executors'>[number]
export type ModelView = ServiceAnswer<'models'>[number]

export interface Link {
  readonly client: YardClient
  /** Resolves when the other side is gone or `close` was called, before the requests under way are given up. */
  readonly closed: Promise<void>
  close(): void
}

/** unauthorised: the token or code is not good (any more). down: nobody answers. */
export type LinkIssue = 'unauthorised' | 'down'
export type OpenLink = () => Promise<Result<Link, LinkIssue>>

export function linkOverSocket(socket: WebSocket): Link {
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()))
  return {
    client: createORPCClient(new SocketLink({ websocket: socket })),
    closed,
    close: () => socket.close(),
  }
}

export function linkOverPort(port: MessagePort): Link {
  let onClosed = (): void => {}
  const closed = new Promise<void>((resolve) => (onClosed = resolve))
  port.addEventListener('close', onClosed)
  const client: YardClient = createORPCClient(new PortLink({ port }))
  port.start()
  return {
    client,
    closed,
    close() {
      port.close()
      onClosed() // closing one's own end fires no event
    },
  }
}

/** A link in use. */
export interface HeldLink {
  readonly link: Link
  readonly isOpen: boolean
}

export function holdLink(link: Link): HeldLink {
  const held = { link, isOpen: true }
  void link.closed.then(() => (held.isOpen = false))
  return held
}

/** `cut`: the link was lost before an answer came, so nobody knows whether it was carried out. */
export async function sendOver<T>(
  held: HeldLink,
  send: (client: YardClient) => Promise<T>,
): Promise<Result<T, Problem> | 'cut'> {
  try {
    return ok(await send(held.link.client))
  } catch (error) {
    const problem = toProblem(error)
    return problem === notSent && !held.isOpen ? 'cut' : err(problem)
  }
}
