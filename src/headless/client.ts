/** A client of a host over HTTP: what commands and other programs of ours call. */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../contract/contract.ts'

/** Opens no connection before the first call and keeps none that would hold the process. */
export function createHttpClient(url: string, token: string): ContractRouterClient<Contract> {
  const link = new RPCLink({
    url: new URL('/rpc', url).href,
    headers: () => ({ authorization: `Bearer ${token}` }),
  })
  return createORPCClient(link)
}
