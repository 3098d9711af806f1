/** The contract as a command calls it, over HTTP or in this process. */
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../contract/contract.ts'

export type Client = ContractRouterClient<Contract>
