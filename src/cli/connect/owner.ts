/** Finds the process that holds a yard, and checks that it answers and speaks this contract. */
import type { ContractRouterClient } from '@orpc/contract'
import { realpathSync } from 'node:fs'
import { err, ok, type Result } from '../../base/result.ts'
import type { YardPaths } from '../../config/paths.ts'
import type { Contract } from '../../contract/contract.ts'
import { CONTRACT_VERSION } from '../../contract/version.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { readState, type HostState } from '../../headless/state-file.ts'
import { namelessRefusal, type Caller } from '../../yard/access/caller.ts'

/** The contract as a command calls it, over HTTP or in this process. */
export type Client = ContractRouterClient<Contract>

export interface Owner {
  readonly client: Client
  readonly pid: number
  readonly url: string
  readonly version: string
  /** Of the contract that it speaks. */
  readonly contract: string
  /** A command that serves others while its own work lasts; it runs nothing of the graph. */
  readonly isCommand: boolean
}

/** Longer than an owner under full load needs for one answer, on a machine that gives it its share. */
const HELLO_TIMEOUT_MS = 3_000
/** Where one has not answered, the next is waited for longer: a machine may be busy with other things. */
const LONGEST_HELLO_MS = 12_000

/** Null when none answers. A host of another contract is a failure that names both versions. */
export async function askOwner(
  paths: YardPaths,
  caller: Caller,
): Promise<Result<Owner | null, Failure>> {
  const found = await askHolder(paths, caller)
  return found.ok && found.value?.isCommand ? ok(null) : found
}

/** The same, also where the holder is a command that serves others meanwhile. `unanswered`: how often it was asked before, in vain. */
export async function askHolder(
  paths: YardPaths,
  caller: Caller,
  unanswered = 0,
): Promise<Result<Owner | null, Failure>> {
  if (caller.kind === 'nameless') return err(namelessRefusal())
  const timeoutMs = Math.min(HELLO_TIMEOUT_MS * (unanswered + 1), LONGEST_HELLO_MS)
  const owner = await findHolder(paths, caller, timeoutMs)
  if (owner === null || owner.contract === CONTRACT_VERSION) return ok(owner)
  return err({
    kind: 'version',
    message: `the host of this yard (version ${owner.version}) speaks contract ${owner.contract}, this command speaks ${CONTRACT_VERSION}`,
    hint: 'run `yard service restart`',
  })
}

/** The process that has the yard open, of whatever contract and kind. Null when none answers. */
export async function whoHolds(
  paths: YardPaths,
): Promise<{ readonly pid: number; readonly host: HostState['host'] } | null> {
  const host = readState(paths)?.host
  const holder = await findHolder(paths, { kind: 'person' }, HELLO_TIMEOUT_MS)
  return holder && host ? { pid: holder.pid, host } : null
}

/** Of whatever contract. Null where only a command answers. */
export async function findOwner(paths: YardPaths, caller: Caller): Promise<Owner | null> {
  const found = await findHolder(paths, caller, HELLO_TIMEOUT_MS)
  return found?.isCommand ? null : found
}

/**
 * It is greeted with its own token, because that of an ended agent is good for late reports only; an agent that cannot read the
 * state file greets the address that it was given.
 */
async function findHolder(
  paths: YardPaths,
  caller: Caller,
  timeoutMs: number,
): Promise<Owner | null> {
  if (caller.kind === 'nameless') return null
  const state = readState(paths)
  const token = caller.kind === 'agent' ? caller.token : (state?.token ?? null)
  if (state && token !== null) {
    const owner = await hello({ ...state, root: paths.root }, timeoutMs)
    const isCommand = state.host === 'command'
    if (owner) return { ...owner, client: await httpClient(owner.url, token), isCommand }
  }
  if (caller.kind !== 'agent' || caller.url === null || caller.url === state?.url) return null
  return hello({ url: caller.url, token: caller.token, root: paths.root }, timeoutMs)
}

async function hello(
  at: { url: string; token: string; root: string },
  timeoutMs: number,
): Promise<Owner | null> {
  try {
    const client = await httpClient(at.url, at.token)
    const signal = AbortSignal.timeout(timeoutMs)
    const said = await client.service.hello(undefined, { signal })
    // The port may belong to another yard by now, or to a host that has none open.
    if (said.root === null || realpathSync(said.root) !== realpathSync(at.root)) return null
    const { pid, version, contract } = said
    return { client, url: at.url, pid, version, contract, isCommand: false }
  } catch {
    return null // none there, or of another yard
  }
}

/** Loaded late: commands that need no host, such as help, need no HTTP. */
async function httpClient(url: string, token: string): Promise<Client> {
  const { createHttpClient } = await import('../../headless/http-client.ts')
  return createHttpClient(url, token)
}

/** The yard is held, and its holder does not answer. */
export function stillLocked(paths: YardPaths): Failure {
  const state = readState(paths)
  if (!state || !isAlive(state.pid))
    return failure('locked', 'another process holds this yard and does not answer', {
      hint: 'try again in a moment',
    })
  const { pid } = state
  return failure('locked', `the host of this yard (pid ${pid}) does not answer`, {
    hint: 'it is busy, hangs or is stopped: try again in a moment, or end that process',
    facts: { pid },
  })
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
