/**
 * Codes that are good once, for a few minutes, for one token of a scope that is fixed when the code is made. They are kept as hashes in
 * a file of mode 0600, because a command without a host makes them, too, and a host may restart between the invitation and its use. Only
 * the owner of the yard writes it, and each call reads and writes in one turn of the loop: of two who send one code at once one gets it.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { orElse } from '../base/result.ts'
import { accessTokenSchema } from '../domain/messages/access-token.ts'
import { replaceFile } from '../files/replace-file.ts'
import { findByText, mintCode, sha256Of } from './tokens.ts'

const { name, kind, sha256, names, roles, repos, createdBy } = accessTokenSchema.shape
const inviteSchema = z.object({
  name,
  kind,
  sha256,
  names,
  roles,
  repos,
  createdBy,
  /** How long the token will be good, ms; null = for ever. */
  tokenLifeMs: z.number().nullable(),
  /** When the code is over, ms since 1970. */
  expiresAt: z.number(),
  /** The command that made it; absent = a call without one. */
  commandId: z.string().optional(),
})
const bookSchema = z.object({ version: z.literal(1), invites: z.array(inviteSchema) })

export type Invite = z.infer<typeof inviteSchema>
type Offer = Omit<Invite, 'sha256' | 'expiresAt'>

/** More at once than anybody hands out in that time; the oldest give way. */
const MOST = 100

export type Invites = ReturnType<typeof createInvites>

/** Throws what the file system says: a code that cannot be crossed out must not be redeemed. */
export function createInvites(file: string, clock: Pick<Clock, 'now'>) {
  const open = (): Invite[] =>
    orElse(() => bookSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).invites, []) // none was made yet
      .filter(({ expiresAt }) => expiresAt > clock.now())
  const save = (invites: readonly Invite[]): void => {
    const book = { version: 1, invites: invites.slice(-MOST) }
    replaceFile(file, `${JSON.stringify(book, null, 2)}\n`)
  }
  return {
    issue(offer: Offer, lifeMs: number): { readonly code: string; readonly expiresAt: number } {
      const code = mintCode()
      const expiresAt = clock.now() + lifeMs
      const { commandId } = offer
      // A command that is sent again lost its answer: its first code is known to nobody.
      const others = open().filter(
        (each) => commandId === undefined || each.commandId !== commandId,
      )
      save([...others, { ...offer, sha256: sha256Of(code), expiresAt }])
      return { code, expiresAt }
    },
    /** Null for what is no code, was used, or is too old. */
    redeem(code: string): Invite | null {
      const invites = open()
      const found = findByText(invites, code)
      if (found) save(invites.filter((each) => each !== found))
      return found
    },
    /** After a redemption that made no token: the code is good again for the rest of its time. */
    restore: (invite: Invite): void => save([...open(), invite]),
  }
}
