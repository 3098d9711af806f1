/** A task as somebody asks for it: only the title must be said. The same shape from the command line, a graph file and REST. */
import { z } from 'zod'
import { taskIdSchema } from './ids.ts'
import { taskDefinitionSchema } from './task.ts'

const wish = taskDefinitionSchema.partial().required({ title: true })

export const newTaskSchema = wish.extend({
  /** Made from the title when not given. */
  id: taskIdSchema.optional(),
  after: z.array(taskIdSchema).max(10_000).optional(),
  /** Tasks that shall wait for this one. */
  before: z.array(taskIdSchema).max(10_000).optional(),
  /** Start no earlier than so many ms from now; not together with `notBefore`. */
  delayMs: z.number().int().nonnegative().optional(),
  /** Start no earlier than this instant, ms. */
  notBefore: z.number().int().optional(),
  /** A draft: held until it is published. */
  paused: z.boolean().optional(),
})
export type NewTask = z.infer<typeof newTaskSchema>

/** Fields that are given are changed; `null` goes back to "not said". */
export const taskEditSchema = taskDefinitionSchema.partial().extend({
  /** Replaces all dependencies. */
  after: z.array(taskIdSchema).max(10_000).optional(),
  addAfter: z.array(taskIdSchema).max(10_000).optional(),
  removeAfter: z.array(taskIdSchema).max(10_000).optional(),
  addBefore: z.array(taskIdSchema).max(10_000).optional(),
  addTags: z.array(z.string().min(1).max(100)).max(100).optional(),
  removeTags: z.array(z.string()).max(100).optional(),
  delayMs: z.number().int().nonnegative().optional(),
  notBefore: z.number().int().nullable().optional(),
})
export type TaskEdit = z.infer<typeof taskEditSchema>
