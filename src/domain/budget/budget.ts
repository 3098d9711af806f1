/**
 * What may be spent, and whether it is. A cap is reached when nothing of it is left. A task is paid for by itself and by those
 * whose agents added it: what is added under a task spends that task's budget too.
 */
import type { Usage } from '../agent.ts'
import { dollarsText as money, wholeText } from '../format.ts'
import { tokensOf } from './price.ts'
import { type Budget, type ExecutorType, isTakenByPeople } from '../settings.ts'
import { isFinished, type Task } from '../task.ts'
import type { Plan } from '../plan.ts'

/** Null = unknown. */
export interface Spent {
  readonly usd: number | null
  readonly tokens: number | null
  /** Not every agent told all that it used: both are a lower bound. */
  readonly atLeast?: true
}

/** Whether its agents may cost money at all: a shell line of the user's own, and what people do, is not counted. */
export const spends = (type: ExecutorType): boolean => type !== 'shell' && !isTakenByPeople(type)

const count = (tokens: number): string => `${wholeText(tokens)} tokens`

/** `$1.20 of $1.00`; null while no cap is reached. */
export function reached(
  spent: Spent,
  caps: { readonly usd: number | null; readonly tokens: number | null },
) {
  const bound = spent.atLeast ? 'at least ' : ''
  if (caps.usd !== null && spent.usd !== null && spent.usd >= caps.usd)
    return `${bound}${money(spent.usd)} of ${money(caps.usd)}`
  if (caps.tokens !== null && spent.tokens !== null && spent.tokens >= caps.tokens)
    return `${bound}${count(spent.tokens)} of ${count(caps.tokens)}`
  return null
}

/** Which cap of a task is reached; null while none is. */
export function reachedCap(
  { budget, budgetTokens }: Pick<Task, 'budget' | 'budgetTokens'>,
  spent: Spent,
): 'usd' | 'tokens' | null {
  if (reached(spent, { usd: budget ?? null, tokens: null }) !== null) return 'usd'
  return reached(spent, { usd: null, tokens: budgetTokens ?? null }) === null ? null : 'tokens'
}

const hasBudget = (task: Pick<Task, 'budget' | 'budgetTokens'>): boolean =>
  (task.budget ?? null) !== null || (task.budgetTokens ?? null) !== null

/** Why a task may spend no more, in a line; null while it may. */
export function taskOverspent(
  task: Pick<Task, 'budget' | 'budgetTokens'>,
  spent: Spent,
  whose = 'its budget',
): string | null {
  const over = reached(spent, { usd: task.budget ?? null, tokens: task.budgetTokens ?? null })
  return over === null ? null : `${whose} is used up: ${over}`
}

interface YardCap {
  /** Key of the breaker that stands while it is reached. */
  readonly key: 'budget:day' | 'budget:graph'
  readonly reason: string
}

/** The caps of the yard as a whole that are reached. */
export function yardOverspent(budget: Budget, day: Spent, graph: Spent): YardCap[] {
  const ofDay = reached(day, { usd: budget.dayUsd, tokens: budget.dayTokens })
  const ofGraph = reached(graph, { usd: budget.graphUsd, tokens: budget.graphTokens })
  return [
    ...(ofDay === null
      ? []
      : [{ key: 'budget:day' as const, reason: `today's budget is used up: ${ofDay}` }]),
    ...(ofGraph === null
      ? []
      : [{ key: 'budget:graph' as const, reason: `the graph's budget is used up: ${ofGraph}` }]),
  ]
}

export const YARD_BUDGET_KEYS = ['budget:day', 'budget:graph'] as const

/** What is not known adds nothing, unless neither is. */
export const plus = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : a + b

export const sumSpent = (a: Spent, b: Spent): Spent => ({
  usd: plus(a.usd, b.usd),
  tokens: plus(a.tokens, b.tokens),
  ...(a.atLeast || b.atLeast ? { atLeast: true } : {}),
})

export const spentOf = (usage: Usage): Spent => ({
  usd: usage.costUsd,
  tokens: tokensOf(usage),
  ...(usage.atLeast ? { atLeast: true } : {}),
})

export const NOTHING_SPENT: Spent = { usd: null, tokens: null }

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
