/** What a model is asked to answer, as schemas: one for its structured output, and the ranges that strict modes do not know. */
import { z } from 'zod'
import { DIMENSIONS, type Dimension } from '../domain/judging/score.ts'
import { TRIAGE_VERDICTS } from '../domain/judging/triage.ts'

export const CRITERION_VERDICTS = ['met', 'partly', 'not', 'unknown'] as const

/** Longer texts are of no use to anybody who reads them, and the rest of the answer counts all the same. */
const text = (most: number) => z.string().transform((said) => said.slice(0, most))
const SENTENCE = 2000
const NOTES = 20_000
const MOST_CRITERIA = 100

/** Where the evidence is: `src/a.ts:12`, `verify`, `check:NAME`, `log:3`. */
const place = text(1000).nullable()

const dimension = z.object({
  evidence: text(SENTENCE),
  at: place,
  // NaN and infinity are no JSON; a number as text is none.
  score: z.number().min(0).max(1).nullable(),
})

/** Evidence stands before the number, criteria before dimensions: what is written first is what the rest is reasoned from. */
export const evaluationAnswerSchema = z.object({
  criteria: z
    .array(z.object({ text: text(SENTENCE), verdict: z.enum(CRITERION_VERDICTS), at: place }))
    .transform((all) => all.slice(0, MOST_CRITERIA)),
  dimensions: z.object(
    Object.fromEntries(DIMENSIONS.map((name) => [name, dimension])) as Record<
      Dimension,
      typeof dimension
    >,
  ),
  notes: text(NOTES),
})
export type EvaluationAnswer = z.infer<typeof evaluationAnswerSchema>

export const triageAnswerSchema = z.object({
  evidence: text(SENTENCE),
  verdict: z.enum(TRIAGE_VERDICTS),
  reason: text(SENTENCE),
  note: text(NOTES),
})

export const assignmentAnswerSchema = z.object({
  identity: z.string().max(200),
  mode: z.string().max(40).nullable(),
  context: z.string().max(40).nullable(),
  kind: z.string().max(40).nullable(),
  reason: text(SENTENCE),
})

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * For a provider's strict mode: every key required, no others, null by union, no bounds (strict modes differ in which they know). Ranges are
 * checked here.
 */
export function wireSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  return strict(made) as JsonSchema
}

const BOUNDS = new Set(['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'])

function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict)
  if (typeof node !== 'object' || node === null) return node
  const kept = Object.entries(node).filter(([key]) => !BOUNDS.has(key))
  const made = Object.fromEntries(kept.map(([key, value]) => [key, strict(value)]))
  const { properties } = made
  if (typeof properties !== 'object' || properties === null) return made
  return { ...made, required: Object.keys(properties), additionalProperties: false }
}
