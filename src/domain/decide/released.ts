/** The end of a hold on a task by somebody's word, with what becomes of the messages that its agent took. */
import type { Agent, StopReason } from '../agent.ts'
import type { Event } from '../event.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { type Circumstances, personEnded } from './decision.ts'
import { afterWord } from './mail-turn.ts'

interface Hold {
  readonly plan: Plan
  readonly task: Task
  /** Its agent; null where nobody has it. */
  readonly living: Agent | null
}

/** Of a person or claimant at once; of a process by ending its tree, and its messages are settled when that has ended. */
export function release(
  { plan, task, living }: Hold,
  reason: StopReason,
  outcome: 'done' | 'failed' | 'superseded',
  { at }: Circumstances,
): Event[] {
  if (!living) return []
  if (living.by === 'person')
    return [
      personEnded(living, outcome, at),
      ...afterWord(plan, task, living, { isDone: outcome === 'done', at }),
    ]
  if (living.state.kind === 'stopping') return []
  return [{ type: 'agent.stopping', at, id: living.id, reason, force: false }]
}
