/** Another machine that mail is exchanged with, known by the key that it signs with. */
import { z } from 'zod'

export const peerSchema = z.strictObject({
  /** Name of the machine. */
  id: z.string(),
  /** Its ed25519 public key, as it was seen first; raw, base64. Empty: it has shown none. */
  key: z.string(),
  pinnedAt: z.number().int(),
  /** Names of the members that it has told of itself. */
  members: z.array(z.string()),
  /** Where reading of it goes on, in the words of the transport. Null = from its beginning. */
  cursor: z.string().nullable(),
  /** Files that were not accepted, and why the last was not. */
  refused: z.number().int().nonnegative(),
  lastRefusal: z.string().nullable(),
})
export type Peer = z.infer<typeof peerSchema>
