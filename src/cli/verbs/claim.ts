/** `yard claim`, `yard heartbeat` and `yard let-go`: for other orchestrators, and for scripts that act as one. */
import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Words } from '../words.ts'

export const claim = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const lease = words.number('lease')
    const claimed = await client.task.claim({
      id: words.arg(0),
      as: words.text('as') ?? '',
      ...(lease === undefined ? {} : { lease: `${lease}ms` }),
      commandId: cli.commandId,
    })
    // The token is the caller's key to this task, so only the JSON that a program reads holds it.
    cli.print.result(claimed, () => {
      cli.print.line(`${claimed.task} is yours as ${claimed.agent} until ${claimed.leaseUntil}`)
      cli.print.line(
        `yard heartbeat ${claimed.agent} keeps it; yard done ${claimed.task} --agent ${claimed.agent} ends it`,
      )
    })
    return ok(0)
  })

export const heartbeat = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const reply = await client.agent.heartbeat({ id: words.arg(0) })
    const until = reply.leaseUntil === null ? '' : ` until ${reply.leaseUntil}`
    cli.print.result(reply, () => cli.print.line(`${words.arg(0)} lives${until}`))
    return ok(0)
  })

export const letGo = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const task = await client.task.letGo({ id: words.arg(0), commandId: cli.commandId })
    cli.print.result(task, () =>
      cli.print.line(
        task.state === 'in-progress'
          ? `${task.id} is given back; ${task.agent ?? 'its agent'} is being ended`
          : `${task.id} is ${task.state}`,
      ),
    )
    return ok(0)
  })
