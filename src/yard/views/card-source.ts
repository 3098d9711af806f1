/** What cards of a living yard are made from. */
import { hasNewResult } from '../../domain/new-result.ts'
import type { Task } from '../../domain/task.ts'
import type { Yard } from '../yard.ts'
import type { CardSource } from './task-card.ts'

/** The policy of a yard that does what it says asks for its landing next. */
export const isToLand = (
  yard: Pick<Yard, 'plan' | 'config' | 'host' | 'isTrusted'>,
  task: Task,
): boolean =>
  hasNewResult(task) &&
  yard.host !== 'command' &&
  yard.config().settings.worktree.land !== 'keep' &&
  yard.isTrusted() &&
  !yard.plan.facts.paused

/** As of now. */
export const cardSourceOf = (
  yard: Pick<Yard, 'plan' | 'config' | 'now' | 'spending' | 'host' | 'isTrusted' | 'hostProblem'>,
): CardSource => ({
  plan: yard.plan,
  settings: yard.config().settings,
  now: yard.now(),
  isTrusted: () => yard.isTrusted(),
  costOf: (id) => yard.spending.costOf(id),
  isToLand: (task) => isToLand(yard, task),
  hostProblem: (route) => yard.hostProblem(route),
})
