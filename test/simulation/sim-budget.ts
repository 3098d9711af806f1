/** What all agents of the yard may spend together, and what was said of it in the journal. */
import type { Agent } from '../../src/domain/agent.ts'
import { spends } from '../../src/domain/budget/budget.ts'
import type { Budget, ExecutorType } from '../../src/domain/settings.ts'
import { dayOf } from '../../src/yard/spending.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { holds } from './violation.ts'

export interface SimBudget {
  readonly now: Budget
  /** A person sets other caps; what happened, in words. */
  change(): string
  /** From now on nothing is capped. */
  calm(): void
}

export const NO_BUDGET: Budget = {
  dayUsd: null,
  dayTokens: null,
  graphUsd: null,
  graphTokens: null,
  graphSince: null,
}

export function createSimBudget(random: SeededRandom): SimBudget {
  const cap = (): number | null => (random.chance(0.5) ? random.int(2, 30) * 50 : null)
  const some = (): Budget => ({ ...NO_BUDGET, dayTokens: cap(), graphTokens: cap() })
  let now = random.chance(0.3) ? some() : NO_BUDGET
  return {
    get now() {
      return now
    },
    change() {
      now = some()
      return `budget: ${now.dayTokens} a day, ${now.graphTokens} in all`
    },
    calm: () => void (now = NO_BUDGET),
  }
}

/** What ended agents have used, as of an instant. */
export interface Used {
  readonly today: number
  readonly inAll: number
}

export function usedBy(agents: Iterable<Agent>, at: number): Used {
  const day = dayOf(at)
  const used = { today: 0, inAll: 0 }
  for (const { usage, endedAt } of agents) {
    if (endedAt === null) continue
    const tokens = usage?.inputTokens ?? 0
    used.inAll += tokens
    if (endedAt >= day.start && endedAt < day.end) used.today += tokens
  }
  return used
}

/** `used`: before anything was committed together with this agent. */
export function checkYardBudget(
  agent: Agent,
  used: Used,
  { dayTokens, graphTokens }: Budget,
): void {
  if (!spends(agent.executorType as ExecutorType)) return
  const fits = (tokens: number, cap: number | null, whose: string): void =>
    holds(
      cap === null || tokens < cap,
      3,
      () => `${agent.id} began although ${tokens} of ${cap} tokens ${whose} were used`,
    )
  fits(used.today, dayTokens, 'of the day')
  fits(used.inAll, graphTokens, 'of the graph')
}
