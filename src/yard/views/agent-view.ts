/** An agent as it is shown: its committed state, and the live facts of one that runs. */
import { join } from 'node:path'
import type { AgentView } from '../../contract/view.ts'
import type { Agent } from '../../domain/agent.ts'
import type { Yard } from '../yard.ts'
import { isoOrNull, isoTime } from './iso-time.ts'

export type AgentSource = Pick<Yard, 'facts' | 'paths'>

export function toAgentView(source: AgentSource, agent: Agent): AgentView {
  const { state, workplace } = agent
  const facts = state.kind === 'ended' ? null : source.facts(agent.id)
  return {
    id: agent.id,
    task: agent.taskId,
    executor: agent.executor,
    executorType: agent.executorType,
    model: agent.model,
    modelId: agent.modelId,
    status: state.kind,
    stopReason: state.kind === 'stopping' ? state.reason : null,
    outcome: state.kind === 'ended' ? state.outcome : null,
    failure: state.kind === 'ended' ? state.failure : null,
    pid: agent.pid,
    claimedAt: isoTime(agent.claimedAt),
    startedAt: isoOrNull(agent.startedAt),
    endedAt: isoOrNull(agent.endedAt),
    lastHeardAt: isoOrNull(facts?.lastHeardAt ?? agent.endedAt),
    doing: facts?.doing ?? null,
    outputBytes: facts?.outputBytes ?? null,
    generation: agent.generation,
    exitCode: agent.exitCode,
    usage: agent.usage,
    conversation: agent.conversation,
    resumed: agent.resumed,
    provenance: agent.provenance,
    cwd: workplace?.cwd ?? null,
    branch: workplace?.branch ?? null,
    baseCommit: workplace?.baseCommit ?? null,
    changes: agent.changes,
    folder: join(source.paths.agents, agent.id),
  }
}
