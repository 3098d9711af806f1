/** A task as somebody asks for it: only the title must be said. The same shape from the command line, a graph file and REST. */
import { z } from 'zod'
import { MAX_INSTANT_MS } from '../base/instant.ts'
import { TOO_FAR, TOO_LONG } from './bounds.ts'
import { MAX_DURATION_MS } from './format.ts'
import { taskIdSchema } from './ids.ts'
import { taskDefinitionSchema } from './task.ts'

const delayMs = z.number().int().nonnegative().max(MAX_DURATION_MS, TOO_LONG)
const notBefore = z.number().int().min(-MAX_INSTANT_MS, TOO_FAR).max(MAX_INSTANT_MS, TOO_FAR)

/** Stored ones of blanks are still read. */
const title = taskDefinitionSchema.shape.title.regex(/\S/u, 'must not be empty')
const wish = taskDefinitionSchema.partial().extend({ title })

export const newTaskSchema = wish.extend({
  /** Made from the title when not given. */
  id: taskIdSchema.optional(),
  after: z.array(taskIdSchema).max(10_000).optional(),
  /** Tasks that shall wait for this one. */
  before: z.array(taskIdSchema).max(10_000).optional(),
  /** Start no earlier than so many ms from now; not together with `notBefore`. */
  delayMs: delayMs.optional(),
  /** Start no earlier than this instant, ms. */
  notBefore: notBefore.optional(),
  /** A draft: held until it is published. */
  paused: z.boolean().optional(),
})
export type NewTask = z.infer<typeof newTaskSchema>

/** Fields that are given are changed; `null` goes back to "not said". */
export const taskEditSchema = taskDefinitionSchema.partial().extend({
  title: title.optional(),
  /** Replaces all dependencies. */
  after: z.array(taskIdSchema).max(10_000).optional(),
  addAfter: z.array(taskIdSchema).max(10_000).optional(),
  removeAfter: z.array(taskIdSchema).max(10_000).optional(),
  addBefore: z.array(taskIdSchema).max(10_000).optional(),
  addTags: taskDefinitionSchema.shape.tags.optional(),
  removeTags: z.array(z.string().max(100)).max(100).optional(),
  delayMs: delayMs.optional(),
  notBefore: notBefore.nullable().optional(),
})
export type TaskEdit = z.infer<typeof taskEditSchema>
