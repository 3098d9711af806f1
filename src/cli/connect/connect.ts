/**
 * Connects a command to its yard: through the living owner, else by opening the yard in this process for as long as the command
 * lasts. A lock that is held while nobody answers belongs to another short command, and is waited for.
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../../base/result.ts'
import { findYard, type YardPaths } from '../../config/paths.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { findCaller, namelessRefusal, type Caller } from '../../yard/access/caller.ts'
import { printed, type Cli, type Outcome } from '../spec/define.ts'
import { failureFromError, isLostConnection } from './failure-from-error.ts'
import { askHolder, stillLocked, type Client, type Owner } from './owner.ts'

/** How long to wait for a lock whose holder neither answers nor changes the database. */
const LOCK_WAIT_MS = 10_000
/** The same for an agent, whose report would be lost. Less than the minute that some programs give a call of a tool. */
const AGENT_LOCK_WAIT_MS = 45_000
/** The longest wait, however busy the yard is. */
const QUEUE_WAIT_MS = 180_000

/** Monotonic. The first look at `performance` loads 2 ms of Node that most commands need for nothing else. */
const uptimeMs = (): number => process.uptime() * 1000

/** Short commands that pass the lock on are a queue, not a hang: each change of the database starts the wait anew. */
function createLockWait({ db }: YardPaths, waitMs: number): { isOver(): boolean } {
  const since = uptimeMs()
  let giveUpAt = since + waitMs
  let seen = modifiedAt(db)
  return {
    isOver() {
      const now = uptimeMs()
      const modified = modifiedAt(db)
      if (modified !== seen) giveUpAt = now + waitMs
      seen = modified
      return now > Math.min(giveUpAt, since + QUEUE_WAIT_MS)
    },
  }
}

/** Changes with every commit; read without opening a file that another process holds. */
const modifiedAt = (db: string): string =>
  [db, `${db}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join()

/** Attempts of a long command: several owners may come and go meanwhile. */
const LONG_ROUNDS = 20

/** A command's connection to its yard while it lasts. */
export interface Connection {
  readonly client: Client
  readonly paths: YardPaths
  readonly caller: Caller
  /** The host that runs the yard; null = none does: this command holds it, or another that serves it meanwhile. */
  readonly owner: Owner | null
  close(): Promise<void>
}

export interface ConnectOptions {
  /** The command takes long: a yard that is opened here is served to others meanwhile. */
  readonly isLong?: boolean
}

/** The yard that an invocation means. */
export const yardOf = ({ machine: { cwd, env }, dir }: Cli): Result<YardPaths, Failure> =>
  findYard(cwd, env, dir)

export async function connect(
  cli: Cli,
  { isLong = false }: ConnectOptions = {},
): Promise<Result<Connection, Failure>> {
  const { machine } = cli
  const paths = yardOf(cli)
  if (!paths.ok) return paths
  const caller = findCaller(machine.env, paths.value.root)
  const isAgent = caller.kind === 'agent'
  const lockWait = createLockWait(paths.value, isAgent ? AGENT_LOCK_WAIT_MS : LOCK_WAIT_MS)
  for (let round = 0; ; round++) {
    const owner = await askHolder(paths.value, caller, isAgent ? round : 0)
    if (!owner.ok) return owner
    if (owner.value) return ok(joined(paths.value, caller, owner.value))
    const { openLocally } = await import('./open-locally.ts')
    const opened = await openLocally(cli, paths.value, { caller, isServed: isLong })
    if (opened.ok) return ok({ ...opened.value, paths: paths.value, caller, owner: null })
    if (opened.error.kind !== 'locked') return opened
    if (lockWait.isOver()) return err(stillLocked(paths.value))
    // Many commands may queue: random delays keep them from trying at the same time.
    await delay(10 + Math.random() * Math.min(20 * (round + 1), 150))
  }
}

const joined = (paths: YardPaths, caller: Caller, owner: Owner): Connection => ({
  client: owner.client,
  paths,
  caller,
  owner: owner.isCommand ? null : owner,
  close: async () => {},
})

/**
 * Runs a command on its yard and closes the yard again. A command whose answer was lost because the owner went away is sent once
 * more: its command id makes the second time harmless. Commands that print before they ask must not use this.
 */
export async function withYard(
  cli: Cli,
  use: (yard: Connection) => Promise<Outcome>,
  options: ConnectOptions = {},
): Promise<Outcome> {
  for (let round = 0; round < (options.isLong ? LONG_ROUNDS : 2); round++) {
    const outcome = await useOnce(cli, use, options)
    if (outcome !== 'lost') return outcome
  }
  return err({
    kind: 'not-running',
    message: 'the connection to the host of this yard was lost, again and again',
    hint: 'see `yard service logs`',
  })
}

/** Asks the yard one thing, and prints its reply. */
export const askYard = <T>(
  cli: Cli,
  ask: (client: Client) => Promise<T>,
  show: Parameters<typeof printed<T>>[2],
): Promise<Outcome> => withYard(cli, async ({ client }) => printed(cli, await ask(client), show))

/** An executor or model that is unknown to the owner may stand in a config file that it has not read yet. */
async function withPendingConfig(problem: Failure, { client, owner }: Connection) {
  const name = problem.facts?.['executor'] ?? problem.facts?.['model']
  const isUnknown = problem.kind === 'unknown-executor' || problem.kind === 'unknown-model'
  if (owner === null || !isUnknown || typeof name !== 'string') return problem
  const pending = await client.service.pendingConfig().catch(() => null)
  const isThere = pending?.entries.some(({ key }) =>
    ['executors', 'models'].some((table) => `${key}.`.startsWith(`${table}.${name}.`)),
  )
  if (!isThere) return problem
  const hint = 'the config has it, and the running service has not read that: yard service reload'
  return { ...problem, hint }
}

async function useOnce(
  cli: Cli,
  use: (yard: Connection) => Promise<Outcome>,
  options: ConnectOptions,
): Promise<Outcome | 'lost'> {
  const yard = await connect(cli, options)
  if (!yard.ok) return yard
  try {
    return await use(yard.value)
  } catch (error) {
    if (isLostConnection(error)) return 'lost'
    const failure = failureFromError(error)
    // A bug keeps its stack for --debug.
    if (failure.kind === 'internal') throw error
    return err(await withPendingConfig(failure, yard.value))
  } finally {
    await yard.value.close()
  }
}

/**
 * For commands that do not go through the host of the yard, which refuses agents. `does`: the end of "an agent may not …". `also`: folders of yards that are meant beside the one here. Where no yard is yet, an agent of
 * any is kept out all the same.
 */
export function refuseAgent(
  cli: Cli,
  does: string,
  also: readonly string[] = [],
): Result<null, Failure> {
  const { cwd, env } = cli.machine
  const found = yardOf(cli)
  const here = found.ok ? found.value.root : resolve(cwd, cli.dir ?? '.')
  const callers = [...new Set([here, ...also])].map((root) => findCaller(env, root))
  const agent = callers.find((caller) => caller.kind === 'agent')
  if (agent)
    return err(
      failure('not-allowed', `${agent.agentId} is an agent of this yard and may not ${does}`, {
        hint: 'leave that to a person',
      }),
    )
  return callers.some((caller) => caller.kind === 'nameless') ? err(namelessRefusal()) : ok(null)
}

/** The yard of a command that only a person may use. */
export function yardOfPerson(cli: Cli, does: string): Result<YardPaths, Failure> {
  const allowed = refuseAgent(cli, does)
  return allowed.ok ? yardOf(cli) : allowed
}
