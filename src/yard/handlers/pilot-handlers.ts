/** A person drives an agent CLI in a terminal: its task is claimed, its place made ready, and the terminal told how to start it. */
import { join } from 'node:path'
import { executorOf } from '../../agents/executors/registry.ts'
import { canPilot, pilotedTypes, pilotInput, pilotPlan } from '../../agents/pilot/terminal-stage.ts'
import { readStageRecord, type StageRecord } from '../../agents/runtime/stages/stage-record.ts'
import { exclusiveFolderOf } from '../../agents/runtime/workdir.ts'
import type { Agent } from '../../domain/agent.ts'
import type { Claim } from '../../domain/command.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { AgentId } from '../../domain/ids.ts'
import { profileOf, resolveExecutor, resolveModel } from '../../domain/routing/resolve.ts'
import { isTakenByPeople, type Profile } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { launchOrderOf } from '../executors/launch-order.ts'
import { originsOf } from '../executors/origins.ts'
import { claimBy } from '../executors/routes.ts'
import type { Yard } from '../yard.ts'
import { agentToken, openSecret } from './agent-token.ts'
import { procedures, send, taskOf } from './context.ts'
import { refuse, refuseAs, untrusted, valueOf } from './failures.ts'
import { parseAgentId } from './task-commands.ts'

const os = procedures.task

export const pilotHandlers = {
  pilot: os.pilot.handler(async ({ context, input }) => {
    const { yard } = context
    const task = taskOf(context, input.id)
    if (!yard.isTrusted()) refuse(untrusted('nothing of it is run'))
    const claim = claimOf(yard, task, input.executor ?? null)
    const reply = await send(context, { type: 'task.pilot', claim }, input.commandId)
    // A command that is repeated gets the agent that it made the first time.
    const agent = await untilPlaced(yard, parseAgentId(reply.ids[1] ?? claim.agentId))
    return startOf(yard, agent)
  }),
}

function claimOf(yard: Yard, task: Task, wished: string | null): Claim {
  const { settings } = yard.config()
  const { profile, why } = choose(yard, task, wished)
  if (!canPilot(profile)) refuse(notByHand(task, profile))
  const taken = holderOfFolder(yard, task, profile)
  if (taken) refuse(taken)
  const model = valueOf(resolveModel(settings, task, profile, originsOf(yard.config())))
  const way = { profile, why: `${why}; piloted by a person`, model }
  const claim = claimBy(yard.config(), task, way)
  const named = { ...claim, taskId: task.id, agentId: yard.nextAgentId(), timeoutMs: null }
  if (task.identity === null) return named
  const {
    source: _source,
    file: _file,
    ...identity
  } = valueOf(yard.identities.resolve(task.identity))
  return { ...named, identity }
}

/** The executor that is asked for, else the task's own; a person's task has none, so the yard's own does it. */
function choose(yard: Yard, task: Task, wished: string | null) {
  const { settings } = yard.config()
  const origins = originsOf(yard.config())
  const none = { executor: null, exec: null }
  if (wished !== null) {
    const named = valueOf(resolveExecutor(settings, { ...none, executor: wished }))
    return { ...named, why: named.why.replace('named by the task', 'named by its pilot') }
  }
  const own = valueOf(resolveExecutor(settings, task, origins))
  return isTakenByPeople(own.profile.type) ? valueOf(resolveExecutor(settings, none, origins)) : own
}

const notByHand = (task: Task, { name, type }: Profile): Failure =>
  failure(
    'bad-request',
    `executor "${name}" (${type}) is no CLI that a person can drive in a terminal`,
    {
      hint: `yard pilot ${task.id} --executor NAME, with one of the types ${pilotedTypes().join(', ')}`,
      facts: { id: task.id, executor: name },
    },
  )

/** Outside git coding agents have a folder in turn, and a person's is one of them. */
function holderOfFolder(yard: Yard, task: Task, profile: Profile): Failure | null {
  const folder = exclusiveFolderOf({ task, profile }, yard.paths.root)
  if (folder === null) return null
  const { settings } = yard.config()
  for (const { id, taskId, workplace, executor, by } of yard.plan.agents.values()) {
    const isThere = workplace?.cwd === folder && workplace.branch === null
    const isCoding = profileOf(settings, executor)?.coding ?? true
    // Its own agent is that of a request that is repeated.
    if (by === 'person' || taskId === task.id || !isThere || !isCoding) continue
    return failure('in-use', `${id} is at work in ${folder}, and only one may edit there`, {
      hint: `yard wait for its task, or let ${task.id} have a git worktree`,
      facts: { id: task.id, agent: id },
    })
  }
  return null
}

/** Resolves when its place and its prompt are ready; refuses with what kept it from that. */
async function untilPlaced(yard: Yard, id: AgentId): Promise<Agent> {
  const isOver = (): boolean => yard.plan.agents.get(id)?.startedAt !== null
  if (!isOver())
    await new Promise<void>((resolve) => {
      const off = yard.onCommitted(() => {
        if (!isOver()) return
        off()
        resolve()
      })
    })
  const living = yard.plan.agents.get(id)
  if (living) return living
  const ended = yard.store.agent(id)
  const reason = ended?.state.kind === 'ended' ? ended.state.failure?.reason : undefined
  return refuseAs(
    'wrong-state',
    `${id} got no place to work in: ${reason ?? 'it was taken back'}`,
    {
      hint: 'nothing was started; mend that and try again',
      facts: { agent: id },
    },
  )
}

/** What the terminal must know; its variables by name, for their values are the terminal's own. */
function startOf(yard: Yard, agent: Agent) {
  const { paths, store, plan } = yard
  const { settings } = yard.config()
  const order = launchOrderOf({ plan, store, settings, now: yard.now() }, agent)
  const record = readStageRecord(join(paths.agents, agent.id))
  const executor = order && executorOf(order.profile.type)
  if (!order || !record || !executor || record.generation !== agent.generation)
    return refuseAs('io', `what ${agent.id} is to be started with cannot be read`)
  const input = pilotInput(order, siteOf(record, paths.agents))
  const planned = pilotPlan(executor, input)
  if (!planned.ok) return refuseAs('wrong-state', planned.error.reason)
  const { name, type, env, baseUrl, apiKeyEnv } = order.profile
  return {
    agent: agent.id,
    task: agent.taskId,
    generation: agent.generation,
    model: agent.model,
    token: agentToken(openSecret(paths.service.secret), agent.id, agent.generation),
    key: record.key,
    cwd: record.workplace.cwd,
    branch: record.workplace.branch,
    folder: input.folder,
    argv: [...planned.value.argv],
    defaults: { ...planned.value.defaults },
    set: { ...planned.value.set },
    executor: { name, type, env: { ...env }, baseUrl, apiKeyEnv },
    promptFile: input.promptFile,
    resumes: order.resume !== null,
  }
}

const siteOf = ({ workplace, conversation, key }: StageRecord, agents: string) => ({
  cwd: workplace.cwd,
  agents,
  uuid: conversation ?? key,
})
