/**
 * Holds what is spent against what may be spent. Level-triggered like the rest: it compares caps and sums, and asks for what
 * closes the difference. A yard's cap is a breaker over all who cost money; a task's own cap makes that task wait.
 */
import { hasBudget, taskOverspent, yardOverspent, YARD_BUDGET_KEYS } from '../domain/budget.ts'
import type { Command } from '../domain/command.ts'
import type { TaskId } from '../domain/ids.ts'
import type { Task } from '../domain/task.ts'
import type { CommittedBatch } from './committed.ts'
import type { CoordinatorParts } from './ports.ts'

export interface Budgets {
  note(batch: CommittedBatch): void
  /** At the start, and when the settings have changed. */
  reset(): void
  /** What must be committed for the caps to hold; asked before each pick. */
  commands(now: number): Command[]
  /** A cap of the yard is reached, whether or not its breaker is committed yet. */
  isReached(key: string): boolean
  /** The task may spend no more. */
  isOver(task: Task): boolean
}

type Parts = Pick<CoordinatorParts, 'plan' | 'money'>

export function createBudgets({ plan, money }: Parts): Budgets {
  const noted = new Set<TaskId>()
  let reached: ReadonlySet<string> = new Set()
  const whyOver = (task: Task): string | null =>
    hasBudget(task) ? taskOverspent(task, money.ofTask(task)) : null

  const tasks = (): Command[] => {
    const commands: Command[] = []
    for (const id of noted) {
      const task = plan.tasks.get(id)
      const mayStart = task && plan.startable.has(id) && plan.agentOf(id) === null
      const text = mayStart ? whyOver(task) : null
      if (text !== null) commands.push({ type: 'task.overspend', id, text })
    }
    noted.clear()
    return commands
  }
  const agents = (): Command[] => {
    const commands: Command[] = []
    for (const { id, by, taskId, state, startedAt } of plan.agents.values()) {
      const task = plan.tasks.get(taskId)
      if (by !== 'process' || startedAt === null || state.kind === 'stopping' || !task) continue
      if (whyOver(task) !== null)
        commands.push({ type: 'agent.stop', agentId: id, reason: 'budget', force: false })
    }
    return commands
  }
  const yard = (now: number): Command[] => {
    const { budget, day, graph, dayEndsAt } = money.ofYard(now)
    const caps = yardOverspent(budget, day, graph)
    reached = new Set(caps.map(({ key }) => key))
    const trips = caps
      .filter(({ key }) => !plan.breakers.has(key))
      .map(({ key, reason }): Command => {
        const until = key === 'budget:day' ? dayEndsAt : null
        const subject = key === 'budget:day' ? 'day' : 'graph'
        return { type: 'breaker.trip', key, kind: 'budget', subject, reason, until }
      })
    const clears = YARD_BUDGET_KEYS.filter(
      (key) => plan.breakers.has(key) && !reached.has(key),
    ).map((key): Command => ({ type: 'breaker.clear', key }))
    return [...trips, ...clears]
  }
  return {
    note({ touched }) {
      for (const id of touched) {
        const task = plan.tasks.get(id)
        if (task && hasBudget(task)) noted.add(id)
      }
    },
    reset() {
      for (const [id, task] of plan.tasks) if (hasBudget(task)) noted.add(id)
    },
    commands: (now) => [...yard(now), ...tasks(), ...agents()],
    isReached: (key) => reached.has(key),
    isOver: (task) => whyOver(task) !== null,
  }
}
