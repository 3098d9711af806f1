import { err, ok } from '../../base/result.ts'
import { failure } from '../../domain/failure.ts'
import { agentIdSchema } from '../../domain/ids.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Client } from '../client.ts'
import { withYard } from '../connect.ts'
import type { Words } from '../words.ts'

export async function kill(cli: Cli, words: Words): Promise<Outcome> {
  const named = [...new Set(words.rest(0))]
  const isAll = words.flag('all') ?? false
  if (named.length > 0 === isAll)
    return err({
      kind: 'bad-request',
      message: isAll ? 'an agent and --all were both named' : 'no agent was named',
      hint: 'name one such as agent-7, a task, or --all; see `yard agents --alive`',
    })
  const how = { force: words.flag('force') ?? false, redispatch: words.flag('redispatch') ?? false }
  return withYard(cli, async ({ client }) => {
    if (isAll) {
      const reply = await client.agent.killAll({ ...how, commandId: cli.commandId })
      cli.print.result(reply, () =>
        cli.print.line(
          reply.killed.length === 0 ? 'no agent is alive' : `ended ${reply.killed.join(', ')}`,
        ),
      )
      return ok(0)
    }
    // Nobody is ended when one of them is unknown.
    const ids = new Set<string>()
    for (const name of named) {
      const id = await agentOf(client, name)
      if (id === null) return err(nobodyAt(name))
      ids.add(id)
    }
    // Side by side: each may take its whole grace.
    const asked = [...ids].map((id, index) =>
      client.agent.kill({ id, ...how, commandId: `${cli.commandId}:${index}` }),
    )
    const replies = await Promise.allSettled(asked)
    const failed = replies.find((reply) => reply.status === 'rejected')
    const agents = replies.flatMap((reply) => (reply.status === 'fulfilled' ? [reply.value] : []))
    if (!failed || !cli.print.isJson)
      cli.print.result(named.length === 1 ? agents[0] : agents, () => {
        for (const { id, outcome, status } of agents)
          cli.print.line(`${id} has ended (${outcome ?? status})`)
      })
    if (failed) throw failed.reason
    return ok(0)
  })
}

/** An agent by its id, or the living one of a task. */
async function agentOf(client: Client, name: string): Promise<string | null> {
  if (agentIdSchema.safeParse(name).success) return (await client.agent.get({ id: name })).id
  const [living] = await client.agent.list({ which: 'alive', task: name })
  return living?.id ?? null
}

const nobodyAt = (task: string) =>
  failure('unknown-agent', `no agent works on ${task} now`, {
    hint: `yard show ${task} says where it stands`,
    facts: { task },
  })
