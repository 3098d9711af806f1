/** A yard as the app holds it: opened in this process, or joined over the service that runs it. */
import type { ContractRouterClient } from '@orpc/contract'
import type { MessagePortMain } from 'electron'
import type { Contract } from '../contract/contract.ts'
import type { Lobby } from '../yard/lobby/lobby.ts'

export type YardClient = ContractRouterClient<Contract>

export interface YardHost {
  readonly kind: 'owner' | 'joined'
  /** Serves one page over this port until either side closes it. `lobby`: what opening another yard means for its window. */
  attach(port: MessagePortMain, lobby: Lobby): void
  /** A connection of the main process itself; `closed` resolves when it is lost. Null when nobody answers now. */
  connect(): Promise<{ readonly client: YardClient; readonly closed: Promise<void> } | null>
  /** Lets go of the yard. Agents go on. */
  close(): Promise<void>
}
