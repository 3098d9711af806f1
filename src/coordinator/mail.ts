/** Upkeep of messages: standing tasks of members, notices to people, and news of delegated tasks. All of it is read from the plan. */
import { clip } from '../base/text.ts'
import { storableText } from '../domain/bounds.ts'
import type { Command } from '../domain/command.ts'
import type { TaskId } from '../domain/ids.ts'
import { derivedMessageId } from '../domain/messages/derived-id.ts'
import {
  type Delivery,
  type Message,
  noticesOf,
  repeatDelayMs,
} from '../domain/messages/message.ts'
import { isStanding, standingIdOf } from '../domain/messages/standing.ts'
import { type Task, isFinished } from '../domain/task.ts'
import type { CommittedBatch } from './dispatch.ts'
import type { CoordinatorParts, MailPort } from './ports.ts'

export function createMailUpkeep({ plan, mail, startsAgents }: CoordinatorParts) {
  let isSynced = false
  /** Delegated tasks that may have ended without their sender being told. */
  const ended = new Set<TaskId>()
  const noteTask = (task: Task | null): void => {
    if (task?.delegation && !task.delegation.isTold && isFinished(task)) ended.add(task.id)
  }
  /** It has gone, or its turn is over, which was let finish although its member has gone. */
  const isLeft = ({ before, after }: Changed): boolean => {
    if (after === null) return true
    const isEnd = before?.state.kind === 'in-progress' && after.state.kind !== 'in-progress'
    return isEnd && !(mail?.members() ?? []).some(({ name }) => standingIdOf(name) === after.id)
  }
  return {
    note({ changes }: CommittedBatch): void {
      for (const change of changes) {
        if (change.entity === 'task') noteTask(change.after)
        if (change.entity === 'task' && isStanding(change.id) && isLeft(change)) isSynced = false
      }
    },
    /** The settings may have changed, or nothing is known. */
    reset(): void {
      isSynced = false
      for (const task of plan.tasks.notable()) noteTask(task)
    },
    commands(now: number): Command[] {
      if (!mail || !startsAgents) return []
      // What it reads can fail: nothing is struck off before all of it was read.
      const commands = [...ended].flatMap((id) => settling(mail, id))
      ended.clear()
      if (!isSynced) commands.unshift({ type: 'members.sync', members: mail.members() })
      isSynced = true
      for (const delivery of plan.deliveries.values()) {
        const dueAt = noticeDueAt(mail, delivery)
        if (dueAt !== null && dueAt <= now) commands.push(noticeOf(mail, delivery, now))
      }
      return commands
    },
    /** When the next notice is due, ms; null = none is. */
    nextDueAt(): number | null {
      let next: number | null = null
      if (!mail || !startsAgents) return next
      for (const delivery of plan.deliveries.values()) {
        const dueAt = noticeDueAt(mail, delivery)
        if (dueAt !== null) next = Math.min(dueAt, next ?? dueAt)
      }
      return next
    },
  }

  function settling(port: MailPort, id: TaskId): Command[] {
    const task = plan.tasks.get(id)
    const told = task && newsOfEnd(task)
    const sending = told && port.sendingTo(told.to[0] ?? '', told)
    return sending ? [{ type: 'delegation.settle', id, sending }] : []
  }
}

/** When the person that it is for, or that drives the member that it is for, is given a notice of it, ms; null = never. */
function noticeDueAt(mail: MailPort, delivery: Delivery): number | null {
  const { state, recipientKind, recipient, noticeAt, at } = delivery
  if (state.kind !== 'waiting') return null
  if (recipientKind === 'person') return noticeAt
  if (recipientKind !== 'member') return null
  const { isPiloted, retryAfterMs } = mail.policyOf(recipient)
  if (!isPiloted) return null
  return noticesOf(delivery) === 0 ? (noticeAt ?? at + retryAfterMs) : noticeAt
}

function noticeOf(mail: MailPort, delivery: Delivery, now: number): Command {
  const policy = mail.policyOf(delivery.recipient)
  const number = noticesOf(delivery) + 1
  const isLast = number >= policy.tries
  const nextAt = isLast ? null : now + repeatDelayMs(policy, number + 1)
  return { type: 'delivery.notice', id: delivery.id, number, nextAt, isLast }
}

interface Changed {
  readonly before: Task | null
  readonly after: Task | null
}

/** To whoever asked a member for it. */
function newsOfEnd({ id, title, state, delegation, completedAt, createdAt }: Task): Message | null {
  if (!delegation) return null
  const { messageId, from, hops = 0 } = delegation
  const why = state.kind === 'failed' ? `: ${state.failure.reason}` : ''
  const text = `Task ${id} (${title}), which you asked for, is ${state.kind}${why}`
  return {
    id: derivedMessageId(completedAt ?? createdAt, `end ${id} ${messageId}`),
    at: completedAt ?? createdAt,
    from: 'yard',
    to: [from],
    kind: 'message',
    priority: 'normal',
    task: id,
    replyTo: messageId,
    conversation: null,
    text: clip(storableText(text), 2000),
    hops,
    diff: null,
    asks: null,
    decision: null,
  }
}
