/** The server's way to its yard: opened for one call of a tool and closed after it, by the same rules as a command. */
import type { ContractRouterClient } from '@orpc/contract'
import type { Result } from '../base/result.ts'
import type { Contract } from '../contract/contract.ts'
import type { Failure } from '../domain/failure.ts'

export type Client = ContractRouterClient<Contract>

/** The agent that this server was started by; a person's assistant has none. */
export interface AgentCaller {
  readonly agentId: string
  readonly taskId: string
  readonly generation: number
}

export interface YardAccess {
  readonly client: Client
  /** Somebody runs the yard; else it is open in this process until the call ends. */
  readonly hasOwner: boolean
  /** Relative paths of a person start here. */
  readonly cwd: string
  /** Goes with the call's change of state, so that a repeated request changes nothing twice. */
  readonly commandId: string
}

export interface YardConnection {
  /** Never throws. `use` may run twice, where the first answer was lost. */
  open<T>(use: (at: YardAccess) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>>
}
