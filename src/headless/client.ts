/** Single questions to whichever host runs a yard. */
import { realpathSync } from 'node:fs'
import type { ContractRouterClient } from '@orpc/contract'
import type { YardPaths } from '../config/paths.ts'
import type { Contract } from '../contract/contract.ts'
import type { Glance } from '../yard/start-screen/create-start-screen.ts'
import { createHttpClient } from './http-client.ts'
import { readState } from './state-file.ts'

type Client = ContractRouterClient<Contract>
type Ask<T> = (client: Client, signal: AbortSignal, url: string) => Promise<T>

const PATIENCE_MS = 2_000

/** Null when no host answers, or one that does not run this yard. */
async function askOwner<T>(paths: YardPaths, ask: Ask<T>): Promise<T | null> {
  const state = readState(paths)
  if (!state) return null
  try {
    const client = createHttpClient(state.url, state.token)
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const { root } = await client.service.hello(undefined, { signal })
    // The port may belong to another yard by now.
    if (root === null || realpathSync(root) !== realpathSync(paths.root)) return null
    return await ask(client, signal, state.url)
  } catch {
    return null // a stale file, a host that is only starting or ending, or one of another version
  }
}

export const glanceAt = (paths: YardPaths): Promise<Glance | null> =>
  askOwner(paths, async (client, signal) => {
    const { agents, attention } = await client.service.status(undefined, { signal })
    return { agents: agents.alive, attention: attention.length }
  })

/** Where the host of this yard answers; null when none does. */
export const ownerUrlOf = async (paths: YardPaths): Promise<string | null> =>
  isCommands(paths) ? null : askOwner(paths, async (_client, _signal, url) => url)

/** A command holds the yard, lets others in, and will be gone when its own work is done. */
export const commandAnswers = async (paths: YardPaths): Promise<boolean> =>
  isCommands(paths) && (await askOwner(paths, async () => true)) === true

const isCommands = (paths: YardPaths): boolean => readState(paths)?.host === 'command'

/** A fresh address of its page; null when no host answers or no page is served. */
export const pageUrlOf = (paths: YardPaths): Promise<string | null> =>
  askOwner(paths, async (client, signal) => {
    const { pageUrl } = await client.service.page(undefined, { signal })
    return pageUrl
  })
