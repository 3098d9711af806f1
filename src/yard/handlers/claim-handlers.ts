/** Requests of those who do a task themselves: people who take one in hand, and other orchestrators that claim one. */
import { toArtifacts } from '../../domain/executor.ts'
import { parseDuration } from '../../domain/format.ts'
import { isoTime } from '../views/iso-time.ts'
import { agentToken, openSecret } from './agent-token.ts'
import { procedures, send, taskOf } from './context.ts'
import { refuse, refuseAs, untrusted } from './failures.ts'
import { act, change, claimOf, parseAgentId, reportOf } from './task-commands.ts'

const os = procedures.task

const DEFAULT_LEASE_MS = 30_000
const MIN_LEASE_MS = 1000
const MAX_LEASE_MS = 7 * 24 * 3_600_000

export const claimHandlers = {
  take: os.take.handler(({ context, input }) => change(context, { do: 'take', ...input })),
  letGo: os.letGo.handler(({ context, input }) => change(context, { do: 'letGo', ...input })),
  claim: os.claim.handler(async ({ context, input }) => {
    const { yard } = context
    const task = taskOf(context, input.id)
    if (!yard.isTrusted()) refuse(untrusted('nothing of it is handed out'))
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
  settle: os.settle.handler(({ context, input }) =>
    act(context, input, (task) => {
      const about = reportOf(context, task, input)
      const { status, reason = 'the service says that it failed' } = input
      return status === 'done'
        ? {
            type: 'task.complete',
            ...about,
            artifacts: toArtifacts(input.artifacts),
            force: false,
            evaluation: context.yard.judging.policyOf(task),
          }
        : { type: 'task.fail', ...about, reason, class: input.class ?? 'reported' }
    }),
  ),
}

function leaseOf(given: string | number | undefined): number {
  if (given === undefined) return DEFAULT_LEASE_MS
  const ms = parseDuration(String(given), 's')
  if (ms !== null && ms >= MIN_LEASE_MS && ms <= MAX_LEASE_MS) return ms
  return refuseAs(
    'bad-request',
    `lease: ${JSON.stringify(given)} is no duration from 1 s to 7 days`,
    {
      hint: 'such as "30s" or "5m"; a bare number is seconds',
      facts: { field: 'lease' },
    },
  )
}
