/** The end of a turn, with all that follows from it: its task, the messages that it took, its member, and who is asked about a failure that repeats. */
import type { Agent, Outcome } from '../agent.ts'
import type { CommandOf } from '../command.ts'
import type { Event } from '../event.ts'
import type { WorkFailure } from '../failure.ts'
import type { MailPolicy, Recipient } from '../messages/message.ts'
import { isStanding } from '../messages/standing.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import {
  afterOtherTurn,
  DEFAULT_MAIL,
  isSpent,
  sentEvents,
  standingEvents,
  turnEnded,
  yardMessage,
} from './mail-turn.ts'

interface Ended {
  readonly plan: Plan
  readonly task: Task
  readonly agent: Agent
  readonly end: Pick<CommandOf<'agent.end'>, 'mail' | 'escalateTo'>
  readonly outcome: Outcome
  readonly failure: WorkFailure | null
  /** What becomes of the task by its end alone. */
  readonly settled: readonly Event[]
  readonly at: number
}

/** What the task comes to, with what becomes of the messages that its agent took and when its member is woken next. */
export function afterTurn(ended: Ended): Event[] {
  const { plan, task, agent, outcome, failure, settled, at } = ended
  const { mail = DEFAULT_MAIL, escalateTo: to } = ended.end
  // Whoever drives an agent of its own may leave a turn as it is.
  const isOwn = agent.by === 'pilot' || mail.isPiloted === true
  const turn = turnEnded({
    plan,
    task,
    agent,
    mail,
    at,
    isDone: outcome === 'done',
    isTry: isSpent(settled[0]) && !isOwn,
    mayLeaveNone: !isOwn,
    reason: failure?.reason ?? 'its turn ended without a result',
  })
  const own = standingEvents({ task, agent, at }, settled, turn.waiting)
  const woken = afterOtherTurn(plan, task, turn, at)
  const isAsked = to && failure !== null && isSpent(settled[0])
  const escalated = isAsked ? escalation(plan, { task, failure, to, mail, at }) : []
  return [...own, ...turn.events, ...woken, ...escalated]
}

// A task that fails twice running in the same way: somebody is asked what becomes of it.

interface Repeated {
  readonly task: Task
  readonly failure: WorkFailure
  readonly to: Recipient
  readonly mail: MailPolicy
  readonly at: number
}

/** Nothing where this failure is another than the last, or was asked about before. */
function escalation(plan: Plan, { task, failure, to, mail, at }: Repeated): Event[] {
  if (task.lastFailure === null || isStanding(task.id)) return []
  const kind = signatureOf(failure)
  if (kind !== signatureOf(task.lastFailure) || kind === task.escalated) return []
  const text = `Task ${task.id} has failed twice running in the same way (${failure.class}): ${failure.reason}`
  const message = {
    ...yardMessage(at, `escalated ${task.id} ${task.generation}`, text),
    to: [to.name],
    kind: 'question',
    task: task.id,
    asks: { taskId: task.id, what: 'escalation' },
  } as const
  return [
    { type: 'task.escalated', at, id: task.id, failure: kind },
    ...sentEvents(plan, { ...message, to: [to.name] }, [to], { at, noticeMs: mail.retryAfterMs }),
  ]
}

/** Without paths, ids and numbers, which differ between two of the same. */
const signatureOf = ({ class: kind, reason }: WorkFailure): string =>
  `${kind}: ${reason
    .toLowerCase()
    .replace(/(?:[a-z]:)?[\\/][^\s'":,]*/g, '/')
    .replace(/\b[0-9a-f-]{7,}\b/g, '#')
    .replace(/\d+/g, '#')
    .slice(0, 500)}`
