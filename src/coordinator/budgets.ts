/**
 * Holds what is spent against what may be spent. Level-triggered like the rest: it compares caps and sums, and asks for what
 * closes the difference. A yard's cap is a breaker over all who cost money; a task's own cap makes that task wait, and those
 * that its agents have added: what they spend, it spends.
 */
import {
  familyOf,
  familySpent,
  payersOf,
  taskOverspent,
  YARD_BUDGET_KEYS,
  yardOverspent,
} from '../domain/budget/budget.ts'
import type { Command } from '../domain/command.ts'
import type { TaskId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'
import type { Task } from '../domain/task.ts'
import { trip } from './breakers.ts'
import type { CommittedBatch } from './dispatch.ts'
import type { CoordinatorParts } from './ports.ts'

export type Budgets = ReturnType<typeof createBudgets>

export function createBudgets({ plan, money }: CoordinatorParts) {
  const noted = new Set<TaskId>()
  let reached: ReadonlySet<string> = new Set()
  const whyOver = (task: Task): string | null => whyOverspent({ plan, money }, task)

  const tasks = (): Command[] => {
    const commands = [...noted].flatMap((id) => ofTask(plan, id, whyOver))
    noted.clear()
    return commands
  }
  const agents = (): Command[] => {
    const commands: Command[] = []
    for (const { id, by, taskId, state, startedAt } of plan.agents.values()) {
      if (by !== 'process' || startedAt === null || state.kind === 'stopping') continue
      const task = plan.tasks.get(taskId)
      if (task && whyOver(task) !== null)
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
      .map(({ key, reason }) =>
        key === 'budget:day'
          ? trip('budget', 'day', reason, dayEndsAt)
          : trip('budget', 'graph', reason),
      )
    const clears = YARD_BUDGET_KEYS.filter(
      (key) => plan.breakers.has(key) && !reached.has(key),
    ).map((key): Command => ({ type: 'breaker.clear', key }))
    return [...trips, ...clears]
  }
  return {
    note({ touched }: CommittedBatch): void {
      for (const id of touched) {
        const task = plan.tasks.get(id)
        if (!task) continue
        if (isHeldUp(task)) noted.add(id)
        for (const payer of payersOf(plan, task))
          for (const one of familyOf(plan, payer)) noted.add(one.id)
      }
    },
    /** At the start, and when the settings have changed. */
    reset(): void {
      for (const task of plan.tasks.notable())
        if (payersOf(plan, task).length > 0) noted.add(task.id)
    },
    /** What must be committed for the caps to hold; asked before each pick. */
    commands: (now: number): Command[] => [...yard(now), ...tasks(), ...agents()],
    /** A cap of the yard is reached, whether or not its breaker is committed yet. */
    isReached: (key: string) => reached.has(key),
    isOver: (task: Task) => whyOver(task) !== null,
  }
}

/** Waits where it may spend no more, and goes on where its cap was raised while its agent was still being stopped. */
function ofTask(plan: Plan, id: TaskId, whyOver: (task: Task) => string | null): Command[] {
  const task = plan.tasks.get(id)
  if (!task || plan.agentOf(id) !== null) return []
  if (isHeldUp(task))
    return whyOver(task) === null ? [{ type: 'task.retry', id, fresh: false }] : []
  // It fails unless a model that is asked says otherwise.
  if (task.state.kind === 'open' && task.state.triage?.otherwise === 'fail') return []
  const text = plan.startable.has(id) ? whyOver(task) : null
  return text === null ? [] : [{ type: 'task.overspend', id, text }]
}

const isHeldUp = ({ state }: Task): boolean => state.kind === 'waiting' && state.for === 'budget'

/** Of its own budget, and of those that it spends for others. */
function whyOverspent(
  { plan, money }: Pick<CoordinatorParts, 'plan' | 'money'>,
  task: Task,
): string | null {
  for (const payer of payersOf(plan, task)) {
    const whose = payer === task ? 'its budget' : `the budget of ${payer.id}, which added it,`
    const spent = familySpent({ plan, spentOf: (one) => money.ofTask(one) }, payer)
    const over = taskOverspent(payer, spent, whose)
    if (over !== null) return over
  }
  return null
}
