/** Requests about agents: what they are, what they say, and their end. */
import type { AgentView } from '../../contract/view.ts'
import type { Agent } from '../../domain/agent.ts'
import { isLaunched } from '../../domain/routing/holder.ts'
import type { AgentId } from '../../domain/ids.ts'
import { forgetJudgements, judgementsFolder } from '../judging/turn-folder.ts'
import { toAgentView } from '../views/agent-view.ts'
import { unknownAgent } from '../read-window.ts'
import { isoOrNull } from '../views/iso-time.ts'
import { procedures, taskOf, type HandlerContext } from './context.ts'
import { refuse, refuseAs, valueOf } from './failures.ts'
import { parseAgentId } from './task-commands.ts'

const os = procedures.agent

export const agentHandlers = {
  list: os.list.handler(({ context, input }) => {
    const filter = {
      which: input.which,
      ...(input.task === undefined ? {} : { taskId: taskOf(context, input.task).id }),
      ...(input.limit === undefined ? {} : { limit: input.limit }),
    }
    return context.yard.store.agents(filter).map((agent) => toAgentView(context.yard, agent))
  }),
  get: os.get.handler(({ context, input }) => viewOf(context, input.id)),
  output: os.output.handler(async ({ context, input: { id, ...window } }) => {
    const agent = agentOf(context, id)
    return valueOf(await context.yard.readOutput(agent.id, window))
  }),
  kill: os.kill.handler(async ({ context, input }) => {
    const agent = agentOf(context, input.id)
    if (agent.state.kind !== 'ended') await kill(context, [agent.id], input)
    return viewOf(context, agent.id)
  }),
  killAll: os.killAll.handler(async ({ context, input }) => {
    const killed = await kill(context, livingIds(context), input)
    return { killed: [...killed] }
  }),
  heartbeat: os.heartbeat.handler(({ context, input }) => {
    const { id, state } = agentOf(context, input.id)
    if (state.kind === 'ended')
      refuseAs('stale-generation', `${id} has ended`, { hint: 'nothing was changed' })
    context.yard.coordinator.heard(id)
    return { ok: true, leaseUntil: isoOrNull(context.yard.coordinator.leaseUntil(id)) }
  }),
  dead: os.dead.handler(async ({ context, input }) => {
    // A command that opens the yard has settled what it found before it could be asked.
    const { yard } = context
    const before = [...(yard.host === 'command' ? yard.settledAtOpen : []), ...livingIds(context)]
    await yard.coordinator.tick()
    const dead = before.filter((id) => !context.yard.plan.agents.has(id))
    const views = dead.map((id) => viewOf(context, id))
    return { dead: views, forgotten: input.do === 'purge' ? await purge(context) : [] }
  }),
}

function agentOf({ yard }: HandlerContext, text: string): Agent {
  const id = parseAgentId(text)
  const agent = yard.plan.agents.get(id) ?? yard.store.agent(id)
  return agent ?? refuse(unknownAgent(id))
}

const viewOf = (context: HandlerContext, id: string): AgentView =>
  toAgentView(context.yard, agentOf(context, id))

/** Those that are processes: what a person has in hand is let go, not killed. */
const livingIds = ({ yard }: HandlerContext): AgentId[] =>
  [...yard.plan.agents.values()].filter(isLaunched).map((agent) => agent.id)

async function kill(
  { yard, actor }: HandlerContext,
  ids: readonly AgentId[],
  how: { readonly force?: boolean | undefined; readonly redispatch?: boolean | undefined },
): Promise<readonly AgentId[]> {
  const { force = false, redispatch = false } = how
  return ids.length === 0 ? [] : valueOf(await yard.kill(ids, { force, redispatch }, actor))
}

async function purge({ yard, actor }: HandlerContext): Promise<string[]> {
  await forgetJudgements(judgementsFolder(yard.paths), (id) => yard.plan.judgements.has(id))
  const ended = yard.store.agents({ which: 'dead' }).map((agent) => agent.id)
  return ended.length === 0 ? [] : [...valueOf(await yard.forget(ended, actor))]
}
