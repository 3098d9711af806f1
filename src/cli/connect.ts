/**
 * The way from a command to its yard: through the owner that is alive, else by opening the yard here for as long as the command
 * lasts. A lock that is held while nobody answers belongs to another short command, and is waited for.
 */
import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../base/result.ts'
import { findYard, type YardPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import { findCaller, type Caller } from '../yard/caller.ts'
import type { Cli, Outcome } from './cli.ts'
import type { Connection } from './connection.ts'
import { askAnyone, stillLocked, type Owner } from './owner.ts'

/** How long a lock without an answer is waited for while nothing happens behind it. */
const LOCK_PATIENCE_MS = 10_000
/** However busy the yard is, nobody waits longer than this. */
const QUEUE_PATIENCE_MS = 180_000

/** A lock that short commands hand to each other is a queue and no hang: each change of the database starts the wait anew. */
function createPatience({ db }: YardPaths): { isOver(): boolean } {
  const since = performance.now()
  let giveUpAt = since + LOCK_PATIENCE_MS
  let seen = stampOf(db)
  return {
    isOver() {
      const now = performance.now()
      const stamp = stampOf(db)
      if (stamp !== seen) giveUpAt = now + LOCK_PATIENCE_MS
      seen = stamp
      return now > Math.min(giveUpAt, since + QUEUE_PATIENCE_MS)
    },
  }
}

/** Changes with every commit; read without opening a file that another process holds. */
const stampOf = (db: string): string =>
  [db, `${db}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join()

/** In a long time several owners may come and go. */
const LONG_ROUNDS = 20

/** How a verb wants its yard. */
interface Wish {
  /** It takes long: others are let in meanwhile. */
  readonly isLong?: boolean
}

export async function connect(
  cli: Cli,
  { isLong = false }: Wish = {},
): Promise<Result<Connection, Failure>> {
  const { machine } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const caller = findCaller(machine.env, paths.value.root)
  const patience = createPatience(paths.value)
  for (let round = 0; ; round++) {
    const owner = await askAnyone(paths.value, caller)
    if (!owner.ok) return owner
    if (owner.value) return ok(joined(paths.value, caller, owner.value))
    const { openHere } = await import('./open-here.ts')
    const opened = await openHere(cli, paths.value, caller, isLong)
    if (opened.ok || opened.error.kind !== 'locked') return opened
    if (patience.isOver()) return err(stillLocked(paths.value))
    // Many commands may queue: they must not knock in step.
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
 * Runs a verb on its yard and closes that again. A verb whose answer was lost, because the owner went away, is done once more:
 * its command id makes the second time harmless. Verbs that print before they ask must not use this.
 */
export async function withYard(
  cli: Cli,
  use: (yard: Connection) => Promise<Outcome>,
  wish: Wish = {},
): Promise<Outcome> {
  for (let round = 0; round < (wish.isLong ? LONG_ROUNDS : 2); round++) {
    const outcome = await useOnce(cli, use, wish)
    if (outcome !== 'lost') return outcome
  }
  return err({
    kind: 'not-running',
    message: 'the connection to the host of this yard was lost, again and again',
    hint: 'see `yard service logs`',
  })
}

/** What a config file has that its owner has not read is unknown there. */
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
  wish: Wish,
): Promise<Outcome | 'lost'> {
  const yard = await connect(cli, wish)
  if (!yard.ok) return yard
  try {
    return await use(yard.value)
  } catch (error) {
    const { failureFromError, isLostConnection } = await import('./failure-from-error.ts')
    if (isLostConnection(error)) return 'lost'
    const failure = failureFromError(error)
    // A bug keeps its stack for --debug.
    if (failure.kind === 'internal') throw error
    return err(await withPendingConfig(failure, yard.value))
  } finally {
    await yard.value.close()
  }
}
