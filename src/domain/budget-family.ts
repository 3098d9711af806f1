/** Who pays for a task: itself, and those whose agents added it. What is added under a task spends that task's budget too. */
import { hasBudget, NOTHING_SPENT, sumSpent, type Spent } from './budget.ts'
import type { Plan } from './plan.ts'
import { isFinished, type Task } from './task.ts'

/** What counts towards the budget of a task. */
export const familySpent = (
  { plan, spentOf }: { readonly plan: Plan; readonly spentOf: (task: Task) => Spent },
  payer: Task,
): Spent => familyOf(plan, payer).map(spentOf).reduce(sumSpent, NOTHING_SPENT)

/** Those with a budget that this task spends: its own, and of the tasks whose agents added it. */
export function payersOf(plan: Plan, task: Task): Task[] {
  const payers: Task[] = []
  for (
    let one: Task | undefined = task;
    one;
    one = one.addedBy === null ? undefined : plan.tasks.get(one.addedBy)
  )
    if (hasBudget(one)) payers.push(one)
  return payers
}

/** A task and all that was added under it; of one that repeats, only what belongs to its current run or is still to be done. */
export function familyOf(plan: Plan, payer: Task): Task[] {
  const family = [payer]
  for (const one of family)
    for (const id of plan.subtasksOf(one.id)) {
      const child = plan.tasks.get(id)
      if (child && (isOfCurrentRun(one, child) || !isFinished(child))) family.push(child)
    }
  return family
}

const isOfCurrentRun = ({ schedule, completedAt }: Task, child: Task): boolean =>
  schedule === null || completedAt === null || child.createdAt > completedAt
