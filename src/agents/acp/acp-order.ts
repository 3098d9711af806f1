/** The options of `acp-exec`: a file in its agent's folder, because no secret and no prompt may be an argument. */
import { z } from 'zod'
import { permissionsSchema } from '../../domain/settings.ts'

const ms = z.number().int().positive()

export const acpOrderSchema = z.object({
  v: z.literal(1),
  /** The agent's own program, absolute, and its arguments. */
  argv: z.tuple([z.string().min(1)], z.string()),
  /** Absolute; where it works. */
  cwd: z.string().min(1),
  permissions: permissionsSchema,
  /** answer: it is asked a question, and nothing that it wants to do is allowed. */
  mode: z.enum(['full', 'light', 'bare', 'answer']),
  /** The model to choose; null where `argv` names it, or the agent's default is used. */
  model: z.string().nullable(),
  /** The conversation to resume. */
  resume: z.string().nullable(),
  /** The whole task, for an agent that can go on with no conversation. Absolute; null where nothing is resumed. */
  wholePromptFile: z.string().nullable(),
  /** The whole question of the previous agent, where a person answered it with yes. */
  granted: z.string().nullable(),
  mcpServers: z.array(
    z.object({
      name: z.string(),
      command: z.string(),
      args: z.array(z.string()),
      /** Names of variables to pass on from this environment: their values may be secrets, so they are in no file. */
      variables: z.array(z.string()),
    }),
  ),
  /** Time limits for the answer to `initialize` and for creating or loading the session. */
  initializeMs: ms.default(60_000),
  sessionMs: ms.default(300_000),
  /** Time limits for cancelling its turn, and for ending after that. */
  cancelMs: ms.default(4_000),
  endMs: ms.default(2_000),
})
export type AcpOrder = z.infer<typeof acpOrderSchema>
/** As it is written: a field with a default may be left out. */
export type AcpOrderInput = z.input<typeof acpOrderSchema>
