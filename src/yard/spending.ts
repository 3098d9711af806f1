/** What ended agents cost: per task, today, and since an instant. Kept from commit to commit; read anew only when the day or the instant changes. */
import type { CommittedBatch } from '../coordinator/dispatch.ts'
import type { Agent } from '../domain/agent.ts'
import { NOTHING_SPENT, plus, spentOf, sumSpent, type Spent } from '../domain/budget.ts'
import type { EntityChange } from '../domain/plan.ts'
import type { Task } from '../domain/task.ts'
import type { SpendingReads, UsageSum } from '../store/spending.ts'

/** US dollars; null = nobody knows. */
export type Cost = Pick<Spent, 'usd' | 'atLeast'>

export interface DaySpending {
  readonly costUsd: number | null
  readonly tokens: number | null
  /** Both are a lower bound. */
  readonly atLeast?: true
}

export interface Spending {
  /** Over all tries of a task. */
  costOf(taskId: string): Cost
  /** What counts towards a task's own budget: all its tries, or those of the current run of a repeating task. */
  ofTask(task: Pick<Task, 'id' | 'schedule' | 'completedAt'>): Spent
  /** Of agents that ended since midnight of this machine. */
  today(now: number): DaySpending
  /** Of agents that ended at that instant or later. */
  since(at: number): Spent
  note(batch: CommittedBatch): void
}

export function createSpending(reads: SpendingReads): Spending {
  let tasks: Map<string, Spent> | null = null
  const runs = new Map<string, { readonly since: number; readonly spent: Spent }>()
  let day: { readonly end: number; readonly start: number; spent: Spent } | null = null
  let graph: { readonly start: number; spent: Spent } | null = null

  const allOf = (id: string): Spent => {
    tasks ??= new Map([...reads.perTask()].map(([key, sum]) => [key, spentOfSum(sum)]))
    return tasks.get(id) ?? NOTHING_SPENT
  }
  const runOf = (id: string, since: number): Spent => {
    const known = runs.get(id)
    if (known?.since === since) return known.spent
    const spent = spentOfSum(reads.usageOfTask(id, since))
    runs.set(id, { since, spent })
    return spent
  }
  return {
    costOf: allOf,
    ofTask: ({ id, schedule, completedAt }) =>
      schedule && completedAt !== null ? runOf(id, completedAt + 1) : allOf(id),
    today(now) {
      if (!day || now >= day.end || now < day.start) {
        const { start, end } = dayOf(now)
        day = { start, end, spent: spentOfSum(reads.usageBetween(start, end)) }
      }
      const { usd, ...rest } = day.spent
      return { costUsd: usd, ...rest }
    },
    since(at) {
      if (graph?.start !== at)
        graph = { start: at, spent: spentOfSum(reads.usageBetween(at, Number.MAX_SAFE_INTEGER)) }
      return graph.spent
    },
    note({ changes }) {
      for (const change of changes) {
        const ended = change.entity === 'agent' ? endedNow(change) : null
        if (!ended?.usage) continue
        const { taskId, usage, endedAt } = ended
        const spent = spentOf(usage)
        runs.delete(taskId)
        tasks?.set(taskId, sumSpent(tasks.get(taskId) ?? NOTHING_SPENT, spent))
        if (day && isWithin(day, endedAt)) day.spent = sumSpent(day.spent, spent)
        if (graph && endedAt !== null && endedAt >= graph.start)
          graph.spent = sumSpent(graph.spent, spent)
      }
    },
  }
}

const spentOfSum = ({ costUsd, inputTokens, outputTokens, atLeast }: UsageSum): Spent => ({
  usd: costUsd,
  tokens: plus(inputTokens, outputTokens),
  ...(atLeast > 0 ? { atLeast: true } : {}),
})

const endedNow = ({ before, after }: Extract<EntityChange, { entity: 'agent' }>): Agent | null =>
  after?.state.kind === 'ended' && before?.state.kind !== 'ended' ? after : null

const isWithin = (day: { start: number; end: number }, at: number | null): boolean =>
  at !== null && at >= day.start && at < day.end

/** The day of this machine's zone that holds an instant; 23 to 25 hours long. */
export function dayOf(at: number): { readonly start: number; readonly end: number } {
  const day = new Date(at)
  const start = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()
  const end = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime()
  return { start, end }
}
