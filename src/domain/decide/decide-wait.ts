/** A question of an agent to a person, and the answer. */
import type { Command } from '../command.ts'
import { failure, workFailure } from '../failure.ts'
import type { Plan } from '../plan.ts'
import {
  type Circumstances,
  decided,
  type Decided,
  nameOf,
  noOp,
  refused,
  withTask,
  wrongState,
} from './decision.ts'
import type { Event } from '../event.ts'
import type { TaskId } from '../ids.ts'
import type { Task } from '../task.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

/** Kept until the agent has ended, as its other reports are; the last one counts. */
export function decideAsk(plan: Plan, command: Of<'task.ask'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    const living = plan.agentOf(task.id)
    if (now.by.kind !== 'agent' || !living)
      return refused(
        failure('not-allowed', `only the agent of ${task.id} asks about it`, {
          hint: `yard log ${task.id} "text" tells its next agent something`,
          facts: { id: task.id },
        }),
      )
    const asked = workFailure('question', command.text)
    return decided([task.id], { type: 'agent.reported', at: now.at, id: living.id, failure: asked })
  })
}

/** A line in its timeline, which the next agent is told, and the task is open again. */
export function decideAnswer(plan: Plan, command: Of<'task.answer'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    if (task.state.kind !== 'waiting' || task.state.for !== 'answer')
      return refused(
        wrongState(task, 'answered', `it asks nothing; yard log ${task.id} "text" notes something`),
      )
    return decided(
      [task.id],
      {
        type: 'task.logged',
        at: now.at,
        id: now.newId(),
        taskId: task.id,
        by: nameOf(now.by),
        text: command.text,
      },
      {
        type: 'task.reopened',
        at: now.at,
        id: task.id,
        fresh: false,
        notBefore: null,
        scheduledFor: task.scheduledFor,
      },
    )
  })
}

/** Tasks that have used up what they may spend. They wait, keep their conversation and spend no attempt. */
const waitsForBudget = ({ state }: Pick<Task, 'state'>): boolean =>
  state.kind === 'waiting' && state.for === 'budget'

/** The task, and those that were added under it, which spend its budget too: who of them waits for a larger one. */
export function waitersUnder(plan: Plan, task: Task): TaskId[] {
  const family = [task]
  for (const { id } of family)
    for (const child of plan.subtasksOf(id)) family.push(...listOf(plan.tasks.get(child)))
  return family.filter(waitsForBudget).map(({ id }) => id)
}

const listOf = (task: Task | undefined): Task[] => (task ? [task] : [])

/** Asked of what is open: one with an agent is stopped first, and waits when that has ended. */
export function decideOverspend(
  plan: Plan,
  command: Extract<Command, { type: 'task.overspend' }>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) =>
    task.state.kind === 'open' && plan.agentOf(task.id) === null
      ? decided([task.id], overspentEvent(task.id, command.text, now.at))
      : noOp(task.id),
  )
}

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

/** Open again as it was, with its conversation. */
export const returnedEvent = (id: TaskId, at: number): Event => ({
  type: 'task.returned',
  at,
  id,
  notBefore: null,
  park: null,
  failure: null,
  isAttempt: false,
  isBackOff: false,
  held: false,
})
