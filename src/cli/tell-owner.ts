/** After a file that an owner goes by has been changed here: lets a living one look at it. */
import type { Flags } from '../contract/service.ts'
import { findYard } from '../config/paths.ts'
import { findCaller } from '../yard/caller.ts'
import type { Cli } from './cli.ts'
import type { Client } from './client.ts'
import { failureFromError } from './failure-from-error.ts'

export type PendingConfig = Awaited<ReturnType<Client['service']['pendingConfig']>>['entries']

export type Told =
  | { readonly kind: 'nobody' }
  /** `changed`: all that was not in force and is now, whoever wrote it. */
  | {
      readonly kind: 'applied'
      readonly changed: PendingConfig
      /** What the owner goes by now. */
      readonly inForce: Awaited<ReturnType<Client['service']['config']>>
    }
  /** Nobody asked for it to be applied. */
  | { readonly kind: 'left'; readonly changed: PendingConfig }
  | { readonly kind: 'not-taken'; readonly why: string }

/**
 * Reloads a living owner with the flags that it has, so that only the files count anew.
 * A file that was checked here cannot break there; an owner that does not answer reads it when it starts.
 */
export async function tellOwner(cli: Cli, reloads = true): Promise<Told> {
  const { machine } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return { kind: 'nobody' }
  const { findOwner } = await import('./owner.ts')
  const owner = await findOwner(paths.value, findCaller(machine.env, paths.value.root))
  if (!owner) return { kind: 'nobody' }
  const { service } = owner.client
  try {
    const { entries: changed } = await service.pendingConfig()
    if (!reloads) return { kind: 'left', changed }
    await service.reload(await flagsOf(owner.client))
    return { kind: 'applied', changed, inForce: await service.config() }
  } catch (error) {
    return { kind: 'not-taken', why: failureFromError(error).message } // of another contract, or gone meanwhile
  }
}

/** The flags that the owner was started with stand in its configuration. */
async function flagsOf(client: Client): Promise<Flags> {
  const entries = await client.service.config()
  const flags: Flags = {}
  for (const { key, value, source } of entries) {
    if (source !== 'flag') continue
    if (key === 'coordinator.max_agents' && typeof value === 'number') flags.maxAgents = value
    if (key === 'coordinator.model' && typeof value === 'string') flags.model = value
    if (key === 'coordinator.executor' && typeof value === 'string') flags.executor = value
    if (key === 'coordinator.poll_interval' && typeof value === 'number')
      flags.pollIntervalMs = value * 1000
  }
  return flags
}
