/** When what is left will be finished and what it will cost, as far as can be said. */
import { z } from 'zod'

const time = z.string()

const quartilesOf = <T extends z.ZodType>(value: T) =>
  z.object({ p25: value, p50: value, p75: value })

/** p05 to p95 hold nine times of ten, p25 to p75 every other time. The outer ones are null where too little is known to claim them. */
const boundsOf = <T extends z.ZodType>(value: T) =>
  quartilesOf(value).extend({ p05: value.nullable(), p95: value.nullable() })

const trackRecordSchema = z.object({
  n: z.number(),
  /** Shares; null = there are none. */
  held50: z.number().nullable(),
  held90: z.number().nullable(),
})

export const forecastSchema = z.object({
  at: time,
  /** Of the journal: the same number and settings give the same forecast. */
  seq: z.number(),
  /** Unfinished tasks that go on by themselves; what is said below is of these. */
  left: z.number(),
  /** Unfinished tasks apart from those: they wait for a person or a claim, or for one that does. */
  waitsForPeople: z.number(),
  /** Fewer than three finished tries of some kind that is left, or judgements where one is to come: 90 % of nothing is claimed. */
  rough: z.boolean(),
  history: z.object({
    /** Ended tries that it has learned from. */
    tries: z.number(),
    /** `docs on claude`: what is left of these and was tried less than three times; `judgements` where those are too few. */
    fewKinds: z.array(z.string()),
  }),
  /** Null = nothing is left. */
  finish: boundsOf(time).nullable(),
  /** US dollars from now on; null = nothing is left, or no price is known. */
  costUsd: boundsOf(z.number()).nullable(),
  /** Share of runs in which the end waited for it, greatest first; the first ones where there are many. */
  criticalPath: z.array(z.object({ id: z.string(), share: z.number() })),
  /** Empty where tasks were not asked for. */
  tasks: z.record(z.string(), z.object({ start: quartilesOf(time), end: quartilesOf(time) })),
  /** How often bounds have held, of tries and of whole graphs. */
  calibration: z.object({ tries: trackRecordSchema, graphs: trackRecordSchema }),
})
export type ForecastView = z.infer<typeof forecastSchema>

/** A list, or one word with commas as a query has it. */
const ids = z.union([z.string().transform((text) => text.split(',')), z.array(z.string())])

export const forecastInput = z.strictObject({
  /** Of these tasks and what they wait for; absent = of all that is left. */
  ids: ids.optional(),
  /** With the times of each task. */
  tasks: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
    .default(true),
})
