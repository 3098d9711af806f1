/** Several full hosts in this process. Each is what `runHost` makes of one yard, and ends on its own. */
import { basename } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import type { Log } from '../base/log.ts'
import { createHostRegistry, type Host, type HostOrder, runHost } from './run-host.ts'

interface HostsOrder extends Omit<HostOrder, 'paths' | 'log' | 'registry'> {
  readonly yards: readonly { readonly paths: YardPaths; readonly log: Log }[]
  /** One that cannot be opened ends the others again. Else they go on without it. */
  readonly isAllOrNone: boolean
}

export interface Hosts {
  readonly hosts: readonly Host[]
  /** What became of the yards that are not among them. */
  readonly failed: readonly FailedHost[]
  readonly ended: Promise<void>
  end(): Promise<void>
}

type FailedHost = { readonly root: string; readonly failure: Failure }

/** The failure is that of the first yard that could not be opened, when none could or all had to. */
export async function runHosts(order: HostsOrder): Promise<Result<Hosts, Failure>> {
  const { yards, isAllOrNone, notice, ...common } = order
  const [first] = yards
  if (!first) throw new Error('a host needs a yard')
  const isAlone = yards.length === 1
  makeRoomForListeners(yards.length)
  const registry = createHostRegistry(order.env, systemClock, first.log)
  const hosts: Host[] = []
  const failed: FailedHost[] = []
  for (const { paths, log } of yards) {
    const named = (text: string): void =>
      notice(isAlone ? text : `${basename(paths.root)}: ${text}`)
    const host = await runHost({ ...common, paths, log, registry, notice: named })
    if (host.ok) hosts.push(host.value)
    else failed.push({ root: paths.root, failure: host.error })
    if (!host.ok && isAllOrNone) break
  }
  const ended = Promise.all(hosts.map((host) => host.ended)).then(() => registry.close())
  const end = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => host.end()))
    await ended
  }
  const [fault] = failed
  if (fault && (isAllOrNone || hosts.length === 0)) {
    await end()
    return err(isAlone ? fault.failure : nameYard(fault))
  }
  return ok({ hosts, failed, ended, end })
}

export const nameYard = ({ root, failure }: FailedHost): Failure => ({
  ...failure,
  message: `${root}: ${failure.message}`,
})

/** Each host listens for signals by itself. */
function makeRoomForListeners(count: number): void {
  const usual = process.getMaxListeners()
  if (usual > 0) process.setMaxListeners(usual + count)
}
