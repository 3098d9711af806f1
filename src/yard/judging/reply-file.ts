/** `answer.json`: what came back of one turn, read once and never read out of the output again. */
import { workFailureSchema } from '../../domain/schemas.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { costSourceSchema, usageSchema, type CostSource, type Usage } from '../../domain/agent.ts'
import { type WorkFailure } from '../../domain/failure.ts'
import { replaceFile } from '../../files/replace-file.ts'

export interface PricedReply {
  /** Null where nothing was told. */
  readonly usage: Usage | null
  readonly costSource: CostSource | null
}

export type Reply =
  /** `structured`: JSON that its CLI has checked against the schema; null = it gave none, and the answer is somewhere in `text`. */
  | (PricedReply & { readonly kind: 'answer'; readonly text: string; readonly structured: unknown })
  | (PricedReply & { readonly kind: 'failed'; readonly failure: WorkFailure })

const NAME = 'answer.json'

const priced = { usage: usageSchema.nullable(), costSource: costSourceSchema.nullable() }
const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answer'), text: z.string(), structured: z.unknown(), ...priced }),
  z.object({ kind: z.literal('failed'), failure: workFailureSchema, ...priced }),
])
/** `question`: which it answers, for the folder alone does not tell. */
const fileSchema = z.object({ version: z.literal(1), question: z.string(), reply: replySchema })

/** Null when it is not there or cannot be understood: then the output says the same. */
export function readReply(folder: string, key: string): Reply | null {
  const { question, reply } = readFile(folder) ?? {}
  if (!reply || question !== key) return null
  return reply.kind === 'answer' ? { ...reply, structured: reply.structured ?? null } : reply
}

/** Of the question that it answers; null as above. */
export const replyKey = (folder: string): string | null => readFile(folder)?.question ?? null

function readFile(folder: string): z.infer<typeof fileSchema> | null {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(join(folder, NAME), 'utf8')))
  } catch {
    return null // not answered yet, or cut by a crash of the machine
  }
}

/** Throws what the file system said. */
export const writeReply = (folder: string, question: string, reply: Reply): void =>
  replaceFile(join(folder, NAME), `${JSON.stringify({ version: 1, question, reply }, null, 2)}\n`)
