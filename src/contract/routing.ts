/** What was learned of the ways to run a task, kind by kind, and what choosing among them has saved. */
import { z } from 'zod'

const armViewSchema = z.object({
  /** `claude/sonnet`. */
  arm: z.string(),
  /** Tries of the kind, pinned ones included. */
  n: z.number(),
  /** Too few tries to be believed. */
  learning: z.boolean(),
  /** What a try is worth as far as known, in [0, 1], and the standard deviation of that. */
  score: z.number(),
  sd: z.number(),
  /** US dollars of a try; null = nothing is known. */
  costUsd: z.number().nullable(),
  /** Of a try. */
  hours: z.number(),
  /** That the next task of the kind goes there, of what could start now. */
  chance: z.number(),
})

export const kindRoutingSchema = z.object({
  kind: z.string(),
  /** Tasks of the kind are chosen for: learning is on, and there is more than one way. */
  learns: z.boolean(),
  /** Where the settings alone send such tasks; null where they send them nowhere. */
  today: z.string().nullable(),
  /** The arm that is best as far as known. */
  incumbent: z.string(),
  arms: z.array(armViewSchema),
  /** Tasks that were chosen for, and how many of these went elsewhere in order to learn. */
  chosen: z.number(),
  explored: z.number(),
  /** Null = none was chosen for. */
  exploredShare: z.number().nullable(),
  /** Against sending all of them where the settings do, in US dollars of what the person values; `low` to `high` hold it nine times of ten. Null = too little is known. */
  saving: z
    .object({
      against: z.string(),
      tries: z.number(),
      triesAgainst: z.number(),
      usd: z.number(),
      low: z.number(),
      high: z.number(),
    })
    .nullable(),
})
export type KindRouting = z.infer<typeof kindRoutingSchema>

export const routingInput = z.strictObject({ kind: z.string().min(1).max(100).optional() })
