/** Procedures about tasks. Every command may carry a `commandId`; the same id twice has one effect and one reply. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { reportableClassSchema } from '../domain/failure.ts'
import { newTaskSchema, taskEditSchema } from '../domain/new-task.ts'
import { taskListItemSchema, taskViewSchema, whySchema } from './view.ts'

export const commandIdSchema = z.string().min(1).max(100).optional()
export const idInput = z.strictObject({ id: z.string() })
const commandOn = idInput.extend({ commandId: commandIdSchema })

/** Instants on the wire are ISO 8601; the handlers turn them into ms. */
const wireTimes = { notBefore: z.union([z.string(), z.number()]).nullable().optional() }
const wireNewTask = newTaskSchema
  .omit({ notBefore: true, id: true, after: true, before: true })
  .extend({
    ...wireTimes,
    id: z.string().optional(),
    after: z.array(z.string()).optional(),
    before: z.array(z.string()).optional(),
    commandId: commandIdSchema,
  })
const wireEdit = taskEditSchema
  .omit({ notBefore: true, after: true, addAfter: true, removeAfter: true, addBefore: true })
  .extend({
    ...wireTimes,
    id: z.string(),
    after: z.array(z.string()).optional(),
    addAfter: z.array(z.string()).optional(),
    removeAfter: z.array(z.string()).optional(),
    addBefore: z.array(z.string()).optional(),
    commandId: commandIdSchema,
  })

export const artifactsInput = z.union([
  z.array(z.string().max(4096)).max(1000),
  z.record(z.string(), z.unknown()),
])

export const taskContract = {
  add: oc
    .route({ method: 'POST', path: '/task', successStatus: 201 })
    .input(wireNewTask)
    .output(taskViewSchema),
  get: oc.route({ method: 'GET', path: '/task/{id}' }).input(idInput).output(taskViewSchema),
  list: oc
    .route({ method: 'GET', path: '/tasks' })
    .input(
      z.strictObject({
        /** Stored statuses and shown states, comma-separated on the wire. */
        status: z.string().optional(),
        tag: z.string().optional(),
        limit: z.coerce.number().int().positive().optional(),
        /** `card` leaves out what only `task.get` must tell, for tables. */
        detail: z.enum(['full', 'card']).default('full'),
      }),
    )
    .output(z.array(taskListItemSchema)),
  edit: oc.route({ method: 'PATCH', path: '/task/{id}' }).input(wireEdit).output(taskViewSchema),
  why: oc.route({ method: 'GET', path: '/task/{id}/why' }).input(idInput).output(whySchema),
  hold: oc
    .route({ method: 'POST', path: '/task/{id}/pause' })
    .input(commandOn)
    .output(taskViewSchema),
  release: oc
    .route({ method: 'POST', path: '/task/{id}/resume' })
    .input(commandOn)
    .output(taskViewSchema),
  publish: oc
    .route({ method: 'POST', path: '/task/{id}/publish' })
    .input(commandOn.extend({ only: z.boolean().optional() }))
    .output(z.object({ published: z.array(z.string()) })),
  complete: oc
    .route({ method: 'POST', path: '/task/{id}/complete' })
    .input(
      commandOn.extend({
        generation: z.number().int().optional(),
        agent: z.string().optional(),
        artifacts: artifactsInput.optional(),
        force: z.boolean().optional(),
      }),
    )
    .output(taskViewSchema),
  fail: oc
    .route({ method: 'POST', path: '/task/{id}/fail' })
    .input(
      commandOn.extend({
        generation: z.number().int().optional(),
        agent: z.string().optional(),
        reason: z.string().min(1).max(4000),
        class: reportableClassSchema.optional(),
      }),
    )
    .output(taskViewSchema),
  retry: oc
    .route({ method: 'POST', path: '/task/{id}/retry' })
    .input(commandOn.extend({ fresh: z.boolean().optional() }))
    .output(taskViewSchema),
  reopen: oc
    .route({ method: 'POST', path: '/task/{id}/reopen' })
    .input(commandOn)
    .output(taskViewSchema),
  abandon: oc
    .route({ method: 'POST', path: '/task/{id}/abandon' })
    .input(commandOn.extend({ withDependents: z.boolean().optional() }))
    .output(z.object({ abandoned: z.array(z.string()), becameReady: z.number() })),
  remove: oc
    .route({ method: 'DELETE', path: '/task/{id}' })
    .input(commandOn)
    .output(z.object({ removed: z.string() })),
  log: oc
    .route({ method: 'POST', path: '/task/{id}/log' })
    .input(commandOn.extend({ text: z.string().min(1).max(20_000) }))
    .output(taskViewSchema),
  artifact: oc
    .route({ method: 'POST', path: '/task/{id}/artifact' })
    .input(commandOn.extend({ paths: z.array(z.string().min(1).max(4096)).min(1).max(1000) }))
    .output(taskViewSchema),
  /** A person takes a `manual` task in hand; `complete`, `fail` or `letGo` end it. */
  take: oc
    .route({ method: 'POST', path: '/task/{id}/take' })
    .input(commandOn)
    .output(taskViewSchema),
  letGo: oc
    .route({ method: 'POST', path: '/task/{id}/let-go' })
    .input(commandOn)
    .output(taskViewSchema),
  scheduleList: oc.route({ method: 'GET', path: '/schedule' }).output(
    z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        spec: z.string(),
        tz: z.string(),
        next: z.string().nullable(),
        state: z.string(),
      }),
    ),
  ),
  scheduleSkip: oc
    .route({ method: 'POST', path: '/task/{id}/schedule/skip' })
    .input(commandOn)
    .output(taskViewSchema),
  scheduleNow: oc
    .route({ method: 'POST', path: '/task/{id}/schedule/now' })
    .input(commandOn)
    .output(taskViewSchema),
  import: oc
    .route({ method: 'POST', path: '/import', successStatus: 201 })
    .input(
      z.strictObject({ tasks: z.array(wireNewTask).max(1_000_000), commandId: commandIdSchema }),
    )
    .output(z.object({ ids: z.array(z.string()) })),
  export: oc
    .route({ method: 'GET', path: '/export' })
    .input(
      z.strictObject({
        format: z.enum(['toml', 'json', 'jsonl', 'mermaid', 'dot']).default('toml'),
      }),
    )
    .output(z.object({ text: z.string() })),
}
