/**
 * What rows of the journal must be as far as messages are delivered: each delivery is taken by a claim or by a living agent alone, is
 * given back or closed at that agent's end, has one end and never changes after it. The rules are said here a second time, by what the
 * journal told before each row and what the processes really did.
 */
import type { Agent } from '../../../src/domain/agent.ts'
import type { TaskId } from '../../../src/domain/ids.ts'
import type { Delivery, MailPolicy, Message } from '../../../src/domain/messages/message.ts'
import { isStanding } from '../../../src/domain/messages/standing.ts'
import type { Task } from '../../../src/domain/task.ts'
import type { StoredRow } from '../../../src/store/journal.ts'
import { nameOf, spendsTry, type Step } from '../truths.ts'
import { holds } from '../violation.ts'
import type { World } from '../world.ts'
import type { SimMail } from './sim-mail.ts'

const MOST_TAKEN = 10
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const RANKS: readonly string[] = ['urgent', 'normal', 'low']

/** As the journal tells them. */
export interface MailEntities {
  readonly agent: (id: string) => Agent | undefined
  readonly task: (id: string) => Task | undefined
}

export interface MailTruths {
  look(step: Step, entities: MailEntities): void
  /** All rows of a look have been seen. */
  end(entities: MailEntities): void
  /** Another database took the place. */
  adopt(deliveries: Iterable<Delivery>, agents: Iterable<Agent>): void
  /** Open ones, as the journal tells them. */
  readonly open: ReadonlyMap<string, Delivery>
}

/** What a claim must take, and what it has taken so far. */
interface Turn {
  readonly agentId: string
  readonly expected: readonly string[]
  readonly taken: string[]
}

/** The last end of an agent. */
interface End {
  readonly agent: Agent
  readonly isDone: boolean
  /** Null where a verdict or another database decides that. */
  readonly isSpent: boolean | null
  readonly policy: MailPolicy
}

export function createMailTruths(mail: SimMail, world: World): MailTruths {
  const open = new Map<string, Delivery>()
  /** Of an earlier database: how they began is not known to this one. */
  const adopted = new Set<string>()
  /** Messages by which a task asks, and those that answer them. */
  const [questions, answers] = [new Set<string>(), new Set<string>()]
  let lastSeen = 0
  let turn: Turn | null = null
  let ended: End | null = null
  /** Standing tasks that a person has woken while nothing waited for them. */
  const byHand = new Set<string>()
  /** When each sender wrote to each recipient, by the journal, ms. */
  const sentAt = new Map<string, number[]>()
  /** The row with which each began. */
  const sentIn = new Map<string, number>()

  const dueTo = (names: readonly string[], at: number): Delivery[] =>
    [...open.values()]
      .filter(
        ({ recipient, state }) =>
          names.includes(recipient) &&
          state.kind === 'waiting' &&
          (state.notBefore === null || state.notBefore <= at),
      )
      .toSorted(inOrder)
  const onMessage = ({ id, asks, replyTo }: Message): void => {
    if (asks?.what === 'answer') questions.add(id)
    if (replyTo !== null && questions.has(replyTo)) answers.add(id)
  }
  const closeTurn = (): void => {
    if (!turn) return
    const { agentId, expected, taken } = turn
    turn = null
    holds(
      taken.length === expected.length && taken.every((id, i) => id === expected[i]),
      1,
      () => `${agentId} took ${taken.join(' ')} of ${expected.join(' ')}`,
    )
  }
  const onClaim = (agent: Agent, task: Task | undefined, at: number): void => {
    const due = agent.by === 'process' && task ? takenAtClaim(dueTo(namesOf(task), at), task) : []
    turn = { agentId: agent.id, expected: due.map(({ id }) => id), taken: [] }
    if (!task || agent.by !== 'process') return
    const isFresh = due.some((one) => one.isFresh || one.tries >= 2)
    holds(
      !isFresh || !agent.resumed,
      4,
      () => `${agent.id} goes on with a conversation that a repeat should leave`,
    )
    if (isStanding(task.id)) onTurn(agent, task, due)
  }
  /** Of a standing task. */
  const onTurn = (agent: Agent, task: Task, due: readonly Delivery[]): void => {
    holds(
      due.some(({ priority }) => priority !== 'low') || byHand.has(task.id),
      6,
      () => `${agent.id} is a turn of ${task.id} that nothing has woken`,
    )
    const settings = mail.settings.members[task.id.slice(1)]
    const job = due[0] && jobOf(due[0])
    holds(
      settings?.conversation !== 'new' ||
        !agent.resumed ||
        job !== null ||
        due.some(({ resumes }) => resumes),
      4,
      () => `${agent.id} goes on with a conversation of ${task.id}`,
    )
  }
  const onEnd = (agent: Agent, task: Task | undefined): void => {
    const isHolder = task?.state.kind === 'in-progress' && task.state.agentId === agent.id
    const process = world.processOf(agent.id)
    const isUnsure = adopted.has(agent.id) || agent.triage !== null
    ended = {
      agent,
      isDone: agent.state.kind === 'ended' && agent.state.outcome === 'done',
      isSpent: isUnsure ? null : isHolder && spendsTry(agent, process),
      policy: mail.policyOf(agent.member),
    }
  }
  const onTaken = (row: StoredRow, was: Delivery, now: Delivery, of: MailEntities): void => {
    if (now.state.kind !== 'taken') return
    const { agentId } = now.state
    const agent = of.agent(agentId)
    holds(
      was.state.kind === 'waiting',
      4,
      () => `${row.id} is taken by ${agentId}, and was ${was.state.kind}`,
    )
    holds(
      agent !== undefined && agent.state.kind !== 'ended',
      1,
      () => `${row.id} is taken by ${agentId}, which does not live`,
    )
    if (row.by === agentId) return
    holds(turn?.agentId === agentId, 1, () => `${row.id} is taken by ${agentId} without its claim`)
    turn?.taken.push(row.id)
    holds((turn?.taken.length ?? 0) <= MOST_TAKEN, 3, () => `${agentId} takes more than ten`)
  }
  /** It was taken, and the turn is over. */
  const lastEnd = (row: StoredRow, was: Delivery): End | null => {
    if (was.state.kind !== 'taken') return null
    const { agentId } = was.state
    holds(
      ended?.agent.id === agentId,
      1,
      () => `${row.event} moves ${row.id}, which ${agentId} has taken and not ended`,
    )
    return ended
  }
  const onReturned = (step: Step, was: Delivery, now: Delivery, of: MailEntities): void => {
    const { row } = step
    const end = lastEnd(row, was)
    holds(end !== null, 4, () => `${row.id} is given back, and was ${was.state.kind}`)
    if (!end || now.state.kind !== 'waiting') return
    const { policy } = end
    const isSpent = spentBy(end)
    const isTry = now.tries > was.tries
    holds(
      !end.isDone || isWaitedFor(was, step, of),
      4,
      () => `${row.id} is given back by a turn that was done`,
    )
    holds(
      isSpent === null || isSpent === isTry,
      4,
      () => `${row.id} has ${isTry ? 'spent a' : 'spent no'} try by ${nameOf(end.agent)}`,
    )
    holds(
      now.tries === was.tries + (isTry ? 1 : 0) && now.tries < policy.tries,
      4,
      () => `${row.id} waits again after ${now.tries} of ${policy.tries} tries`,
    )
    const delayMs = Math.max(
      policy.retryAfterMs,
      Math.min(HOUR_MS, policy.retryAfterMs * 2 ** (now.tries - 1)),
    )
    const expected = isTry ? row.at + delayMs : null
    holds(
      now.state.notBefore === expected,
      4,
      () =>
        `${row.id} comes again ${now.state.kind === 'waiting' ? now.state.notBefore : ''}, not ${expected}`,
    )
  }
  /** Its task is over, and no agent of it will read this. */
  const isEnded = (recipient: string, { task }: Pick<MailEntities, 'task'>): boolean => {
    const kind = task(recipient.slice('task:'.length))?.state.kind
    return kind === undefined || kind === 'done' || kind === 'abandoned'
  }
  const onDied = (was: Delivery, now: Delivery, step: Step, of: MailEntities): void => {
    const { row } = step
    if (now.state.kind !== 'dead') return
    holds(now.state.reason !== '', 4, () => `${row.id} is dead for no reason`)
    if (was.recipientKind === 'agent') {
      const isGone = of.agent(was.recipient)?.state.kind === 'ended'
      return holds(isGone, 4, () => `${row.id} is dead, and ${was.recipient} lives`)
    }
    const isOfTask = was.recipientKind === 'task' && was.state.kind === 'waiting'
    if (isOfTask && isEnded(was.recipient, of))
      return holds(now.tries === was.tries, 4, () => `${row.id} was not read, and spent a try`)
    const end = lastEnd(row, was)
    holds(end !== null, 4, () => `${row.id} is dead, and no turn had it`)
    if (!end) return
    holds(
      spentBy(end) !== false,
      4,
      () => `${row.id} is dead by ${nameOf(end.agent)}, which is free`,
    )
    holds(
      was.tries + 1 === end.policy.tries,
      4,
      () => `${row.id} is dead after ${was.tries + 1} of ${end.policy.tries} tries`,
    )
  }
  const onClosed = (was: Delivery, now: Delivery, step: Step, of: MailEntities): void => {
    const { row } = step
    if (now.state.kind !== 'closed') return
    const { how, by } = now.state
    if (was.state.kind === 'dead')
      return holds(how === 'dropped', 4, () => `${row.id} was dead and is ${how}`)
    // The task that asked has it as a note.
    const isNoted = was.state.kind === 'waiting' && answers.has(was.messageId)
    if (how === 'handled' && was.kind !== 'delegation' && !isNoted) {
      const end = lastEnd(row, was)
      holds(
        end?.isDone === true && end.agent.id === by,
        4,
        () => `${row.id} is handled by ${by}, which has not done it`,
      )
      return holds(
        !isWaitedFor(was, step, of),
        4,
        () => `${row.id} is handled by ${by}, and ${was.asks?.taskId} waits for its answer`,
      )
    }
    const closer = of.agent(row.by)
    if (!closer || how === 'handled') return
    const task = step.task(closer.taskId)
    const own = [closer.id, ...(task ? namesOf(task) : [])]
    holds(closer.state.kind !== 'ended', 5, () => `${row.by} closes ${row.id} after its end`)
    holds(own.includes(was.recipient), 4, () => `${row.by} closes ${row.id}, which is not its own`)
  }
  const onSent = (row: StoredRow, now: Delivery, of: MailEntities): void => {
    holds(now.state.kind === 'waiting', 4, () => `${row.id} begins as ${now.state.kind}`)
    sentIn.set(row.id, row.seq)
    const key = `${now.from}>${now.recipient}`
    const times = sentAt.get(key) ?? []
    sentAt.set(key, [...times, now.at].slice(-20))
    if (of.agent(row.by) === undefined) return
    const { maxHops, perPair } = mail.settings.messages
    holds(now.hops <= maxHops, 3, () => `${row.id} is hop ${now.hops}`)
    const recent = times.filter((at) => at <= now.at && at > now.at - MINUTE_MS)
    holds(
      recent.length < perPair,
      3,
      () => `${now.from} wrote to ${now.recipient} ${recent.length + 1} times within a minute`,
    )
  }
  const onDelivery = (step: Step, of: MailEntities): void => {
    const { row } = step
    const was = step.before as unknown as Delivery | undefined
    const now = step.after as unknown as Delivery
    if (now.state.kind === 'waiting' || now.state.kind === 'taken') open.set(row.id, now)
    else open.delete(row.id)
    if (!was) return onSent(row, now, of)
    holds(row.event !== 'message.sent', 4, () => `${row.id} was sent twice`)
    holds(was.state.kind !== 'closed', 5, () => `${row.event} changes ${row.id}, which is closed`)
    holds(
      was.state.kind !== 'dead' || row.event === 'delivery.closed',
      5,
      () => `${row.event} changes ${row.id}, which is dead`,
    )
    if (row.event === 'delivery.taken') onTaken(row, was, now, of)
    if (row.event === 'delivery.returned') onReturned(step, was, now, of)
    if (row.event === 'delivery.died') onDied(was, now, step, of)
    if (row.event === 'delivery.closed') onClosed(was, now, step, of)
  }
  /** A standing task is there as long as its member, and its turns are all that it does. */
  const onStanding = (row: StoredRow, was: Task | undefined, now: Task): void => {
    const { kind } = now.state
    const hasEnded = kind === 'done' || kind === 'failed' || kind === 'pending-eval'
    holds(!hasEnded, 4, () => `${row.id} is ${kind}`)
    holds(kind !== 'abandoned', 4, () => `${row.id} is given up, and its member is there`)
    holds(now.attempts === 0, 4, () => `${row.id} has spent an attempt`)
    if (was) onMoved(row, was, now)
  }
  const onMoved = (row: StoredRow, was: Task, now: Task): void => {
    const wasAtWork = was.state.kind === 'in-progress'
    if (wasAtWork && ['task.woken', 'task.awaiting'].includes(row.event)) byHand.delete(row.id)
    // By an answer to its question, or because none came.
    if (row.event === 'task.reopened') byHand.add(row.id)
    const isByPerson = row.by !== 'coordinator' && !row.by.startsWith('agent-')
    const isWoken = now.state.kind === 'open' && !wasAtWork
    if (!isByPerson || !isWoken || ['task.released', 'task.held'].includes(row.event)) return
    const due = dueTo([row.id.slice(1)], row.at)
    if (due.every(({ priority }) => priority === 'low')) byHand.add(row.id)
  }
  const onEntity = (step: Step, after: NonNullable<Step['after']>, of: MailEntities): void => {
    const { row, before } = step
    switch (row.entity) {
      case 'message':
        return onMessage(after as unknown as Message)
      case 'delivery':
        return onDelivery(step, of)
      case 'agent': {
        const agent = after as unknown as Agent
        if (!before) onClaim(agent, step.task(agent.taskId), row.at)
        if (row.event === 'agent.ended') onEnd(agent, step.task(agent.taskId))
        return
      }
      case 'task':
        if (isStanding(row.id))
          onStanding(row, before as unknown as Task | undefined, after as unknown as Task)
    }
  }
  return {
    open,
    look(step, of) {
      const { row, before, after } = step
      const isOfTurn = row.event === 'agent.claimed' || row.event === 'delivery.taken'
      if (!isOfTurn || (row.entity === 'agent' && !before)) closeTurn()
      lastSeen = row.seq
      if (after) onEntity(step, after, of)
    },
    end(of) {
      closeTurn()
      for (const { id, state, recipientKind, recipient } of open.values()) {
        const agent = state.kind === 'taken' ? of.agent(state.agentId) : null
        holds(
          agent === null || (agent !== undefined && agent.state.kind !== 'ended'),
          4,
          () => `${id} is taken by ${agent?.id}, which has ended: row ${lastSeen}`,
        )
        const isLost = recipientKind === 'agent' && of.agent(recipient)?.state.kind === 'ended'
        holds(!isLost, 6, () => `${id} waits for an agent that has ended`)
        const isLate =
          recipientKind === 'task' && state.kind === 'waiting' && isEnded(recipient, of)
        holds(!isLate, 6, () => `${id} waits for a task that has ended: row ${lastSeen}`)
      }
    },
    adopt(deliveries, agents) {
      open.clear()
      byHand.clear()
      sentAt.clear()
      turn = null
      ended = null
      for (const one of deliveries)
        if (one.state.kind === 'waiting' || one.state.kind === 'taken') open.set(one.id, one)
      for (const name of mail.members) byHand.add(`@${name}`)
      for (const { id } of agents) adopted.add(id)
    },
  }
}

/** Of what it had taken; of a good end, of a question that it has left unanswered: a person's may leave one. */
const spentBy = ({ agent, isDone, isSpent }: End): boolean | null =>
  isDone ? agent.by !== 'person' && agent.by !== 'pilot' : isSpent

/** Its task waits for the answer, or will once its agent has ended. */
function isWaitedFor({ asks }: Delivery, step: Step, of: MailEntities): boolean {
  const task = asks && step.task(asks.taskId)
  if (!task || task.generation !== asks.generation) return false
  if (task.state.kind === 'waiting') return task.state.for === 'answer'
  const report = task.state.kind === 'in-progress' ? of.agent(task.state.agentId)?.report : null
  return report?.kind === 'fail' && report.failure.class === 'question' && !report.isAnswered
}

/** Under these its agents are written to. */
const namesOf = ({ id, member }: Pick<Task, 'id' | 'member'>): string[] => [
  ...(member === null ? [] : [member]),
  ...(isStanding(id) ? [] : [`task:${id}`]),
]

/** The job whose conversation it belongs to; null = its recipient's own. */
const jobOf = ({ from }: Delivery): string | null => (from.startsWith('job:') ? from : null)

/** A turn has one conversation: that of the first. Jobs are for turns of the standing task alone. */
function takenAtClaim(due: readonly Delivery[], { id }: { readonly id: TaskId }): Delivery[] {
  const [first] = due
  const of = first && isStanding(id) ? jobOf(first) : null
  return due.filter((one) => jobOf(one) === of).slice(0, MOST_TAKEN)
}

const inOrder = (a: Delivery, b: Delivery): number =>
  RANKS.indexOf(a.priority) - RANKS.indexOf(b.priority) || a.at - b.at || (a.id < b.id ? -1 : 1)
