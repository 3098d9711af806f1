/**
 * The ids of tokens that were revoked, beside the database: a backup that is put back may be from before, and must bring none of them
 * back to life. Only the owner of the yard writes it.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { orElse } from '../base/result.ts'
import { replaceFile } from '../files/replace-file.ts'

const bookSchema = z.object({ version: z.literal(1), ids: z.array(z.string()) })

export const readRevoked = (file: string): ReadonlySet<string> =>
  new Set(orElse(() => bookSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).ids, []))

/** Throws what the file system says. */
export function noteRevoked(file: string, ids: readonly string[]): void {
  const known = readRevoked(file)
  if (ids.every((id) => known.has(id))) return
  const book = { version: 1, ids: [...known.union(new Set(ids))] }
  replaceFile(file, `${JSON.stringify(book, null, 2)}\n`, { flush: true })
}
