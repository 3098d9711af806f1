import { isAgentId } from '../../../domain/ids.ts'
import { err, ok } from '../../../base/result.ts'
import type { JudgementView } from '../../../contract/judging.ts'
import type { AgentView } from '../../../contract/view.ts'
import { failure } from '../../../domain/failure.ts'
import { durationText } from '../../../domain/format.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import type { Client } from '../../connect/owner.ts'
import {
  argument,
  defineCommand,
  option,
  printed,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { agentId, definedFields, interval, taskId } from '../../spec/values.ts'
import { between, clock, counted, outcomeOf } from '../../text/format.ts'

// For other orchestrators, and for scripts that act as one.

const id = argument('<id>', 'the task', taskId)

export const agents = defineCommand({
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
      return printed(cli, list, () => printAgents(cli, list))
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
      const started = startedAt && clock(startedAt)
      const length = ms === null ? null : durationText(ms)
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
      return printed(cli, { dead, forgotten }, () => {
        if (dead.length === 0) cli.print.line('every agent that should be alive is')
        else printAgents(cli, dead)
        if (action === 'check' && dead.length > 0)
          cli.print.line('settle them with yard dead-agents --cleanup')
        if (purge) cli.print.line(`forgot ${counted(forgotten.length, 'ended agent')}`)
      })
    }),
})

export const kill = defineCommand({
  arguments: {
    ids: argument(
      '[ids...]',
      'such as agent-7, or tasks: the agents at work on them; judge-3 ends a question to a model',
      taskId,
    ),
  },
  options: {
    all: option('--all', 'every agent'),
    force: option('--force', 'at once, without asking politely'),
    redispatch: option('--redispatch', 'lets the tasks start again at once'),
  },
  examples: ['yard kill agent-7', 'yard kill build test --redispatch', 'yard kill --all --force'],
  async handler(cli, { ids, all, ...options }) {
    const named = [...new Set(ids)]
    if (named.length > 0 === all)
      return err({
        kind: 'bad-request',
        message: all ? 'an agent and --all were both named' : 'no agent was named',
        hint: 'name one such as agent-7, a task, or --all; see `yard agents --alive`',
      })
    const judgements = named.filter((name) => /^judge-\d+$/.test(name))
    if (judgements.length > 0) return killJudgements(cli, judgements, named)
    if (!all) return withYard(cli, ({ client }) => killNamed(cli, client, { named, options }))
    return askYard(
      cli,
      ({ agent }) => agent.killAll({ ...options, commandId: cli.commandId }),
      ({ killed }) => (killed.length === 0 ? 'no agent is alive' : `ended ${killed.join(', ')}`),
    )
  },
})

/** They end as unanswered. */
async function killJudgements(
  cli: Cli,
  judgements: readonly string[],
  named: readonly string[],
): Promise<Outcome> {
  if (judgements.length < named.length)
    return err(
      failure('bad-request', 'agents and judgements were both named', {
        hint: 'end them one kind after the other',
      }),
    )
  return withYard(cli, async ({ client }) => {
    const ended: JudgementView[] = []
    for (const [index, id] of judgements.entries())
      ended.push(await client.judgement.kill({ id, commandId: `${cli.commandId}:${index}` }))
    return printed(cli, judgements.length === 1 ? ended[0] : ended, () =>
      ended.map(({ id }) => `${id} has ended unanswered`).join('\n'),
    )
  })
}

interface KillOptions {
  readonly force: boolean
  readonly redispatch: boolean
}

async function killNamed(
  cli: Cli,
  client: Client,
  { named, options }: { readonly named: readonly string[]; readonly options: KillOptions },
): Promise<Outcome> {
  // None is ended when one of them is unknown.
  const ids = new Set<string>()
  for (const name of named) {
    const id = await agentOf(client, name)
    if (id === null) return err(noAgentOf(name))
    ids.add(id)
  }
  // In parallel: each may take its whole grace.
  const asked = [...ids].map((id, index) =>
    client.agent.kill({ id, ...options, commandId: `${cli.commandId}:${index}` }),
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
}

/** An agent by its id, or the living one of a task. */
async function agentOf(client: Client, name: string): Promise<string | null> {
  if (isAgentId(name)) return (await client.agent.get({ id: name })).id
  const [living] = await client.agent.list({ which: 'alive', task: name })
  return living?.id ?? null
}

const noAgentOf = (task: string) =>
  failure('unknown-agent', `no agent works on ${task} now`, {
    hint: `yard show ${task} says where it stands`,
    facts: { task },
  })

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
    askYard(
      cli,
      (client) => {
        const lease = leaseMs === undefined ? {} : { lease: `${leaseMs}ms` }
        return client.task.claim({ id: name, as, ...lease, commandId: cli.commandId })
      },
      // The token is the caller's key to this task, so only the JSON that a program reads holds it.
      ({ task, agent, leaseUntil }) => {
        cli.print.line(`${task} is yours as ${agent} until ${leaseUntil}`)
        return `yard heartbeat ${agent} keeps it; yard done ${task} --agent ${agent} ends it`
      },
    ),
})

export const heartbeat = defineCommand({
  arguments: { agent: argument('<agent>', 'such as agent-7', agentId) },
  handler: (cli, { agent }) =>
    askYard(
      cli,
      (client) => client.agent.heartbeat({ id: agent }),
      ({ leaseUntil }) => `${agent} lives${leaseUntil === null ? '' : ` until ${leaseUntil}`}`,
    ),
})

export const letGo = defineCommand({
  arguments: { id },
  handler: (cli, { id: name }) =>
    askYard(
      cli,
      ({ task }) => task.letGo({ id: name, commandId: cli.commandId }),
      ({ id: task, state, agent }) =>
        state === 'in-progress'
          ? `${task} is given back; ${agent ?? 'its agent'} is being ended`
          : `${task} is ${state}`,
    ),
})
