/** The file of sealed keys: names as they are, values as the key store of the system has sealed them. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { writeKept } from './kept-file.ts'

const sealedKeySchema = z.object({
  name: z.string().max(256),
  /** base64. */
  sealed: z.string(),
})
export type SealedKey = Readonly<z.infer<typeof sealedKeySchema>>

const fileSchema = z.object({ version: z.literal(1), keys: z.array(sealedKeySchema) })

interface KeyFile {
  readonly keys: readonly SealedKey[]
  /** A sentence for people. */
  readonly problem: string | null
}

/** Empty where there is none. One that is broken is told of and never touched. */
export function readKeyFile(file: string): KeyFile {
  try {
    return { keys: fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).keys, problem: null }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null
    if (code === 'ENOENT') return { keys: [], problem: null }
    const why = code === null ? 'is not a file of keys as the app writes them' : `says ${code}`
    const problem = `${file} ${why}: its keys are not used, and it stays as it is. Move it away to begin anew.`
    return { keys: [], problem }
  }
}

/** Whole or not at all, and for its owner only. Throws where it cannot be written. */
export const writeKeyFile = (file: string, keys: readonly SealedKey[]): void =>
  writeKept(file, { version: 1, keys: keys.map(({ name, sealed }) => ({ name, sealed })) })
