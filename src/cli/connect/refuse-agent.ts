/** Commands that do not go through the host of the yard have to keep an agent out by themselves. */
import { resolve } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { Cli } from '../spec/define.ts'

/**
 * `does`: the end of "an agent may not …". `also`: folders of yards that are meant beside the one here. Where no yard is yet, an agent of
 * any is kept out all the same.
 */
export async function refuseAgent(
  cli: Cli,
  does: string,
  also: readonly string[] = [],
): Promise<Result<null, Failure>> {
  const { findCaller, namelessRefusal } = await import('../../yard/access/caller.ts')
  const { cwd, env } = cli.machine
  const found = findYard(cwd, env, cli.dir)
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
