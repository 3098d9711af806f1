/** What `native-exec` is told by the owner, as a file in the agent's folder. No key is in it, only the name of the variable that holds one. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { errorCode, errorText } from '../../base/text.ts'
import { permissionsSchema, priceSchema } from '../../domain/settings.ts'

/** messages: Anthropic Messages. responses: OpenAI Responses. chat: Chat Completions, which most others speak. */
const wireSchema = z.enum(['messages', 'responses', 'chat'])
export type Wire = z.infer<typeof wireSchema>

export const nativeOrderSchema = z.object({
  v: z.literal(1),
  /** The profile, for words. */
  executor: z.string(),
  taskId: z.string(),
  wire: wireSchema,
  /** Whose words its errors are: the provider of the registry, or the host of its address. */
  provider: z.string(),
  /** Null = the provider's own. */
  baseUrl: z.string().nullable(),
  modelId: z.string().min(1),
  /** Looked up in the environment, then in `keysFile`. Null = that place gets no key. */
  keyVariable: z.string().nullable(),
  keysFile: z.string(),
  mode: z.enum(['full', 'light', 'bare']),
  /** It is asked a question: its instructions, and what its answer must fit. It has no tools then. */
  answer: z
    .object({ system: z.string(), schema: z.record(z.string(), z.unknown()) })
    .nullable()
    .default(null),
  permissions: permissionsSchema,
  limits: z.object({
    steps: z.number().int().positive(),
    tokens: z.number().int().positive().nullable(),
    costUsd: z.number().positive().nullable(),
  }),
  price: priceSchema.nullable(),
  /** The folder of the profile's conversations, each a file named by its id. */
  conversations: z.string(),
  conversationId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/),
  /** True when it goes on with one that is there. */
  isResumed: z.boolean(),
  /** What its tools leave running is left alone. */
  keepBackground: z.boolean(),
})
export type NativeOrder = z.infer<typeof nativeOrderSchema>

// Where the agent's key comes from: the environment, else a file that only its owner can read. Another store is one more source here.

/** The value of a variable; null when this source does not have it. The error is a sentence for people. */
export type KeySource = (variable: string) => Result<string | null, string>

export const environmentKeys =
  (env: Readonly<Record<string, string | undefined>>): KeySource =>
  (variable) =>
    ok(env[variable] || null)

/** `NAME=value` lines; `#` begins a comment line, and quotes around a value are taken off. A file that others can read is refused. */
export function fileKeys(path: string, platform: NodeJS.Platform = process.platform): KeySource {
  return (variable) => {
    const text = readOwn(path, platform)
    if (!text.ok || text.value === null) return text
    for (const line of text.value.split(/\r?\n/)) {
      const [, name, value = ''] =
        /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
      if (name === variable) return ok(value.replace(/^(["'])(.*)\1$/, '$2') || null)
    }
    return ok(null)
  }
}

function readOwn(path: string, platform: NodeJS.Platform): Result<string | null, string> {
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    // Asked of the open file, so that it is the same that is read. Windows has no such modes.
    const mode = fstatSync(file).mode & 0o777
    if (platform !== 'win32' && (mode & 0o077) !== 0)
      return err(
        `${path} can be read or changed by others (mode ${mode.toString(8)}): run chmod 600 on it`,
      )
    return ok(readFileSync(file, 'utf8'))
  } catch (error) {
    const code = errorCode(error)
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? ok(null)
      : err(`${path} cannot be read: ${errorText(error)}`)
  } finally {
    if (file !== null) closeSync(file)
  }
}

/** The key that an order names; null where its place wants none. */
export function keyFor(
  { keyVariable, keysFile, executor }: KeyPlace,
  env: Readonly<Record<string, string | undefined>>,
): Result<string | null, string> {
  if (keyVariable === null) return ok(null)
  const found = findKey(keyVariable, [environmentKeys(env), fileKeys(keysFile)])
  if (found.ok || !found.error.endsWith('is not set')) return found
  return err(
    `${found.error}: it holds the key of executor ${executor}, in the environment or in ${keysFile}`,
  )
}

interface KeyPlace {
  readonly keyVariable: string | null
  readonly keysFile: string
  readonly executor: string
}

/** The first source that has it. */
export function findKey(variable: string, sources: readonly KeySource[]): Result<string, string> {
  for (const source of sources) {
    const found = source(variable)
    if (!found.ok) return found
    if (found.value !== null) return ok(found.value)
  }
  return err(`${variable} is not set`)
}
