/** What agents and tasks have spent, for the coordinator: recorded sums, and what living agents are known to use by now. */
import type { Money } from '../coordinator/ports.ts'
import type { Agent, RuntimeUsage, Usage } from '../domain/agent.ts'
import { NOTHING_SPENT, spentOf, sumSpent, type Spent } from '../domain/budget.ts'
import type { Runtime } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import { listPrice } from '../domain/models.ts'
import type { Plan } from '../domain/plan.ts'
import { priceOfModels, usageOfRun, withCost, type Priced } from '../domain/price.ts'
import type { Price, Settings } from '../domain/settings.ts'
import type { StoreReader } from '../store/store.ts'
import { dayOf, type Spending } from './spending.ts'

interface Parts {
  readonly plan: Plan
  readonly store: Pick<StoreReader, 'agents'>
  readonly runtime: Pick<Runtime, 'facts'>
  readonly spending: Spending
  readonly settings: () => Pick<Settings, 'budget' | 'models'>
}

export function createMoney({ plan, store, runtime, spending, settings }: Parts): Money {
  /** What earlier agents told of the conversation that a living one goes on with; it does not change while that lives. */
  const earlier = new Map<AgentId, readonly (Usage | null)[]>()

  const earlierOf = (agent: Agent): readonly (Usage | null)[] => {
    const { id, resumed, conversation, taskId, executorType } = agent
    if (!resumed || conversation === null) return []
    for (const known of earlier.keys()) if (!plan.agents.has(known)) earlier.delete(known)
    let list = earlier.get(id)
    if (!list) {
      list = store
        .agents({ which: 'dead', taskId })
        .filter((one) => one.conversation?.id === conversation.id)
        .filter((one) => one.executorType === executorType && one.id !== id)
        .map((one) => ownOf(one))
      earlier.set(id, list)
    }
    return list
  }
  const settle = (agent: Agent, told: RuntimeUsage): Priced => {
    const price = agent.model === null ? null : listPrice(settings(), agent.model)
    const own = usageOfRun(told, earlierOf(agent))
    const byModel = told.byModel ? priceOfModels(told.byModel, priceFor(settings(), agent)) : null
    return own.costUsd === null && byModel !== null
      ? { usage: { ...own, costUsd: byModel }, costSource: 'registry' }
      : withCost(own, price)
  }
  const live = (agent: Agent): Spent => {
    const isAsked = agent.by === 'process' && agent.executorType !== 'shell'
    const told = isAsked ? runtime.facts(agent.id)?.usage : null
    return told
      ? sumSpent(spentOf(settle(agent, told).usage), reserved(priceFor(settings(), agent), told))
      : NOTHING_SPENT
  }
  const allLive = (): Spent =>
    [...plan.agents.values()].reduce((sum, agent) => sumSpent(sum, live(agent)), NOTHING_SPENT)

  return {
    settle,
    ofTask(task) {
      const agent = plan.agentOf(task.id)
      const before = spending.ofTask(task)
      return agent ? sumSpent(before, live(agent)) : before
    },
    ofYard(now) {
      const { budget } = settings()
      const dayEndsAt = dayOf(now).end
      if (!isCapped(budget)) return { budget, day: NOTHING_SPENT, graph: NOTHING_SPENT, dayEndsAt }
      const living = allLive()
      const { costUsd: usd, ...today } = spending.today(now)
      return {
        budget,
        day: sumSpent({ usd, ...today }, living),
        graph: sumSpent(spending.since(budget.graphSince ?? 0), living),
        dayEndsAt,
      }
    },
  }
}

const isCapped = (budget: Settings['budget']): boolean =>
  Object.entries(budget).some(([key, cap]) => key !== 'graphSince' && cap !== null)

/** By the model that answers, which may be another than the one that was asked for. */
const priceFor =
  (settings: Pick<Settings, 'models'>, agent: Agent) =>
  (id: string): Price | null =>
    listPrice(settings, id) ??
    listPrice(settings, plainId(id)) ??
    (agent.model === null || id !== agent.modelId ? null : listPrice(settings, agent.model))

/** The call that begins now is paid for as well: it cannot be stopped in its middle for nothing. */
const reserved = (priceOf: (id: string) => Price | null, { next }: RuntimeUsage): Spent =>
  next
    ? { usd: priceOfModels([next], priceOf), tokens: next.inputTokens + next.outputTokens }
    : NOTHING_SPENT

/** Without its date, or the window that was asked for: `claude-haiku-4-5-20251001`, `claude-sonnet-4-6[1m]`. */
const plainId = (id: string): string => id.replace(/\[\w+\]$/, '').replace(/-\d{8}$/, '')

/** A price by the registry was never told by the CLI. */
const ownOf = ({ usage, costSource }: Agent): Usage | null =>
  usage && costSource === 'registry' ? { ...usage, costUsd: null } : usage
