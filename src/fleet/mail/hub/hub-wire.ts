/** What a hub and the machines that reach it by a member token say to each other. */
import { z } from 'zod'
import { envelopeSchema } from '../envelope.ts'

export const MAIL_PATH = '/api/fleet/mail'

/** The hub writes a comment after so much silence; a client that has heard nothing for longer lets go of the stream. */
export const COMMENT_MS = 15_000
export const SILENCE_MS = 40_000

/** Name of the event that has a `HubDirectory` as data; an envelope comes without a name. */
export const DIRECTORY_EVENT = 'hub'

const name = z.string().max(200)

/** Whom a client of the hub can write to. */
export const directorySchema = z.object({
  /** Name of the hub's machine. */
  machine: name,
  /** What the client's machine is called here. */
  you: name,
  /** Names of the hub's members. */
  members: z.array(name).max(2000),
  /** The other machines that reach it, with the names that each acts for; none = any. */
  machines: z.record(name, z.array(name).max(200)),
})
export type HubDirectory = z.output<typeof directorySchema>

/** The answer to a client that asks for no stream. */
export const pageSchema = z.object({
  hub: directorySchema,
  messages: z.array(z.unknown()).max(1000),
  /** The place to go on behind. */
  next: z.number().int().nonnegative(),
})

const address = z
  .string()
  .regex(/^[^@\s\p{Cc}]{1,120}(?:@[a-z0-9][a-z0-9-]{0,63})?$/u, 'must be NAME or NAME@machine')

/** An envelope as a client may send it: a bare sender is of the client's machine, a bare recipient is looked for by the hub. */
export const postedSchema = envelopeSchema.extend({
  from: address,
  to: z.array(address).min(1).max(100),
})
export type Posted = z.output<typeof postedSchema>
