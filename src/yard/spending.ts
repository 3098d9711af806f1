/** What ended agents cost: per task, and today. Kept from commit to commit; read anew only where agents are forgotten or the day changes. */
import type { CommittedBatch } from '../coordinator/committed.ts'
import type { Agent, Usage } from '../domain/agent.ts'
import type { EntityChange } from '../domain/plan.ts'
import type { SpendingReads } from '../store/spending.ts'

export interface DaySpending {
  readonly costUsd: number | null
  readonly tokens: number | null
}

export interface Spending {
  /** US dollars over all tries of a task; null = no CLI said. */
  costOf(taskId: string): number | null
  /** Of agents that ended since midnight of this machine. */
  today(now: number): DaySpending
  note(batch: CommittedBatch): void
}

export function createSpending(reads: SpendingReads): Spending {
  let costs: Map<string, number> | null = null
  let day: { readonly end: number; readonly start: number; spent: DaySpending } | null = null
  const readDay = (now: number) => {
    const { start, end } = dayOf(now)
    const sum = reads.usageBetween(start, end)
    return {
      start,
      end,
      spent: { costUsd: sum.costUsd, tokens: plus(sum.inputTokens, sum.outputTokens) },
    }
  }
  return {
    costOf: (taskId) => (costs ??= reads.costPerTask()).get(taskId) ?? null,
    today(now) {
      if (!day || now >= day.end || now < day.start) day = readDay(now)
      return day.spent
    },
    note({ changes }) {
      for (const change of changes) {
        if (change.entity !== 'agent') continue
        // Forgotten: what it cost is in no table any more.
        if (!change.after) costs = day = null
        const ended = endedNow(change)
        if (!ended?.usage) continue
        const { taskId, usage, endedAt } = ended
        if (costs && usage.costUsd !== null)
          costs.set(taskId, (costs.get(taskId) ?? 0) + usage.costUsd)
        if (day && isWithin(day, endedAt)) day.spent = withUsage(day.spent, usage)
      }
    },
  }
}

const endedNow = ({ before, after }: Extract<EntityChange, { entity: 'agent' }>): Agent | null =>
  after?.state.kind === 'ended' && before?.state.kind !== 'ended' ? after : null

const isWithin = (day: { start: number; end: number }, at: number | null): boolean =>
  at !== null && at >= day.start && at < day.end

const withUsage = (spent: DaySpending, usage: Usage): DaySpending => ({
  costUsd: plus(spent.costUsd, usage.costUsd),
  tokens: plus(spent.tokens, plus(usage.inputTokens, usage.outputTokens)),
})

const plus = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : a + b

/** The day of this machine's zone that holds an instant; 23 to 25 hours long. */
export function dayOf(at: number): { readonly start: number; readonly end: number } {
  const day = new Date(at)
  const start = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()
  const end = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime()
  return { start, end }
}
