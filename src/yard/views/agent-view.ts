/** An agent as it is shown: its committed state, and the live facts of one that runs. */
import { join } from 'node:path'
import type { AgentView } from '../../contract/view.ts'
import { recordedUsage, type Agent, type AgentState, type Usage } from '../../domain/agent.ts'
import type { LiveFacts } from '../../domain/executor.ts'
import type { Yard } from '../yard.ts'
import { isoOrNull, isoTime } from './iso-time.ts'

export type AgentSource = Pick<Yard, 'facts' | 'paths' | 'vitals'>

export function toAgentView(source: AgentSource, agent: Agent): AgentView {
  const facts = agent.state.kind === 'ended' ? null : source.facts(agent.id)
  return {
    id: agent.id,
    task: agent.taskId,
    executor: agent.executor,
    executorType: agent.executorType,
    by: agent.by,
    said: agent.report?.kind ?? null,
    model: agent.model,
    modelId: agent.modelId,
    ...stateOf(agent.state),
    ...shownFacts(facts),
    lastHeardAt: isoOrNull(facts?.lastHeardAt ?? agent.endedAt),
    ...source.vitals.of(agent.id),
    pid: agent.pid,
    claimedAt: isoTime(agent.claimedAt),
    startedAt: isoOrNull(agent.startedAt),
    endedAt: isoOrNull(agent.endedAt),
    timeoutMs: agent.timeoutMs,
    generation: agent.generation,
    exitCode: agent.exitCode,
    usage: agent.usage ?? liveUsage(facts),
    costSource: agent.costSource,
    conversation: agent.conversation,
    resumed: agent.resumed,
    claimedBy: agent.claimedBy,
    provenance: { ...agent.provenance, executor: executorReason(agent) },
    cwd: agent.workplace?.cwd ?? null,
    branch: agent.workplace?.branch ?? null,
    baseCommit: agent.workplace?.baseCommit ?? null,
    changes: agent.changes,
    folder: join(source.paths.agents, agent.id),
  }
}

const liveUsage = (facts: LiveFacts | null): Usage | null =>
  facts?.usage ? recordedUsage(facts.usage) : null

const shownFacts = (facts: LiveFacts | null) => ({
  doing: facts?.doing ?? null,
  outputBytes: facts?.outputBytes ?? null,
  isBusy: facts?.isBusy ?? null,
})

/** Why it has its executor, and who claimed it. */
export const executorReason = ({ provenance, claimedBy }: Agent): string =>
  claimedBy === null ? provenance.executor : `${provenance.executor}; claimed as ${claimedBy}`

const stateOf = (state: AgentState) => ({
  status: state.kind,
  stopReason: state.kind === 'stopping' ? state.reason : null,
  stoppingSince: state.kind === 'stopping' ? isoTime(state.since) : null,
  outcome: state.kind === 'ended' ? state.outcome : null,
  failure: state.kind === 'ended' ? state.failure : null,
})
