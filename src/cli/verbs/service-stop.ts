import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../../base/result.ts'
import { findYard, type YardPaths } from '../../config/paths.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import { failureFromError } from '../failure-from-error.ts'
import { findOwner, type Owner } from '../owner.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'
import { serviceStart } from './service-start.ts'

export async function serviceStop(cli: Cli, words: Words): Promise<Outcome> {
  const stopped = await stop(cli, words.flag('killAgents') ?? false)
  if (!stopped.ok) return stopped
  const { wasRunning, agentsLeft } = stopped.value
  cli.print.result({ running: false, wasRunning, agentsLeft }, () =>
    cli.print.line(wasRunning ? `stopped${leftWords(agentsLeft)}` : 'no service is running'),
  )
  return ok(0)
}

const leftWords = (count: number): string =>
  count === 0 ? '' : `; ${count} ${count === 1 ? 'agent goes' : 'agents go'} on without it`

/** Agents go on meanwhile and are taken up again. Flags of the start before do not outlive it. */
export async function serviceRestart(cli: Cli, words: Words): Promise<Outcome> {
  const stopped = await stop(cli, false)
  return stopped.ok ? serviceStart(cli, words) : stopped
}

interface Stopped {
  readonly wasRunning: boolean
  readonly agentsLeft: number
}

/** Returns when the owner is gone. */
async function stop(cli: Cli, killAgents: boolean): Promise<Result<Stopped, Failure>> {
  const allowed = refuseAgent(cli, 'stop a service')
  if (!allowed.ok) return allowed
  const { machine } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const owner = await findOwner(paths.value, { kind: 'person' })
  if (!owner) return ok({ wasRunning: false, agentsLeft: 0 })
  const agentsLeft = await askToStop(owner, killAgents)
  if (!agentsLeft.ok) return agentsLeft
  return (await isGone(paths.value, owner))
    ? ok({ wasRunning: true, agentsLeft: agentsLeft.value })
    : err({
        kind: 'timeout',
        message: `the service (pid ${owner.pid}) was asked to stop and is still there`,
        hint: 'try again, and see `yard service logs`',
      })
}

/** A host of another version may not understand the request, but every host ends in order by SIGTERM. */
async function askToStop(owner: Owner, killAgents: boolean): Promise<Result<number, Failure>> {
  try {
    return ok((await owner.client.service.stop({ killAgents })).agentsLeft)
  } catch (error) {
    const failure = failureFromError(error)
    const isOurs = killAgents || failure.kind === 'not-allowed' || failure.kind === 'timeout'
    if (isOurs) return err(failure)
    return signalEnd(owner.pid) ? ok(0) : err(failure)
  }
}

function signalEnd(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGTERM')
  } catch {
    return false // gone already, or another user's
  }
}

/** Closing lets what was being written be written. */
const END_PATIENCE_MS = 40_000

async function isGone(paths: YardPaths, owner: Owner): Promise<boolean> {
  const giveUpAt = performance.now() + END_PATIENCE_MS
  while (performance.now() < giveUpAt) {
    if (!isAlive(owner.pid)) return true
    // A host inside a longer-lived process (the app) goes without its process.
    const now = await findOwner(paths, { kind: 'person' })
    if (now !== null && now.pid !== owner.pid) return true
    await delay(25)
  }
  return (await findOwner(paths, { kind: 'person' })) === null
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
