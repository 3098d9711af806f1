/** A tool as data: its words, what it takes, and what it does. */
import type { z } from 'zod'
import { ok, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { YardAccess } from './yard-connection.ts'

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

/** The answer of the yard, as it is. */
export const answerOf = async (answer: Promise<unknown>): Promise<Result<unknown, Failure>> =>
  ok(await answer)
