/** Requests of those who do a task themselves: people who take one in hand, and other orchestrators that claim one. */
import { resolve } from 'node:path'
import { toArtifacts } from '../../domain/executor.ts'
import type { Claim } from '../../domain/command.ts'
import { parseDuration } from '../../domain/format.ts'
import { failure } from '../../domain/failure.ts'
import { resolveExecutor } from '../../domain/routing/resolve.ts'
import { isTakenByPeople } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { isoTime } from '../views/iso-time.ts'
import { originsOf } from '../executors/origins.ts'
import { agentToken, openSecret } from './agent-token.ts'
import { procedures, send, taskOf, type HandlerContext } from './context.ts'
import { refuse, valueOf } from './failures.ts'
import { parseAgentId, reportOf, simple, viewOf } from './task-handlers.ts'

const os = procedures.task

const DEFAULT_LEASE_MS = 30_000
const MIN_LEASE_MS = 1000
const MAX_LEASE_MS = 7 * 24 * 3_600_000

export const claimHandlers = {
  take: os.take.handler(async ({ context, input }) => {
    const task = taskOf(context, input.id)
    const { claim, workplaceCwd } = claimOf(context, task)
    await send(context, { type: 'task.take', claim, workplaceCwd }, input.commandId)
    return viewOf(context, task.id)
  }),
  letGo: os.letGo.handler(({ context, input }) => simple(context, input, 'task.letGo')),
  claim: os.claim.handler(async ({ context, input }) => {
    const { yard } = context
    const task = taskOf(context, input.id)
    if (!yard.isTrusted()) refuse(untrusted())
    const leaseMs = leaseOf(input.lease)
    const { claim, workplaceCwd } = claimOf(context, task)
    const claimedBy = input.as.trim()
    const leased = { ...claim, leaseMs, ...(claimedBy === '' ? {} : { claimedBy }) }
    const reply = await send(
      context,
      { type: 'task.take', claim: leased, workplaceCwd },
      input.commandId,
    )
    // A command that is repeated gets the claim that it made the first time.
    const agentId = parseAgentId(reply.ids[1] ?? claim.agentId)
    const agent = yard.plan.agents.get(agentId) ?? yard.store.agent(agentId)
    const generation = agent?.generation ?? taskOf(context, input.id).generation
    yard.coordinator.heard(agentId)
    return {
      agent: agentId,
      task: task.id,
      generation,
      token: agentToken(openSecret(yard.paths.service.secret), agentId, generation),
      leaseUntil: isoTime(yard.coordinator.leaseUntil(agentId) ?? yard.now()),
    }
  }),
  settle: os.settle.handler(async ({ context, input }) => {
    const task = taskOf(context, input.id)
    const about = reportOf(context, task, input)
    const { status, reason = 'the service says that it failed', commandId } = input
    const artifacts = toArtifacts(input.artifacts)
    await send(
      context,
      status === 'done'
        ? { type: 'task.complete', ...about, artifacts, force: false }
        : { type: 'task.fail', ...about, reason, class: input.class ?? 'reported' },
      commandId,
    )
    return viewOf(context, task.id)
  }),
}

const untrusted = () =>
  failure('untrusted', 'this yard was not made here: nothing of it is handed out', {
    hint: 'yard trust shows what it would run, and confirms it',
  })

function leaseOf(given: string | number | undefined): number {
  if (given === undefined) return DEFAULT_LEASE_MS
  const ms = parseDuration(String(given), 's')
  if (ms !== null && ms >= MIN_LEASE_MS && ms <= MAX_LEASE_MS) return ms
  return refuse(
    failure('bad-request', `lease: ${JSON.stringify(given)} is no duration from 1 s to 7 days`, {
      hint: 'such as "30s" or "5m"; a bare number is seconds',
      facts: { field: 'lease' },
    }),
  )
}

/** A claim on a task that the coordinator never starts. */
export function claimOf(
  { yard }: HandlerContext,
  task: Task,
): { claim: Claim; workplaceCwd: string } {
  const config = yard.config()
  const choice = resolveExecutor(config.settings, task, originsOf(config))
  const { profile, why } = valueOf(choice)
  if (!isTakenByPeople(profile.type))
    refuse(
      failure('wrong-state', `task ${task.id} is for executor ${profile.name}, not for a person`, {
        hint: `yard edit ${task.id} --executor manual (or external) makes it one to take`,
        facts: { id: task.id, executor: profile.name },
      }),
    )
  const claim = {
    taskId: task.id,
    agentId: yard.nextAgentId(),
    executor: profile.name,
    executorType: profile.type,
    model: null,
    modelId: null,
    provider: null,
    provenance: { executor: why, model: 'whoever takes it has its own' },
    timeoutMs: null,
  }
  return { claim, workplaceCwd: task.repo === null ? yard.paths.root : resolve(task.repo) }
}
