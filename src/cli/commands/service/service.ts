/** `yard service` with its subcommands. */
import { err, ok } from '../../../base/result.ts'
import { findYard } from '../../../config/paths.ts'
import { failureFromError } from '../../connect/failure-from-error.ts'
import type { Client } from '../../connect/owner.ts'
import { refuseAgent } from '../../connect/refuse-agent.ts'
import { defineCommand, defineSubcommand, type Cli, type Outcome } from '../../spec/define.ts'
import { definedFields } from '../../spec/values.ts'
import { install } from './install.ts'
import { logs } from './logs.ts'
import { flagOptions, start } from './start.ts'
import { printServiceStatus, status } from './status.ts'
import { restart, stop } from './stop.ts'

/** Only a running host can be asked; without one nothing is done. */
async function askService(
  cli: Cli,
  does: string,
  ask: (client: Client) => Promise<Outcome>,
): Promise<Outcome> {
  const allowed = await refuseAgent(cli, does)
  if (!allowed.ok) return allowed
  const { machine } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const { findCaller } = await import('../../../yard/access/caller.ts')
  const { askOwner } = await import('../../connect/owner.ts')
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

const pause = defineSubcommand({
  name: 'pause',
  summary: 'starts no new agent from now on, also after a restart',
  handler: (cli) =>
    askService(cli, 'pause the yard', async (client) => {
      const reply = await client.service.pause()
      cli.print.result(reply, () =>
        cli.print.line('paused: no new agent starts until `yard service resume`'),
      )
      return ok(0)
    }),
})

const resume = defineSubcommand({
  name: 'resume',
  summary: 'starts agents again',
  handler: (cli) =>
    askService(cli, 'resume the yard', async (client) => {
      const reply = await client.service.resume()
      cli.print.result(reply, () =>
        cli.print.line(reply.paused ? 'still paused: is the yard trusted?' : 'agents start again'),
      )
      return ok(0)
    }),
})

const reload = defineSubcommand({
  name: 'reload',
  summary: 'applies the configuration files, and these options instead of earlier ones',
  options: flagOptions,
  handler: (cli, given) =>
    askService(cli, 'reload the configuration', async (client) => {
      const reply = await client.service.reload(definedFields(given))
      cli.print.result(reply, () => {
        const settings = Object.entries(reply.settings).map(
          ([key, value]) => `${key} ${String(value)}`,
        )
        cli.print.line(`reloaded: ${settings.join(', ')}`)
      })
      return ok(0)
    }),
})

export const service = defineCommand({
  subcommands: [start, stop, restart, status, reload, pause, resume, install, logs],
  examples: [
    'yard service start --max-agents 8',
    'yard service start --yard ~/site --yard ~/shop',
    'yard service status --json',
  ],
  handler: printServiceStatus,
})
