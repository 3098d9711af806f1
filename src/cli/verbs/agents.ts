import { ok } from '../../base/result.ts'
import type { AgentView } from '../../contract/view.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { outcomeOf } from '../task-timeline.ts'
import { between, clock, span } from '../time-words.ts'
import type { Words } from '../words.ts'

export const agents = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const task = words.text('task')
    if (task !== undefined) await client.task.get({ id: task })
    const list = await client.agent.list({
      which: whichOf(words),
      ...(task === undefined ? {} : { task }),
    })
    cli.print.result(list, () => printAgents(cli, list))
    return ok(0)
  })

function whichOf(words: Words): 'all' | 'alive' | 'dead' | 'working' {
  const named = (['alive', 'dead', 'working'] as const).find((which) => words.flag(which))
  return named ?? 'all'
}

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

export const deadAgents = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const what = words.flag('purge') ? 'purge' : words.flag('cleanup') ? 'cleanup' : 'check'
    const { dead, forgotten } = await client.agent.dead({ do: what, commandId: cli.commandId })
    cli.print.result({ dead, forgotten }, () => {
      if (dead.length === 0) cli.print.line('every agent that should be alive is')
      else printAgents(cli, dead)
      if (what === 'check' && dead.length > 0)
        cli.print.line('settle them with yard dead-agents --cleanup')
      if (what === 'purge')
        cli.print.line(
          `forgot ${forgotten.length} ended ${forgotten.length === 1 ? 'agent' : 'agents'}`,
        )
    })
    return ok(0)
  })
