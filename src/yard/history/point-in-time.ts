/**
 * The yard as it stood at an instant: its journal folded into a plan. The last fold is kept for a minute, so that going on
 * from it is cheap: forward by the next rows, back by putting the old entities, which undoes a change exactly.
 */
import { createPlan } from '../../domain/graph/create-plan.ts'
import type { Clock } from '../../base/clock.ts'
import type { Answers } from '../../contract/contract.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import type { TaskCard } from '../../contract/view.ts'
import { reversed } from '../../coordinator/transaction.ts'
import type { Settings } from '../../domain/settings.ts'
import type { StoredRow } from '../../store/journal.ts'
import type { Store } from '../../store/store.ts'
import { createPacer } from '../slices.ts'
import { toTaskCard } from '../views/task-card.ts'
import type { Agent } from '../../domain/agent.ts'
import type { AgentId, TaskId } from '../../domain/ids.ts'
import {
  type Breaker,
  type Dependency,
  dependencyIdOf,
  type EntityChange,
  type MutablePlan,
  NO_FACTS,
  type Plan,
  type YardFacts,
} from '../../domain/plan.ts'
import type { JudgementId } from '../../domain/judging/evaluation.ts'
import type { Judgement } from '../../domain/judging/judgement.ts'
import type { Task } from '../../domain/task.ts'
import type { Cost } from '../spending.ts'

type PastGraph = Omit<Answers['page']['moment'], 'at'>

export type YardHistory = ReturnType<typeof createHistory>

const KEPT_MS = 60_000
const ROWS = 400

export function createHistory(
  { opened, clock }: { readonly opened: { readonly store: Store }; readonly clock: Clock },
  settings: () => Settings,
) {
  const { past } = opened.store
  let fold: Fold | null = null
  let cancelDrop = (): void => {}
  let last: Promise<unknown> = Promise.resolve()

  const moment = async (at: number, signal?: AbortSignal): Promise<PastGraph> => {
    signal?.throwIfAborted()
    cancelDrop()
    cancelDrop = clock.after(KEPT_MS, () => (fold = null))
    const seq = past.seqAt(at)
    if (!fold?.canReach(seq)) fold = createFold()
    const mine = fold
    const pacer = createPacer(signal)
    while (mine.stepBack(seq)) {
      const wait = pacer.pause()
      if (wait) await wait
    }
    while (mine.seq < seq) {
      const upTo = Math.min(seq, mine.seq + ROWS)
      for (const row of past.planRows(mine.seq, upTo)) mine.put(row)
      mine.pass(upTo)
      await pacer.check()
    }
    return { seq, tasks: await cardsOf(mine, at, settings(), pacer) }
  }
  return {
    /** The graph as it was at `at`, ms, told as of then. Throws when the signal says so. */
    moment(at: number, signal?: AbortSignal): Promise<PastGraph> {
      // One after the other: they share the fold.
      const next = last.then(() => moment(at, signal))
      last = next.catch(() => {})
      return next
    },
    close(): void {
      cancelDrop()
      fold = null
    },
  }
}

async function cardsOf(
  { plan, costOf }: Fold,
  now: number,
  settings: Settings,
  pacer: ReturnType<typeof createPacer>,
): Promise<TaskCard[]> {
  const cards: TaskCard[] = []
  for (const task of plan.tasks.values()) {
    if (isStanding(task.id)) continue
    cards.push(toTaskCard({ plan, settings, now, costOf }, task))
    const wait = pacer.pause()
    if (wait) await wait
  }
  return cards
}

/** A plan made of journal rows, which can take rows in and give them back. Log lines and artifacts are no part of a plan. */
export type Fold = ReturnType<typeof createFold>

/** Rows that can be given back; older ones are folded anew. */
const REMEMBERED = 300_000

type Done = { readonly seq: number; readonly change: EntityChange }

export function createFold() {
  const plan = createPlan()
  const costs = createCosts()
  let done: Done[] = []
  let seq = 0
  let earliest = 0
  const remember = (one: Done): void => {
    done.push(one)
    if (done.length <= REMEMBERED) return
    const dropped = done.length >> 1
    earliest = done[dropped - 1]?.seq ?? earliest
    done = done.slice(dropped)
  }
  return {
    plan,
    /** All rows up to this one are in it. */
    get seq() {
      return seq
    },
    /** Whether it can become what it was after that row: later is always possible, earlier as far as it remembers. */
    canReach: (to: number) => to >= earliest,
    put(row: StoredRow): void {
      const change = changeOf(plan, row)
      seq = row.seq
      if (!change || isFragment(change)) return
      plan.put(change)
      costs.note(change)
      remember({ seq, change })
    },
    /** Rows up to there hold nothing more that is of a plan. */
    pass: (to: number) => void (seq = Math.max(seq, to)),
    /** Gives the newest row back if it is later than that one; false when there is none. */
    stepBack(toSeq: number): boolean {
      const last = done.at(-1)
      if (!last || last.seq <= toSeq) {
        seq = Math.min(seq, toSeq)
        return false
      }
      done.pop()
      const back = reversed(last.change)
      plan.put(back)
      costs.note(back)
      seq = last.seq - 1
      return true
    },
    costOf: costs.of,
  }
}

/** Null for what a plan does not hold. */
function changeOf(plan: MutablePlan, row: StoredRow): EntityChange | null {
  const { entity, id } = row
  switch (entity) {
    case 'task': {
      const before = plan.tasks.get(id as TaskId) ?? null
      return { entity, id, before, after: merged<Task>(before, row) }
    }
    case 'agent': {
      const before = plan.agents.get(id as AgentId) ?? null
      return { entity, id, before, after: merged<Agent>(before, row) }
    }
    case 'dependency': {
      const before = edgeOf(plan, id)
      return { entity, id, before, after: merged<Dependency>(before, row) }
    }
    case 'breaker': {
      const before = plan.breakers.get(id) ?? null
      return { entity, id, before, after: merged<Breaker>(before, row) }
    }
    case 'judgement': {
      const before = plan.judgements.get(id as JudgementId) ?? null
      return { entity, id, before, after: merged<Judgement>(before, row) }
    }
    case 'yard': {
      const before = plan.facts === NO_FACTS ? null : plan.facts
      return { entity, id, before, after: merged<YardFacts>(before, row) }
    }
    default:
      return null
  }
}

/** Of an entity whose first row cannot be read. */
const isFragment = ({ entity, before, after }: EntityChange): boolean =>
  entity !== 'yard' && before === null && after !== null && !('id' in after)

/** Rows were written from entities of these very types; what an older program left out is absent here, too. */
function merged<T extends object>(before: T | null, { set, unset, gone }: StoredRow): T | null {
  if (gone) return null
  const after: Record<string, unknown> = { ...before, ...set }
  for (const key of unset) delete after[key]
  return after as T
}

function edgeOf(plan: Plan, id: string): Dependency | null {
  const [blocker, dependent] = id.split('>') as [TaskId, TaskId]
  if (!plan.blockersOf(dependent).has(blocker)) return null
  return { id: dependencyIdOf(blocker, dependent), blocker, dependent }
}

/** Counted both ways, so that a change that is given back leaves no trace. */
function createCosts() {
  const sums = new Map<string, { usd: number; count: number; bounds: number }>()
  const add = (agent: Agent | null, by: 1 | -1): void => {
    if (agent?.state.kind !== 'ended' || !agent.usage) return
    const { costUsd, atLeast } = agent.usage
    const sum = sums.get(agent.taskId) ?? { usd: 0, count: 0, bounds: 0 }
    sums.set(agent.taskId, {
      usd: sum.usd + by * (costUsd ?? 0),
      count: sum.count + (costUsd === null ? 0 : by),
      bounds: sum.bounds + (atLeast ? by : 0),
    })
  }
  return {
    note(change: EntityChange) {
      if (change.entity !== 'agent') return
      add(change.before, -1)
      add(change.after, 1)
    },
    of(taskId: string): Cost {
      const sum = sums.get(taskId)
      if (!sum || sum.count === 0) return { usd: null }
      return { usd: sum.usd, ...(sum.bounds > 0 ? { atLeast: true } : {}) }
    },
  }
}
