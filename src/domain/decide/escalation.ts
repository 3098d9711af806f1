/** A task that fails twice running in the same way: somebody is asked what becomes of it. */
import type { Event } from '../event.ts'
import type { WorkFailure } from '../failure.ts'
import { isStanding, type Recipient } from '../messages/message.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { isSpent, sentEvents, yardMessage } from './mail-turn.ts'

interface Repeated {
  readonly task: Task
  readonly failure: WorkFailure | null
  readonly settled: readonly Event[]
  readonly to: Recipient
  readonly at: number
}

/** Nothing where this failure is another than the last, or was asked about before. */
export function escalation(plan: Plan, { task, failure, settled, to, at }: Repeated): Event[] {
  if (failure === null || task.lastFailure === null || isStanding(task.id)) return []
  if (!isSpent(settled[0])) return []
  const kind = signatureOf(failure)
  if (kind !== signatureOf(task.lastFailure) || kind === task.escalated) return []
  const text = `Task ${task.id} has failed twice running in the same way (${failure.class}): ${failure.reason}`
  const message = {
    ...yardMessage(at, `escalated ${task.id} ${task.generation}`, text.slice(0, 2000)),
    to: [to.name],
    kind: 'question',
    task: task.id,
    asks: { taskId: task.id, what: 'escalation' },
  } as const
  return [
    { type: 'task.escalated', at, id: task.id, failure: kind },
    ...sentEvents(plan, { ...message, to: [to.name] }, [to], { at, noticeMs: null }),
  ]
}

/** Without paths, ids and numbers, which differ between two of the same. */
export const signatureOf = ({ class: kind, reason }: WorkFailure): string =>
  `${kind}: ${reason
    .toLowerCase()
    .replace(/(?:[a-z]:)?[\\/][^\s'":,]*/g, '/')
    .replace(/\b[0-9a-f-]{7,}\b/g, '#')
    .replace(/\d+/g, '#')
    .slice(0, 500)}`
