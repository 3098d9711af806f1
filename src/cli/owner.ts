/** Asks whoever holds a yard whether it is alive and speaks our language. */
import { realpathSync } from 'node:fs'
import { err, ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import { createHttpClient } from '../headless/client.ts'
import { readState } from '../headless/state-file.ts'
import { namelessRefusal, type Caller } from './caller.ts'
import type { Client } from './client.ts'
import { CONTRACT_VERSION } from './contract-version.ts'

export interface Owner {
  readonly client: Client
  readonly pid: number
  readonly url: string
  readonly version: string
  /** Of the contract that it speaks. */
  readonly contract: string
}

/** Longer than an owner under full load takes for one answer. */
const HELLO_PATIENCE_MS = 3_000

/** Null when nobody answers. A host of another contract is a failure that names both versions. */
export async function askOwner(
  paths: YardPaths,
  caller: Caller,
): Promise<Result<Owner | null, Failure>> {
  if (caller.kind === 'nameless') return err(namelessRefusal())
  const owner = await findOwner(paths, caller)
  if (owner === null || owner.contract === CONTRACT_VERSION) return ok(owner)
  return err({
    kind: 'version',
    message: `the host of this yard (version ${owner.version}) speaks contract ${owner.contract}, this command speaks ${CONTRACT_VERSION}`,
    hint: 'run `yard service restart`',
  })
}

/**
 * Whatever it speaks. It is greeted with its own token, because that of an ended agent is good for late reports only; an agent
 * that cannot read the state file greets the address that it was given.
 */
export async function findOwner(paths: YardPaths, caller: Caller): Promise<Owner | null> {
  if (caller.kind === 'nameless') return null
  const state = readState(paths)
  const token = caller.kind === 'agent' ? caller.token : (state?.token ?? null)
  if (state && token !== null) {
    const owner = await hello({ ...state, root: paths.root })
    if (owner) return { ...owner, client: createHttpClient(owner.url, token) }
  }
  if (caller.kind !== 'agent' || caller.url === null || caller.url === state?.url) return null
  return hello({ url: caller.url, token: caller.token, root: paths.root })
}

async function hello(at: { url: string; token: string; root: string }): Promise<Owner | null> {
  try {
    const client = createHttpClient(at.url, at.token)
    const signal = AbortSignal.timeout(HELLO_PATIENCE_MS)
    const said = await client.service.hello(undefined, { signal })
    // The port may belong to another yard by now, or to a host that has none open.
    if (said.root === null || realpathSync(said.root) !== realpathSync(at.root)) return null
    const { pid, version, contract } = said
    return { client, url: at.url, pid, version, contract }
  } catch {
    return null // nobody there, or not ours
  }
}
