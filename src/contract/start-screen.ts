/** Before and beside a yard: which yards there are, and how one is opened or made. Every host answers it. */
import { z } from 'zod'
import { executorTypeSchema } from '../domain/settings.ts'
import { get, post } from './route.ts'

const recentYardSchema = z.object({
  folder: z.string(),
  name: z.string(),
  /** not-running: no host answers for it, so that what is in it is not known. gone: the folder or its `.yard` is not there any more. */
  state: z.enum(['at-rest', 'working', 'needs-you', 'not-running', 'gone']),
  agents: z.number(),
  attention: z.number(),
  openedAt: z.string(),
})
export type RecentYard = z.infer<typeof recentYardSchema>

const foundCliSchema = z.object({
  type: executorTypeSchema,
  label: z.string(),
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** Why it cannot be used; null = it can. */
  problem: z.string().nullable(),
  /** How it is installed, as a command to copy. */
  install: z.string().nullable(),
})
export type FoundCli = z.infer<typeof foundCliSchema>

export const startScreenContract = {
  recent: get('/start-screen/recent').output(z.array(recentYardSchema)),
  forget: post('/start-screen/forget')
    .input(z.strictObject({ folder: z.string() }))
    .output(z.object({ ok: z.boolean() })),
  /** Looks for agent CLIs on the PATH of the person's login shell. */
  clis: get('/start-screen/clis').output(
    z.object({ clis: z.array(foundCliSchema), path: z.array(z.string()) }),
  ),
  /** What a folder is, before it is opened. */
  inspect: get('/start-screen/folder')
    .input(z.strictObject({ folder: z.string() }))
    .output(
      z.object({
        /** Absolute; `~` is the person's home. */
        folder: z.string(),
        exists: z.boolean(),
        isGit: z.boolean(),
        /** The folder at or above it that holds `.yard`. */
        yard: z.string().nullable(),
      }),
    ),
  /** Opens the yard of a folder, made where there is none. `pageUrl`: where a browser goes on; null when the window itself has switched. */
  open: post('/start-screen/open')
    .input(z.strictObject({ folder: z.string(), make: z.boolean().default(true) }))
    .output(z.object({ folder: z.string(), pageUrl: z.string().nullable() })),
  /** The example: nine shell tasks in a new temporary folder. */
  example: post('/start-screen/example').output(
    z.object({ folder: z.string(), pageUrl: z.string().nullable() }),
  ),
}
