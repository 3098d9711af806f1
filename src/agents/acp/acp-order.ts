/** What `acp-exec` is told: a file in its agent's folder, for no secret and no prompt may be an argument. */
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
  mode: z.enum(['full', 'light', 'bare']),
  /** The model that it is to be told; null where it was told in `argv`, or is to use its own. */
  model: z.string().nullable(),
  /** The conversation to go on with. */
  resume: z.string().nullable(),
  /** The whole task, for an agent that can go on with no conversation. Absolute; null where nothing is resumed. */
  wholePromptFile: z.string().nullable(),
  /** The whole question of the agent before, where a person said yes to it. */
  granted: z.string().nullable(),
  mcpServers: z.array(
    z.object({
      name: z.string(),
      command: z.string(),
      args: z.array(z.string()),
      /** Handed on from our environment: their values may be secrets, and stand in no file. */
      variables: z.array(z.string()),
    }),
  ),
  /** It answers `initialize`, and makes or loads its session, in so long. */
  initializeMs: ms.default(60_000),
  sessionMs: ms.default(300_000),
  /** How long it may take to give up its turn, and to end after that. */
  cancelMs: ms.default(4_000),
  endMs: ms.default(2_000),
})
export type AcpOrder = z.infer<typeof acpOrderSchema>
/** As it is written: what has a default may be left out. */
export type AcpOrderInput = z.input<typeof acpOrderSchema>
