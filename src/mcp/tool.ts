/** A tool as data: its words, what it takes, and what it does; and the yard that it does it to. */
import type { z } from 'zod'
import { ok, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../contract/contract.ts'

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

/** The server's way to its yard: opened for one call of a tool and closed after it, by the same rules as a command. */
export interface YardConnection {
  /** Never throws. `use` may run twice, where the first answer was lost. */
  open<T>(use: (at: YardAccess) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>>
}

/** reads: changes nothing. adds: only adds to what is there. changes: may undo or end something. */
export type Effect = 'reads' | 'adds' | 'changes'

interface ToolSpec<Input extends z.ZodObject> {
  readonly name: string
  readonly title: string
  /** For the model that calls it. */
  readonly description: string
  readonly effect: Effect
  /** Calling it again with the same words has no further effect. */
  readonly isRepeatable?: boolean
  /** Of an answer, where it is not the usual. */
  readonly maxBytes?: number
  readonly input: Input
  run(at: YardAccess, input: z.infer<Input>): Promise<Result<unknown, Failure>>
}

export interface Tool extends Omit<ToolSpec<z.ZodObject>, 'run'> {
  /** Throws what the yard refuses. */
  run(at: YardAccess, input: unknown): Promise<Result<unknown, Failure>>
}

/** Hides the type of the input, which is parsed here. */
export const tool = <Input extends z.ZodObject>(spec: ToolSpec<Input>): Tool => ({
  ...spec,
  run: (at, input) => spec.run(at, spec.input.parse(input)),
})

export const answerOf = async (answer: Promise<unknown>): Promise<Result<unknown, Failure>> =>
  ok(await answer)
