/** What ended agents cost: per task, today, and since an instant. Kept from commit to commit; read anew only when the day or the instant changes. */
import type { CommittedBatch } from '../coordinator/dispatch.ts'
import type { Agent, RuntimeUsage, Usage } from '../domain/agent.ts'
import { NOTHING_SPENT, plus, type Spent, spentOf, sumSpent } from '../domain/budget/budget.ts'
import type { EntityChange, Plan } from '../domain/plan.ts'
import type { Task } from '../domain/task.ts'
import type { SpendingReads, UsageSum } from '../store/spending.ts'
import type { Money } from '../coordinator/ports.ts'
import type { Runtime } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import { listPrice } from '../domain/routing/models.ts'
import { type Priced, priceOfModels, usageOfRun, withCost } from '../domain/budget/price.ts'
import type { Price, Settings } from '../domain/settings.ts'
import type { StoreReader } from '../store/store.ts'

/** US dollars; null = unknown. */
export type Cost = Pick<Spent, 'usd' | 'atLeast'>

export type Spending = ReturnType<typeof createSpending>

export function createSpending(reads: SpendingReads) {
  let tasks: Map<string, Spent> | null = null
  const runs = new Map<string, { readonly since: number; readonly spent: Spent }>()
  let day: { readonly end: number; readonly start: number; spent: Spent } | null = null
  let graph: { readonly start: number; spent: Spent } | null = null
  let judged: { readonly start: number; readonly spent: Spent } | null = null

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
    /** What counts towards a task's own budget: all its tries, or those of the current run of a repeating task. */
    ofTask: ({
      id,
      schedule,
      completedAt,
    }: Pick<Task, 'id' | 'schedule' | 'completedAt'>): Spent =>
      schedule && completedAt !== null ? runOf(id, completedAt + 1) : allOf(id),
    /** Of agents that ended since midnight of this machine. */
    today(now: number): Omit<Spent, 'usd'> & { costUsd: number | null } {
      if (!day || now >= day.end || now < day.start) {
        const { start, end } = dayOf(now)
        day = { start, end, spent: spentOfSum(reads.usageBetween(start, end)) }
      }
      const { usd, ...rest } = day.spent
      return { costUsd: usd, ...rest }
    },
    since(at: number): Spent {
      if (graph?.start !== at)
        graph = { start: at, spent: spentOfSum(reads.usageBetween(at, Number.MAX_SAFE_INTEGER)) }
      return graph.spent
    },
    /** Of judgements that ended since midnight of this machine; they are part of `today` and of no task. */
    judgingToday(now: number): Spent {
      const { start } = dayOf(now)
      if (judged?.start !== start) judged = { start, spent: spentOfSum(reads.judgingSince(start)) }
      return judged.spent
    },
    note({ changes }: CommittedBatch): void {
      for (const change of changes) {
        const ended = endedNow(change)
        if (!ended?.usage) continue
        const { taskId, usage, endedAt } = ended
        const spent = spentOf(usage)
        if (taskId === null) judged = null
        else {
          runs.delete(taskId)
          tasks?.set(taskId, sumSpent(tasks.get(taskId) ?? NOTHING_SPENT, spent))
        }
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

interface EndedUse {
  /** Null = it is a judgement's, which no task pays for. */
  readonly taskId: string | null
  readonly usage: Usage | null
  readonly endedAt: number | null
}

function endedNow(change: EntityChange): EndedUse | null {
  if (change.entity !== 'agent' && change.entity !== 'judgement') return null
  const { before, after } = change
  if (after?.state.kind !== 'ended' || before?.state.kind === 'ended') return null
  return 'endedAt' in after ? after : { taskId: null, usage: after.usage, endedAt: after.state.at }
}

const isWithin = (day: { start: number; end: number }, at: number | null): boolean =>
  at !== null && at >= day.start && at < day.end

/** The day of this machine's zone that holds an instant; 23 to 25 hours long. */
export function dayOf(at: number): { readonly start: number; readonly end: number } {
  const day = new Date(at)
  const start = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()
  const end = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime()
  return { start, end }
}

/** What agents and tasks have spent, for the coordinator: recorded sums, and what living agents are known to use by now. */
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
    const { id, resumed, conversation, taskId, executorType, member } = agent
    if (!resumed || conversation === null) return []
    for (const known of earlier.keys()) if (!plan.agents.has(known)) earlier.delete(known)
    let list = earlier.get(id)
    if (!list) {
      list = store
        // A member goes on with its conversation in tasks of the graph, too.
        .agents({ which: 'dead', conversation: conversation.id, ...(member ? {} : { taskId }) })
        .filter((one) => one.executorType === executorType && one.id !== id)
        .map((one) => ownOf(one))
      earlier.set(id, list)
    }
    return list
  }
  const settle = (agent: Agent, told: RuntimeUsage): Priced =>
    pricedRun(settings(), agent, { told, earlier: told.ofConversation ? earlierOf(agent) : [] })
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

type AskedModel = Pick<Agent, 'model' | 'modelId'>

/** What one run used alone, with its cost where somebody knows it. `earlier`: what others told of the same conversation. */
export function pricedRun(
  settings: Pick<Settings, 'models'>,
  asked: AskedModel,
  {
    told,
    earlier = [],
  }: { readonly told: RuntimeUsage; readonly earlier?: readonly (Usage | null)[] },
): Priced {
  const price = asked.model === null ? null : listPrice(settings, asked.model)
  const own = usageOfRun(told, earlier)
  const byModel = told.byModel ? priceOfModels(told.byModel, priceFor(settings, asked)) : null
  return own.costUsd === null && byModel !== null
    ? { usage: { ...own, costUsd: byModel }, costSource: 'registry' }
    : withCost(own, price)
}

const isCapped = (budget: Settings['budget']): boolean =>
  Object.entries(budget).some(([key, cap]) => key !== 'graphSince' && cap !== null)

/** By the model that answers, which may be another than the one that was asked for. */
const priceFor =
  (settings: Pick<Settings, 'models'>, agent: AskedModel) =>
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
