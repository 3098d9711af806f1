/** What has a task tried again, or keeps it from that: retry and reopen, a question of its agent and its answer, a budget that is used up. */
import { failure, workFailure } from '../failure.ts'
import type { Event } from '../event.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import { sendingRefusal } from '../messages/limits.ts'
import { isFinished, type Task } from '../task.ts'
import { sentEvents, settledMember } from './mail-turn.ts'
import {
  decided,
  loggedEvent,
  nameOf,
  noOp,
  refused,
  reopenedEvent,
  returnedEvent,
  wrongState,
  type Circumstances,
  type TaskDeciders,
} from './decision.ts'

export const openDeciders: TaskDeciders<
  'task.retry' | 'task.reopen' | 'task.ask' | 'task.answer' | 'task.overspend'
> = {
  'task.retry'(task, { fresh }, now, plan) {
    const { id, state } = task
    if (state.kind === 'open' && state.notBefore === null && state.park === null) return noOp(id)
    if (state.kind !== 'failed' && state.kind !== 'waiting' && state.kind !== 'open') {
      const isRunning = state.kind === 'in-progress'
      const anew = 'yard kill --redispatch starts it anew'
      const hint = isRunning ? anew : `yard reopen ${id} opens it again`
      return refused(wrongState(task, 'retried', hint))
    }
    const anew = providerTriedAnew(plan, task, now)
    return decided([id], ...anew, reopenedEvent(task, now.at, fresh))
  },

  'task.reopen'(task, _, { at }) {
    if (task.state.kind === 'open') return noOp(task.id)
    // What its judge says later is only recorded.
    if (!isFinished(task) && task.state.kind !== 'pending-eval')
      return refused(wrongState(task, 'reopened', 'only finished tasks can be reopened'))
    return decided([task.id], reopenedEvent(task, at))
  },

  /** Kept until the agent has ended, as its other reports are; the last one counts. */
  'task.ask'({ id }, { text, sending }, { at, by }, plan) {
    const living = plan.agentOf(id)
    if (by.kind !== 'agent' || !living)
      return refused(
        failure('not-allowed', `only the agent of ${id} asks about it`, {
          hint: `yard log ${id} "text" leaves a message for its next agent`,
          facts: { id },
        }),
      )
    const asked = workFailure('question', text)
    const refusal = sending ? sendingRefusal(plan, sending, { by }) : null
    if (refusal) return refused(refusal)
    const sent = sending
      ? sentEvents(plan, sending.message, sending.recipients, {
          at,
          noticeMs: sending.mail.retryAfterMs,
        })
      : []
    return decided([id], { type: 'agent.reported', at, id: living.id, failure: asked }, ...sent)
  },

  /** A line in its timeline, which the next agent is told, and the task is open again. */
  'task.answer'(task, { text }, now, plan) {
    const { id, state } = task
    const hint = `it asks nothing; yard log ${id} "text" notes something`
    return state.kind === 'waiting' && state.for === 'answer'
      ? decided([id], ...answerEvents(task, text, now), ...noLongerAsked(plan, task, now))
      : refused(wrongState(task, 'answered', hint))
  },

  /** Asked of what is open: one with an agent is stopped first, and waits when that has ended. */
  'task.overspend': ({ id, state }, { text }, { at }, plan) =>
    state.kind === 'open' && plan.agentOf(id) === null
      ? decided([id], overspentEvent(id, text, at))
      : noOp(id),
}

export const answerEvents = (task: Task, text: string, now: Circumstances): Event[] => [
  loggedEvent(task.id, text, now),
  reopenedEvent(task, now.at),
]

/** Whoever else was asked has nothing to answer any more. */
function noLongerAsked(plan: Plan, { id }: Task, now: Circumstances): Event[] {
  const asked = [...plan.deliveries.values()].filter(({ asks }) => asks?.taskId === id)
  return asked.flatMap(({ id: delivery, recipient, recipientKind }) => [
    { type: 'delivery.closed', at: now.at, id: delivery, how: 'replied', by: nameOf(now.by) },
    ...(recipientKind === 'member'
      ? settledMember(plan, recipient, new Set([delivery]), now.at)
      : []),
  ])
}

/** A person who retries what its provider held back says that the provider works again, for everybody. */
function providerTriedAnew(plan: Plan, { id: own, state }: Task, now: Circumstances): Event[] {
  const holder = state.kind === 'open' ? state.park : state.kind === 'waiting' ? state : null
  const provider = holder?.provider
  const id = `provider:${provider}`
  if (now.by.kind !== 'person' || provider == null || !plan.breakers.has(id)) return []
  const isSignIn = plan.breakers.get(id)?.until === null
  const others = isSignIn ? signedOutOf(plan, provider).filter((id) => id !== own) : []
  return [
    { type: 'breaker.cleared', at: now.at, id },
    ...others.map((other) => returnedEvent(other, now.at)),
  ]
}

/** Everything that waits for the same sign-in. Costs a walk over all tasks. */
export const signedOutOf = (plan: Plan, provider: string): TaskId[] =>
  [...plan.tasks.values()]
    .filter(
      ({ state }) =>
        state.kind === 'waiting' && state.for === 'sign-in' && state.provider === provider,
    )
    .map(({ id }) => id)

/** The task, and those that were added under it, which spend its budget too: who of them waits for a larger one. */
export function waitersUnder(plan: Plan, task: Task): TaskId[] {
  const family = [task]
  for (const { id } of family)
    for (const child of plan.subtasksOf(id)) family.push(...[plan.tasks.get(child) ?? []].flat())
  return family.filter(waitsForBudget).map(({ id }) => id)
}

const waitsForBudget = ({ state }: Task): boolean =>
  state.kind === 'waiting' && state.for === 'budget'

/** It waits, keeps its conversation and spends no attempt. */
export const overspentEvent = (id: TaskId, text: string, at: number): Event => ({
  type: 'task.awaiting',
  at,
  id,
  for: 'budget',
  text,
  failure: null,
  provider: null,
})

export const budgetFailure = ({ budget, budgetTokens }: Pick<Task, 'budget' | 'budgetTokens'>) =>
  workFailure(
    'budget',
    `its task’s budget${budget === null && (budgetTokens ?? null) !== null ? ' of tokens' : ''} was used up, and it was ended`,
  )
