import { err, ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Words } from '../words.ts'

export async function kill(cli: Cli, words: Words): Promise<Outcome> {
  const id = words.argOrNull(0)
  const isAll = words.flag('all') ?? false
  if ((id === null) !== isAll)
    return err({
      kind: 'bad-request',
      message: isAll ? 'an agent and --all were both named' : 'no agent was named',
      hint: 'name one such as agent-7, or --all; see `yard agents --alive`',
    })
  const how = {
    force: words.flag('force') ?? false,
    redispatch: words.flag('redispatch') ?? false,
    commandId: cli.commandId,
  }
  return withYard(cli, async ({ client }) => {
    if (id === null) {
      const reply = await client.agent.killAll(how)
      cli.print.result(reply, () =>
        cli.print.line(
          reply.killed.length === 0 ? 'no agent is alive' : `ended ${reply.killed.join(', ')}`,
        ),
      )
      return ok(0)
    }
    const agent = await client.agent.kill({ id, ...how })
    cli.print.result(agent, () =>
      cli.print.line(`${agent.id} has ended (${agent.outcome ?? agent.status})`),
    )
    return ok(0)
  })
}
