/** `yard claim`, `yard heartbeat` and `yard let-go`: for other orchestrators, and for scripts that act as one. */
import { ok } from '../../../base/result.ts'
import { withYard } from '../../connect/with-yard.ts'
import { argument, defineCommand, option } from '../../spec/define.ts'
import { agentId, interval, taskId } from '../../spec/values.ts'

const id = argument('<id>', 'the task', taskId)

export const claim = defineCommand({
  arguments: { id },
  options: {
    as: option.required('--as <name>', 'who takes it'),
    leaseMs: option(
      '--lease <time>',
      'how long it is theirs without a heartbeat (default: 30s)',
      interval,
    ),
  },
  notes: [
    'With --json it prints {agent, task, generation, token, leaseUntil}; the token is good for this task while the claim holds.',
    'A claim that runs out opens the task again; what its holder says of it later is refused (exit 4).',
  ],
  examples: ['yard claim review --as n8n --lease 5m --json', 'yard heartbeat agent-7'],
  handler: (cli, { id: name, as, leaseMs }) =>
    withYard(cli, async ({ client }) => {
      const claimed = await client.task.claim({
        id: name,
        as,
        ...(leaseMs === undefined ? {} : { lease: `${leaseMs}ms` }),
        commandId: cli.commandId,
      })
      // The token is the caller's key to this task, so only the JSON that a program reads holds it.
      cli.print.result(claimed, () => {
        const { task, agent, leaseUntil } = claimed
        cli.print.line(`${task} is yours as ${agent} until ${leaseUntil}`)
        cli.print.line(
          `yard heartbeat ${agent} keeps it; yard done ${task} --agent ${agent} ends it`,
        )
      })
      return ok(0)
    }),
})

export const heartbeat = defineCommand({
  arguments: { agent: argument('<agent>', 'such as agent-7', agentId) },
  handler: (cli, { agent }) =>
    withYard(cli, async ({ client }) => {
      const reply = await client.agent.heartbeat({ id: agent })
      const until = reply.leaseUntil === null ? '' : ` until ${reply.leaseUntil}`
      cli.print.result(reply, () => cli.print.line(`${agent} lives${until}`))
      return ok(0)
    }),
})

export const letGo = defineCommand({
  arguments: { id },
  handler: (cli, { id: name }) =>
    withYard(cli, async ({ client }) => {
      const task = await client.task.letGo({ id: name, commandId: cli.commandId })
      cli.print.result(task, () =>
        cli.print.line(
          task.state === 'in-progress'
            ? `${task.id} is given back; ${task.agent ?? 'its agent'} is being ended`
            : `${task.id} is ${task.state}`,
        ),
      )
      return ok(0)
    }),
})
