import { err, ok } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import { findCaller } from '../../yard/caller.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Client } from '../client.ts'
import { failureFromError } from '../failure-from-error.ts'
import { flagsFrom } from '../flag-words.ts'
import { askOwner } from '../owner.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

/** Only a running host can be told; nothing is done in its place. */
async function tell(
  cli: Cli,
  does: string,
  ask: (client: Client) => Promise<Outcome>,
): Promise<Outcome> {
  const allowed = refuseAgent(cli, does)
  if (!allowed.ok) return allowed
  const { machine } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const caller = findCaller(machine.env, paths.value.root)
  const owner = await askOwner(paths.value, caller)
  if (!owner.ok) return owner
  if (!owner.value)
    return err({
      kind: 'not-running',
      message: 'no service is running',
      hint: 'start it with `yard service start`',
    })
  try {
    return await ask(owner.value.client)
  } catch (error) {
    return err(failureFromError(error))
  }
}

export const servicePause = (cli: Cli): Promise<Outcome> =>
  tell(cli, 'pause the yard', async (client) => {
    const reply = await client.service.pause()
    cli.print.result(reply, () =>
      cli.print.line('paused: no new agent starts until `yard service resume`'),
    )
    return ok(0)
  })

export const serviceResume = (cli: Cli): Promise<Outcome> =>
  tell(cli, 'resume the yard', async (client) => {
    const reply = await client.service.resume()
    cli.print.result(reply, () =>
      cli.print.line(reply.paused ? 'still paused: is the yard trusted?' : 'agents start again'),
    )
    return ok(0)
  })

export const serviceReload = (cli: Cli, words: Words): Promise<Outcome> =>
  tell(cli, 'reload the configuration', async (client) => {
    const reply = await client.service.reload(flagsFrom(words))
    cli.print.result(reply, () => {
      const settings = Object.entries(reply.settings).map(
        ([key, value]) => `${key} ${String(value)}`,
      )
      cli.print.line(`reloaded: ${settings.join(', ')}`)
    })
    return ok(0)
  })
