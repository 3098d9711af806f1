/** Commands that do not go through the host of the yard have to keep an agent out by themselves. */
import { err, ok, type Result } from '../base/result.ts'
import { findYard } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { findCaller, namelessRefusal } from './caller.ts'
import type { Cli } from './cli.ts'

/** `does`: the end of "an agent may not …". `also`: folders of yards that are meant beside the one here. */
export function refuseAgent(
  cli: Cli,
  does: string,
  also: readonly string[] = [],
): Result<null, Failure> {
  const found = findYard(cli.machine.cwd, cli.machine.env, cli.dir)
  for (const root of new Set([...(found.ok ? [found.value.root] : []), ...also])) {
    const allowed = refuseIn(cli, does, root)
    if (!allowed.ok) return allowed
  }
  return ok(null)
}

function refuseIn(cli: Cli, does: string, root: string): Result<null, Failure> {
  const caller = findCaller(cli.machine.env, root)
  if (caller.kind === 'person') return ok(null)
  if (caller.kind === 'nameless') return err(namelessRefusal())
  return err(
    failure('not-allowed', `${caller.agentId} is an agent of this yard and may not ${does}`, {
      hint: 'leave that to a person',
    }),
  )
}
