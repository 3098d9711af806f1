/** The yard as a whole, and the whole live graph. */
import { basename } from 'node:path'
import type { BreakerView, Snapshot, Summary, TaskCard } from '../../contract/view.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { Breaker } from '../../domain/plan.ts'
import type { Yard } from '../yard.ts'
import { toAgentView, type AgentSource } from './agent-view.ts'
import { yardAttention } from './attention.ts'
import { isoOrNull, isoTime } from './iso-time.ts'
import { createLiveIndex, type LiveIndex } from './live-index.ts'
import { cardSourceOf, type CardPort } from './task-card.ts'

export type SummarySource = CardPort &
  AgentSource &
  Pick<
    Yard,
    | 'machineHold'
    | 'openedAt'
    | 'pausedSince'
    | 'positions'
    | 'readOnly'
    | 'spending'
    | 'store'
    | 'version'
    | 'vitals'
  >

/** Costs a walk over all tasks in one go. */
export function indexOf(yard: SummarySource): LiveIndex {
  const index = createLiveIndex(() => cardSourceOf(yard))
  for (const id of yard.plan.tasks.keys()) index.refresh(id)
  return index
}

export function toSummary(yard: SummarySource, index: LiveIndex): Summary {
  const pause = yard.pausedSince()
  const { coordinator, budget } = yard.config().settings
  return {
    name: basename(yard.paths.root),
    folder: yard.paths.root,
    host: yard.host,
    version: yard.version,
    paused: yard.plan.facts.paused,
    readOnly: yard.readOnly(),
    trusted: yard.isTrusted(),
    agents: {
      alive: yard.plan.agents.size,
      max: coordinator.maxAgents,
    },
    pausedAt: isoOrNull(pause?.at ?? null),
    pausedBy: pause?.by ?? null,
    machine: { ...yard.vitals.machine(), hold: yard.machineHold()?.text ?? null },
    today: yard.spending.today(yard.now()),
    dayCap: { usd: budget.dayUsd, tokens: budget.dayTokens },
    tasks: index.counts(),
    breakers: [...yard.plan.breakers.values()].map(toBreakerView),
    attention: [...yardAttention(yard), ...index.attention()],
  }
}

/** `cards` has those of all tasks as of now. */
export function toSnapshot(
  yard: SummarySource,
  index: LiveIndex,
  cards: ReadonlyMap<TaskId, TaskCard>,
): Snapshot {
  return {
    seq: yard.store.seq,
    tasks: [...yard.plan.tasks.keys()].flatMap((id) => cards.get(id) ?? []),
    agents: [...yard.plan.agents.values()].map((agent) => toAgentView(yard, agent)),
    summary: toSummary(yard, index),
    positions: Object.fromEntries(yard.positions.all()),
  }
}

const toBreakerView = (breaker: Breaker): BreakerView => ({
  key: breaker.id,
  kind: breaker.kind,
  subject: breaker.subject,
  reason: breaker.reason,
  since: isoTime(breaker.since),
  until: isoOrNull(breaker.until),
})
