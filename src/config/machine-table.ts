/** The table about this machine, which only the user's own file may have. */
import { z } from 'zod'
import { parseBytes } from '../domain/bytes.ts'

export const MACHINE_TABLE = 'machine'

const count = 'must be a whole number from 0 to 1000'
const memory = 'must be a number of bytes or a string such as "512MB" or "1GB", up to 1 PB'

export const machineFileSchema = z.strictObject({
  max_agents: z
    .number(count)
    .int(count)
    .min(0, count)
    .max(1000, count)
    .optional()
    .describe('At most so many agents at once over all your yards (default: only their own caps).'),
  min_free_memory: z
    .union([z.number(), z.string()], memory)
    .refine((value) => {
      const bytes = parseBytes(String(value))
      return bytes !== null && bytes <= 1e15
    }, memory)
    .optional()
    .describe(
      'Starts no agent while less memory is free: bytes or "1GB"; 0 never waits (default: 512 MB, less on small machines, 0 on macOS).',
    ),
})
