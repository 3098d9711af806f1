/** Moving in from another program, and out to it. The folders themselves are read and written by who asks. */
import { z } from 'zod'
import {
  leftSchema,
  movedMessageSchema,
  movedTaskSchema,
  TRANSFER_FORMATS,
} from '../domain/moving/transfer.ts'
import { commandIdSchema, get, post } from './route.ts'

/** A key of the project's config, as `yard config KEY VALUE` takes it. */
const configEdit = z.strictObject({
  key: z.string().min(1).max(1000),
  value: z.string().max(100_000),
})

const folderFile = z.object({
  /** Below the folder that holds `.agentweave` or `.workgraph`. */
  path: z.string(),
  text: z.string(),
})

export const transferContract = {
  /**
   * One commit, and one write of the project's config behind it. A task or message that is there already, as it is given, is passed
   * over; a key that the project's config says already is left as it is.
   */
  import: post('/transfer/import')
    .input(
      z.strictObject({
        tasks: z.array(movedTaskSchema).max(100_000),
        messages: z.array(movedMessageSchema).max(100_000),
        config: z.array(configEdit).max(20_000),
        commandId: commandIdSchema,
      }),
    )
    .output(
      z.object({
        /** Of the tasks that were added. */
        ids: z.array(z.string()),
        /** Of these, those that are over. */
        finished: z.array(z.string()),
        messages: z.array(z.string()),
        /** Keys that were written. */
        config: z.array(z.string()),
        /** Tasks and messages that were there already. */
        known: z.number(),
        /** What has no place here. */
        left: z.array(leftSchema),
      }),
    ),
  export: get('/transfer/export')
    .input(z.strictObject({ format: z.enum(TRANSFER_FORMATS) }))
    .output(
      z.object({
        files: z.array(folderFile),
        /** What of this yard has no place there. */
        left: z.array(leftSchema),
      }),
    ),
}
