import { ok } from '../../../base/result.ts'
import type { AgentView } from '../../../contract/view.ts'
import type { Cli } from '../../cli.ts'
import { withYard } from '../../connect/connect.ts'
import { defineCommand, option } from '../../spec/define.ts'
import { definedFields, taskId } from '../../spec/values.ts'
import { between, clock, span } from '../../text/format.ts'
import { outcomeOf } from '../../text/state.ts'

export const agents = defineCommand({
  name: 'agents',
  summary: 'lists agents',
  options: {
    alive: option('--alive', 'only those that have not ended'),
    dead: option('--dead', 'only those that have ended'),
    working: option('--working', 'only those that have been heard'),
    task: option('--task <id>', 'only of this task', taskId),
  },
  exclusive: [['alive', 'dead', 'working']],
  handler: (cli, { task, ...given }) =>
    withYard(cli, async ({ client }) => {
      if (task !== undefined) await client.task.get({ id: task })
      const which = (['alive', 'dead', 'working'] as const).find((kind) => given[kind]) ?? 'all'
      const list = await client.agent.list({ which, ...definedFields({ task }) })
      cli.print.result(list, () => printAgents(cli, list))
      return ok(0)
    }),
})

function printAgents({ print }: Cli, list: readonly AgentView[]): void {
  if (list.length === 0) return print.progress('no agents')
  const now = new Date().toISOString()
  print.table(
    ['AGENT', 'TASK', 'STATUS', 'EXECUTOR', 'MODEL', 'STARTED', 'FOR', 'DOING'],
    list.map((agent) => {
      const { id, task, executor, model, startedAt, endedAt } = agent
      const ms = between(startedAt, endedAt ?? now)
      const [started, length] = [
        startedAt === null ? null : clock(startedAt),
        ms === null ? null : span(ms),
      ]
      return [id, task, statusOf(agent), executor, model, started, length, whatOf(agent)]
    }),
  )
}

const statusOf = (agent: AgentView): string => {
  if (agent.status !== 'ended') return agent.status
  const outcome = outcomeOf(agent)
  return agent.exitCode === null || outcome === 'asked' ? outcome : `${outcome} (${agent.exitCode})`
}

const whatOf = ({ status, failure, doing }: AgentView): string =>
  (status === 'ended' ? failure?.reason : doing) ?? ''

export const deadAgents = defineCommand({
  name: 'dead-agents',
  summary: 'looks for agents whose processes are gone',
  options: {
    cleanup: option('--cleanup', 'settles them'),
    purge: option('--purge', 'settles them, and forgets ended agents with their output'),
  },
  exclusive: [['cleanup', 'purge']],
  handler: (cli, { cleanup, purge }) =>
    withYard(cli, async ({ client }) => {
      const action = purge ? 'purge' : cleanup ? 'cleanup' : 'check'
      const reply = await client.agent.dead({ do: action, commandId: cli.commandId })
      const { dead, forgotten } = reply
      cli.print.result({ dead, forgotten }, () => {
        if (dead.length === 0) cli.print.line('every agent that should be alive is')
        else printAgents(cli, dead)
        if (action === 'check' && dead.length > 0)
          cli.print.line('settle them with yard dead-agents --cleanup')
        const noun = forgotten.length === 1 ? 'agent' : 'agents'
        if (purge) cli.print.line(`forgot ${forgotten.length} ended ${noun}`)
      })
      return ok(0)
    }),
})
