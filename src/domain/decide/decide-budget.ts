/** Tasks that have used up what they may spend. They wait, keep their conversation and spend no attempt. */
import type { Command } from '../command.ts'
import type { Event } from '../event.ts'
import { workFailure } from '../failure.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { decided, noOp, withTask, type Circumstances, type Decided } from './decision.ts'

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
