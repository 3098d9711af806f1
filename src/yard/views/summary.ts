/** The yard as a whole, and the whole live graph. */
import { basename } from 'node:path'
import type { BreakerView, Snapshot, Summary, TaskCard } from '../../contract/view.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { Breaker } from '../../domain/plan.ts'
import type { Yard } from '../yard.ts'
import { toAgentView } from './agent-view.ts'
import { yardAttention } from './attention.ts'
import { isoOrNull, isoTime } from './iso-time.ts'
import { isToLand } from './card-source.ts'
import { createLiveIndex, type LiveIndex } from './live-index.ts'

/** Knows no task yet. */
export const newIndex = (yard: Yard): LiveIndex =>
  createLiveIndex({
    plan: yard.plan,
    now: () => yard.now(),
    settings: () => yard.config().settings,
    costOf: (id) => yard.spending.costOf(id),
    isToLand: (task) => isToLand(yard, task),
    hostProblem: (route) => yard.hostProblem(route),
    isTrusted: () => yard.isTrusted(),
  })

/** Costs a walk over all tasks in one go. */
export function indexOf(yard: Yard): LiveIndex {
  const index = newIndex(yard)
  for (const id of yard.plan.tasks.keys()) index.refresh(id)
  return index
}

export function toSummary(yard: Yard, index: LiveIndex): Summary {
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
  yard: Yard,
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
