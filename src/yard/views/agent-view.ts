/** An agent as it is shown: its committed state, and the live facts of one that runs. */
import { join } from 'node:path'
import type { AgentView } from '../../contract/view.ts'
import { recordedUsage, type Agent, type AgentState } from '../../domain/agent.ts'
import type { Yard } from '../yard.ts'
import { isoOrNull, isoTime } from './iso-time.ts'

export type AgentSource = Pick<Yard, 'facts' | 'paths' | 'vitals'>

export function toAgentView(source: AgentSource, agent: Agent): AgentView {
  return {
    id: agent.id,
    task: agent.taskId,
    executor: agent.executor,
    executorType: agent.executorType,
    by: agent.by,
    said: agent.report?.kind ?? null,
    model: agent.model,
    modelId: agent.modelId,
    identity: agent.identity,
    ...stateOf(agent.state),
    ...liveFactsOf(source, agent),
    ...source.vitals.of(agent.id),
    pid: agent.pid,
    claimedAt: isoTime(agent.claimedAt),
    startedAt: isoOrNull(agent.startedAt),
    endedAt: isoOrNull(agent.endedAt),
    timeoutMs: agent.timeoutMs,
    generation: agent.generation,
    exitCode: agent.exitCode,
    costSource: agent.costSource,
    conversation: agent.conversation,
    resumed: agent.resumed,
    claimedBy: agent.claimedBy,
    choice: choiceOf(agent),
    triage: triageOf(agent),
    provenance: { ...agent.provenance, executor: executorReason(agent) },
    cwd: agent.workplace?.cwd ?? null,
    branch: agent.workplace?.branch ?? null,
    baseCommit: agent.workplace?.baseCommit ?? null,
    changes: agent.changes,
    folder: join(source.paths.agents, agent.id),
  }
}

/** What its process is known to do; of one that has ended, and of one that was not seen yet, what is recorded. */
function liveFactsOf(source: AgentSource, agent: Agent) {
  const { endedAt, usage, state, id } = agent
  const facts = state.kind === 'ended' ? null : source.facts(id)
  if (!facts) return { ...UNSEEN, lastHeardAt: isoOrNull(endedAt), usage }
  const { lastHeardAt, doing, outputBytes, isBusy, usage: told } = facts
  const used = usage ?? (told ? recordedUsage(told) : null)
  return { lastHeardAt: isoTime(lastHeardAt), doing, outputBytes, isBusy, usage: used }
}

const UNSEEN = { doing: null, outputBytes: null, isBusy: null }

/** Why it was chosen, without what the yard keeps of it for later choices. */
export function choiceOf({ choice }: Pick<Agent, 'choice'>): AgentView['choice'] {
  if (choice === null) return null
  const { arm, chance, explored, reason } = choice
  return { arm, chance, explored, reason }
}

function triageOf({ triage }: Agent): AgentView['triage'] {
  if (triage === null) return null
  const { verdict, reason, at, by } = triage
  return { verdict, reason, at: isoTime(at), by }
}

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
