import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../../../base/result.ts'
import { yardPaths, type YardPaths } from '../../../config/paths.ts'
import type { Failure } from '../../../domain/failure.ts'
import { readState } from '../../../headless/state-file.ts'
import { yardOfPerson } from '../../connect/connect.ts'
import { failureFromError } from '../../connect/failure-from-error.ts'
import { findOwner, isAlive, type Client, type Owner } from '../../connect/owner.ts'
import { defineSubcommand, option, type Cli, printed } from '../../spec/define.ts'
import { checkConfigs, type NamedYards, startYards } from './start.ts'

export const stop = defineSubcommand({
  name: 'stop',
  summary: 'stops it; agents go on and are taken up again by the next one',
  options: {
    killAgents: option(
      '--kill-agents',
      'ends the agents, too; with --all those of every yard it stops',
    ),
    all: option('--all', 'stops all yards of its process, not this one alone'),
  },
  async handler(cli, { killAgents, all }) {
    const here = yardOfPerson(cli, 'stop a service')
    if (!here.ok) return here
    const yards = await yardsOfProcess(here.value)
    const stopping = all ? yards : [here.value]
    const stopped = await stopEach(cli, stopping, killAgents)
    if (!stopped.ok) return stopped
    const { wasRunning, ...left } = stopped.value
    const goOn = wasRunning && !all ? yards.slice(1).map(({ root }) => root) : []
    const reply = { running: false, wasRunning, ...left, ...(goOn.length > 0 ? { goOn } : {}) }
    return printed(cli, reply, () => {
      cli.print.line(stoppedText(stopping, { wasRunning, killAgents, ...left }))
      if (goOn.length > 0)
        cli.print.line(
          `its process goes on with ${goOn.join(', ')}; yard service stop --all ends it there`,
        )
    })
  },
})

/** The whole process. Agents go on meanwhile and are adopted again. Flags of the previous start are dropped. */
export const restart = defineSubcommand({
  name: 'restart',
  summary: 'stops its process and starts it anew with the same yards; agents go on',
  async handler(cli) {
    const here = yardOfPerson(cli, 'stop a service')
    if (!here.ok) return here
    const yards = await yardsOfProcess(here.value)
    const checked = await checkConfigs(cli, yards, {})
    if (!checked.ok) return checked
    const stopped = await stopEach(cli, yards, false)
    return stopped.ok ? startYards(cli, yards, { flags: {}, port: undefined }) : stopped
  },
})

/** What was stopped, and of several yards which; then what became of their agents. */
export function stoppedText(
  yards: readonly Pick<YardPaths, 'root'>[],
  { wasRunning, killAgents, agentsLeft, processesLeft }: Stopped & { readonly killAgents: boolean },
): string {
  const isOne = yards.length === 1
  const stopped = isOne
    ? 'stopped'
    : `stopped ${yards.length} yards: ${yards.map(({ root }) => root).join(', ')}`
  const what = wasRunning ? stopped : 'no service is running'
  const left = processesLeft.map(({ pid, command }) => `pid ${pid} (${command ?? 'unknown'})`)
  if (left.length > 0) return `${what}; not ended, and still there: ${left.join(', ')}`
  if (agentsLeft > 0) {
    const go = agentsLeft === 1 ? '1 agent goes' : `${agentsLeft} agents go`
    return `${what}; ${go} on without ${isOne ? 'it' : 'them'}`
  }
  return killAgents ? `${what}; no agent of ${isOne ? 'it' : 'theirs'} is left` : what
}

/** The yards of the process that runs this one, which comes first. An app is no service: only this one of its yards is stopped. */
async function yardsOfProcess(paths: YardPaths): Promise<NamedYards> {
  const owner = await findOwner(paths, { kind: 'person' })
  if (!owner || readState(paths)?.host === 'app') return [paths]
  try {
    const { yards = [] } = await owner.client.service.status()
    const others = yards.filter((root) => root !== paths.root).map(yardPaths)
    return [paths, ...others]
  } catch {
    return [paths] // of another version
  }
}

type Left = Awaited<ReturnType<Client['service']['stop']>>

interface Stopped extends Left {
  readonly wasRunning: boolean
}

const NONE_LEFT: Left = { agentsLeft: 0, processesLeft: [] }

/** Each is asked with the token of its own: that of one yard is good for no other. */
async function stopEach(
  cli: Cli,
  yards: readonly YardPaths[],
  killAgents: boolean,
): Promise<Result<Stopped, Failure>> {
  let all: Stopped = { wasRunning: false, ...NONE_LEFT }
  for (const paths of yards) {
    const stopped = await stopOne(cli, paths, killAgents)
    if (!stopped.ok) return stopped
    const { wasRunning, agentsLeft, processesLeft } = stopped.value
    all = {
      wasRunning: all.wasRunning || wasRunning,
      agentsLeft: all.agentsLeft + agentsLeft,
      processesLeft: [...all.processesLeft, ...processesLeft],
    }
  }
  return ok(all)
}

/** Returns when the owner is gone. */
async function stopOne(
  cli: Cli,
  paths: YardPaths,
  killAgents: boolean,
): Promise<Result<Stopped, Failure>> {
  const owner = await findOwner(paths, { kind: 'person' })
  if (!owner)
    return killAgents ? killWithoutOwner(cli, paths) : ok({ wasRunning: false, ...NONE_LEFT })
  const isAlone = await ownsAlone(paths, owner)
  const left = await askToStop(owner, killAgents)
  if (!left.ok) return left
  return (await isGone(paths, owner, isAlone))
    ? ok({ wasRunning: true, ...left.value })
    : err({
        kind: 'timeout',
        message: `the service (pid ${owner.pid}) was asked to stop and is still there`,
        hint: 'try again, and see `yard service logs`',
      })
}

/** Agents outlive their service, so they may be there without one. */
async function killWithoutOwner(cli: Cli, paths: YardPaths): Promise<Result<Stopped, Failure>> {
  if (!existsSync(paths.agents)) return ok({ wasRunning: false, ...NONE_LEFT })
  const { openLocally } = await import('../../connect/open-locally.ts')
  const caller = { kind: 'person' } as const
  const opened = await openLocally(cli, paths, { caller, isServed: false })
  if (!opened.ok) return opened
  try {
    return ok({
      wasRunning: false,
      ...(await opened.value.client.service.stop({ killAgents: true })),
    })
  } catch (error) {
    return err(failureFromError(error))
  } finally {
    await opened.value.close()
  }
}

/** Then its process ends with it. */
async function ownsAlone(paths: YardPaths, owner: Owner): Promise<boolean> {
  if (readState(paths)?.host === 'app') return false
  try {
    return ((await owner.client.service.status()).yards ?? []).length <= 1
  } catch {
    return true // of another version, which is ended by a signal
  }
}

/** A host of another version may not understand the request, but every host ends in order by SIGTERM. */
async function askToStop(owner: Owner, killAgents: boolean): Promise<Result<Left, Failure>> {
  try {
    return ok(await owner.client.service.stop({ killAgents }))
  } catch (error) {
    const failure = failureFromError(error)
    const isOurs = killAgents || failure.kind === 'not-allowed' || failure.kind === 'timeout'
    if (isOurs) return err(failure)
    return signalEnd(owner.pid) ? ok(NONE_LEFT) : err(failure)
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
const END_TIMEOUT_MS = 40_000

async function isGone(paths: YardPaths, owner: Owner, isAlone: boolean): Promise<boolean> {
  const { isOwned } = await import('../../../yard/without-owner.ts')
  const giveUpAt = performance.now() + END_TIMEOUT_MS
  while (performance.now() < giveUpAt) {
    if (!isAlive(owner.pid)) return true
    const now = await findOwner(paths, { kind: 'person' })
    if (now !== null && now.pid !== owner.pid) return true
    // A process that goes on with other yards, or as an app, lets go of the lock last.
    if (now === null && !isAlone && !isOwned(paths)) return true
    await delay(25)
  }
  // It may answer no more and hold the yard all the same: it has stopped when the lock is free.
  return !isOwned(paths)
}
