/** The contract over HTTP as a command calls it. */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { Client } from './connect.ts'

/** Node's fetch marks its requests with `Sec-Fetch-Mode` as a page would, so they need an Origin of the host's own. */
export function createLoopbackClient(url: string, token: string): Client {
  const { href, origin } = new URL('/rpc', url)
  return createORPCClient(
    new RPCLink({ url: href, headers: () => ({ authorization: `Bearer ${token}`, origin }) }),
  )
}
