/** Why an agent has the executor and the model that it has, where the yard chose them by what it has learned. */
import { z } from 'zod'

export const choiceSchema = z.strictObject({
  /** `claude/sonnet`: what was chosen. */
  arm: z.string(),
  /** How often it would have been chosen in such a moment, 0 to 1. */
  chance: z.number().min(0).max(1),
  /** To learn about it: it is not the one that is best as far as known. */
  explored: z.boolean(),
  /** For people, in one line. */
  reason: z.string(),
  /** Kind of the task as it was then. */
  kind: z.string(),
  /** The arm that was best then as far as known. */
  incumbent: z.string(),
  /** Where the settings alone send such a task. */
  today: z.string(),
})
export type Choice = z.infer<typeof choiceSchema>

/** `claude/sonnet`; the executor alone where that takes its own default. */
export const armName = ({
  executor,
  model,
}: {
  readonly executor: string
  readonly model: string | null
}): string => (model === null ? executor : `${executor}/${model}`)
