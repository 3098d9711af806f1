/** What has changed since the last patch of the live view. */
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import type { Patch, Summary, Topic } from '../../contract/view.ts'
import type { Agent } from '../../domain/agent.ts'
import type { AgentId, TaskId } from '../../domain/ids.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import { toAgentView } from './agent-view.ts'
import { type LiveIndex, type SummarySource, topicsOf, touchedBy, toSummary } from './live-index.ts'

export type News = ReturnType<typeof createNews>

export function createNews(yard: SummarySource, index: LiveIndex) {
  let tasks = new Set<TaskId>()
  let agents = new Map<AgentId, Agent>()
  let topics = new Set<Topic>()
  let from: number | null = null
  let lastSummary = JSON.stringify(toSummary(yard, index))
  let told = new Map<AgentId, string>()

  const changedSummary = (): Summary | null => {
    const summary = toSummary(yard, index)
    const text = JSON.stringify(summary)
    if (text === lastSummary) return null
    lastSummary = text
    return summary
  }
  const take = (): Patch | null => {
    if (from === null && tasks.size + topics.size === 0) return null
    for (const id of tasks) index.refresh(id)
    const cards = [...tasks].map((id) => ({ id, card: index.card(id) }))
    const patch: Patch = {
      from: from ?? yard.store.seq,
      seq: yard.store.seq,
      tasks: cards.flatMap(({ card }) => (card ? [card] : [])),
      removed: cards.flatMap(({ id, card }) => (card || isStanding(id) ? [] : [id])),
      agents: [...agents.values()].map((agent) => toAgentView(yard, agent)),
      summary: changedSummary(),
      positions: null,
      topics: [...topics],
    }
    tasks = new Set()
    agents = new Map()
    topics = new Set()
    from = null
    return patch
  }
  return {
    /** Tasks that are to be told. */
    size: (): number => tasks.size,
    touch(id: TaskId): void {
      tasks.add(id)
      if (isStanding(id)) topics.add('members')
    },
    /** What is asked for of these is old. */
    outdate(...old: readonly Topic[]): void {
      for (const topic of old) topics.add(topic)
    },
    add(batch: CommittedBatch): void {
      from ??= batch.from
      for (const id of touchedBy(yard, batch)) tasks.add(id)
      for (const topic of topicsOf(yard, batch)) topics.add(topic)
      for (const change of batch.changes)
        if (change.entity === 'agent' && change.after) agents.set(change.after.id, change.after)
    },
    /** All since the last time as one patch; null when there is none. */
    take,
    /** Null when it is as it was last told. */
    changedSummary,
    /** Living agents whose live facts differ from those last asked for. */
    changedFacts(): Patch['agents'] {
      const now = new Map<AgentId, string>()
      const changed: Agent[] = []
      for (const agent of yard.plan.agents.values()) {
        const text = JSON.stringify([yard.facts(agent.id), yard.vitals.of(agent.id)])
        now.set(agent.id, text)
        if (told.get(agent.id) !== text) changed.push(agent)
      }
      told = now
      return changed.map((agent) => toAgentView(yard, agent))
    },
  }
}
