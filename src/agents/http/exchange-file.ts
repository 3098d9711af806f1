/** How far the sending of one agent's task has come, in its folder: what a later owner goes by. Written whole by rename. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const exchangeSchema = z.object({
  version: z.literal(1),
  agent: z.string(),
  generation: z.number(),
  /** sending: nobody has said yet that it was taken. accepted: the end comes by callback. */
  phase: z.enum(['sending', 'accepted']),
  /** Ms since 1970. */
  since: z.number(),
})
export type Exchange = z.infer<typeof exchangeSchema>

const NAME = 'exchange.json'

/** Throws where it cannot be written. */
export function writeExchange(folder: string, exchange: Omit<Exchange, 'version'>): void {
  const draft = join(folder, `${NAME}.new`)
  writeFileSync(draft, `${JSON.stringify({ version: 1, ...exchange })}\n`)
  renameSync(draft, join(folder, NAME))
}

/** Null when nothing was begun, or nobody can read what was. */
export function readExchange(folder: string): Exchange | null {
  try {
    return exchangeSchema.parse(JSON.parse(readFileSync(join(folder, NAME), 'utf8')))
  } catch {
    return null // a crash may have come before it was written
  }
}
