/** What `native-exec` is told by the owner, as a file in the agent's folder. No key is in it, only the name of the variable that holds one. */
import { z } from 'zod'
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
