/** What a task's living agent comes to when somebody else settles the task. */
import type { Agent, StopReason } from '../agent.ts'
import type { Event } from '../event.ts'
import type { Circumstances } from './decision.ts'

/** Ends the hold that a living agent has: a person's at once, a process's by ending its tree. */
export function release(
  living: Agent | null,
  reason: StopReason,
  outcome: 'done' | 'failed' | 'superseded',
  now: Circumstances,
): Event[] {
  if (!living) return []
  if (living.by === 'person') return [personEnded(living, outcome, now.at)]
  if (living.state.kind === 'stopping') return []
  return [{ type: 'agent.stopping', at: now.at, id: living.id, reason, force: false }]
}

export const personEnded = (
  agent: Agent,
  outcome: 'done' | 'failed' | 'superseded',
  at: number,
): Event => ({
  type: 'agent.ended',
  at,
  id: agent.id,
  endedAt: at,
  outcome,
  failure: null,
  exitCode: null,
  usage: null,
  conversation: null,
  resumable: false,
  changes: null,
})
