/** What may be spent, and whether it is: pure. A cap is reached when nothing of it is left. */
import type { Usage } from './agent.ts'
import { dollarsText as money } from './format.ts'
import { tokensOf } from './price.ts'
import { isTakenByPeople, type Budget, type ExecutorType } from './settings.ts'
import type { Task } from './task.ts'

/** Null = nobody told. */
export interface Spent {
  readonly usd: number | null
  readonly tokens: number | null
  /** Not every agent told all that it used: both are a lower bound. */
  readonly atLeast?: true
}

/** Whether its agents may cost money at all: a shell line of the user's own, and what people do, is not counted. */
export const spends = (type: ExecutorType): boolean => type !== 'shell' && !isTakenByPeople(type)

const count = (tokens: number): string => `${tokens.toLocaleString('en-US')} tokens`

function reached(
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

export const hasBudget = (task: Pick<Task, 'budget' | 'budgetTokens'>): boolean =>
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

export interface YardCap {
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
