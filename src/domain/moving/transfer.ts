/** What comes from another program's folder, and what goes into one: tasks, messages and settings in the yard's own words. */
import { z } from 'zod'
import { isStorableText, UNSTORABLE_TEXT } from '../bounds.ts'
import {
  MESSAGE_KINDS,
  MESSAGE_PRIORITIES,
  MAX_MESSAGE,
  messageIdSchema,
} from '../messages/message.ts'
import { givenTaskIdSchema } from '../schemas.ts'
import { newTaskSchema } from '../task.ts'

export const TRANSFER_FORMATS = ['agentweave', 'workgraph'] as const
export type TransferFormat = (typeof TRANSFER_FORMATS)[number]

const text = (max: number) => z.string().min(1).max(max).refine(isStorableText, UNSTORABLE_TEXT)

export const MAX_LOG_LINE = 20_000

export const movedTaskSchema = z.strictObject({
  task: newTaskSchema.extend({ id: givenTaskIdSchema }),
  /** How it is over; null = it is not. */
  end: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('done'), artifacts: z.array(text(1000)).max(1000) }),
      z.strictObject({ kind: z.literal('abandoned') }),
      z.strictObject({ kind: z.literal('failed'), reason: text(4000) }),
    ])
    .nullable(),
  /** Oldest first. */
  log: z.array(text(MAX_LOG_LINE)).max(1000),
})
export type MovedTask = z.infer<typeof movedTaskSchema>

export const movedMessageSchema = z.strictObject({
  id: messageIdSchema,
  /** When it was sent, ms. */
  at: z.number().int().nonnegative(),
  from: z.string().min(1).max(200),
  /** A member, or `person`. */
  to: z.string().min(1).max(200),
  kind: z.enum(MESSAGE_KINDS),
  /** `low` starts nobody. */
  priority: z.enum(MESSAGE_PRIORITIES),
  task: givenTaskIdSchema.nullable(),
  text: text(MAX_MESSAGE),
})
export type MovedMessage = z.infer<typeof movedMessageSchema>

/** Something that has no place where it should go, and how often it was met. */
export const leftSchema = z.object({ field: z.string(), count: z.number().int().positive() })
export type Left = z.infer<typeof leftSchema>

/** The files of a folder by their paths in it, with `/` between the parts. */
export interface FolderFile {
  readonly path: string
  readonly text: string
}

/** Counts what is left out, in the order in which it was first met. */
export function createLeft() {
  const counts = new Map<string, number>()
  return {
    add: (field: string, count = 1): void =>
      void (count > 0 && counts.set(field, (counts.get(field) ?? 0) + count)),
    list: (): Left[] => [...counts].map(([field, count]) => ({ field, count })),
  }
}
export type LeftCounter = ReturnType<typeof createLeft>
