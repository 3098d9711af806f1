/** How a yard got on over a span of time: agents, states, tries, and what they used. */
import { agentIdSchema } from '../../domain/schemas.ts'
import type { History } from '../../contract/page.ts'
import type { Agent, TryOutcome } from '../../domain/agent.ts'
import { isHeldUp } from '../../domain/failure.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Span, Turn } from '../../store/history.ts'
import type { Store } from '../../store/store.ts'
import { TASK_STATUSES } from '../../domain/graph/shown-state.ts'
import { createPacer, type Pacer } from '../slices.ts'
import { dayOf } from '../spending.ts'
import { isoOrNull, isoTime } from '../views/iso-time.ts'
import type { Yard } from '../yard.ts'

type Source = Pick<Yard, 'plan' | 'store' | 'config'>

const MAX_TRIES = 500
/** Rows of the journal looked through at a time for changes of status. */
const TURNS_AT_ONCE = 2000

export async function readHistory(
  yard: Source,
  span: Span,
  buckets: number,
  signal?: AbortSignal,
): Promise<History> {
  const pacer = createPacer(signal)
  const stepMs = (span.to - span.from) / buckets
  const at = Array.from({ length: buckets }, (_, i) => span.from + (i + 1) * stepMs)
  const counted = await countBack(yard, { ...span, stepMs, buckets }, pacer)
  return {
    at: at.map((ms) => isoTime(Math.round(ms))),
    ...counted,
    cap: yard.config().settings.coordinator.maxAgents,
    // What ended at the last instant itself has ended by then.
    tries: triesOf(yard, { from: span.from, to: span.to + 1 }),
    usage: await usageOf(yard.store, span, pacer),
  }
}

interface Steps extends Span {
  readonly stepMs: number
  readonly buckets: number
}

/**
 * What is true now is known, and each row says what became something else: so the past is counted back from now, and only
 * rows since `from` are read.
 */
async function countBack(
  { plan, store }: Source,
  steps: Steps,
  pacer: Pacer,
): Promise<Pick<History, 'agents' | 'mostAgents' | 'states'>> {
  const now = countNow(plan)
  const upTo = store.seq
  const deltas = createDeltas(steps.buckets)
  const known = new Map<string, string | null>()
  const peak = createPeak(steps)
  for (let seq = store.past.seqAt(steps.from); seq < upTo; seq += TURNS_AT_ONCE) {
    for (const turn of store.past.turns(seq, Math.min(upTo, seq + TURNS_AT_ONCE))) {
      const step = stepOf(steps, turn.at)
      if (turn.entity === 'agent') {
        const by = turn.event === 'agent.ended' ? -1 : 1
        deltas.add('agents', step, by)
        peak.add(turn.at, by)
      } else noteStatus(store, { known, deltas, step }, turn)
      const wait = pacer.pause()
      if (wait) await wait
    }
    const wait = pacer.check()
    if (wait) await wait
  }
  const agents = deltas.back('agents', now.get('agents') ?? 0)
  const lists = TASK_STATUSES.map(
    (status) => [status, deltas.back(status, now.get(status) ?? 0)] as const,
  )
  return {
    agents,
    mostAgents: peak.back(now.get('agents') ?? 0),
    states: Object.fromEntries(lists.filter(([, list]) => list.some((count) => count > 0))),
  }
}

/** Before the first step counts as in it; what came after the span has a step of its own at the end. */
const stepOf = ({ from, stepMs, buckets }: Steps, at: number): number =>
  Math.min(buckets, Math.max(0, Math.ceil((at - from) / stepMs) - 1))

function countNow(plan: Plan): Map<string, number> {
  const counts = new Map<string, number>([['agents', plan.agents.size]])
  for (const { id, state } of plan.tasks.values())
    if (!isStanding(id)) counts.set(state.kind, (counts.get(state.kind) ?? 0) + 1)
  return counts
}

interface Noting {
  /** Status after the last row seen; null = not there. */
  readonly known: Map<string, string | null>
  readonly deltas: Deltas
  readonly step: number
}

function noteStatus(store: Store, { known, deltas, step }: Noting, { id, seq, kind }: Turn): void {
  const seen = known.get(id)
  const before = seen === undefined ? store.past.statusBefore(id, seq) : seen
  known.set(id, kind)
  if (before === kind) return
  if (before !== null) deltas.add(before, step, -1)
  if (kind !== null) deltas.add(kind, step, 1)
}

type Deltas = ReturnType<typeof createDeltas>

function createDeltas(buckets: number) {
  const lists = new Map<string, number[]>()
  const listOf = (name: string): number[] => {
    let list = lists.get(name)
    if (!list) lists.set(name, (list = Array.from({ length: buckets + 1 }, () => 0)))
    return list
  }
  return {
    add(name: string, step: number, by: number): void {
      const list = listOf(name)
      list[step] = (list[step] ?? 0) + by
    },
    /** What it was at the end of each step, when it is `now` at the end of all. */
    back(name: string, now: number): number[] {
      const list = listOf(name)
      const counts: number[] = []
      for (let step = buckets, count = now; step > 0; step -= 1) {
        count -= list[step] ?? 0
        counts.push(Math.max(0, count))
      }
      return counts.toReversed()
    },
  }
}

/** The highest that a count was within the span, told from its changes since the span began. */
function createPeak({ to }: Span) {
  let change = 0
  let most = 0
  return {
    add(at: number, by: number) {
      change += by
      if (at <= to) most = Math.max(most, change)
    },
    /** When it is `now` at the end of all. */
    back: (now: number): number => Math.max(0, now - change + most),
  }
}

function triesOf({ plan, store }: Source, span: Span): History['tries'] {
  return store.past.endedAgents(span, MAX_TRIES).flatMap((text) => {
    const agent = store.agent(agentIdSchema.parse(text))
    return agent ? toTry(agent, plan.tasks.get(agent.taskId)?.title ?? agent.taskId) : []
  })
}

function endOf(ended: Extract<Agent['state'], { kind: 'ended' }>): TryOutcome {
  if (ended.failure?.class === 'question') return 'asked'
  return isHeldUp(ended) ? 'held-up' : ended.outcome
}

function toTry(agent: Agent, title: string): History['tries'] {
  const { id, taskId, executor, model, state, claimedAt, endedAt, triage } = agent
  if (state.kind !== 'ended' || endedAt === null) return []
  return [
    {
      agent: id,
      task: taskId,
      title,
      executor,
      model,
      outcome: endOf(state),
      claimedAt: isoTime(claimedAt),
      endedAt: isoTime(endedAt),
      tookMs: Math.max(0, endedAt - (agent.startedAt ?? claimedAt)),
      ...(triage ? { triage: { verdict: triage.verdict, reason: triage.reason } } : {}),
    },
  ]
}

/** Whole days, from the first commit on. */
async function usageOf(store: Store, span: Span, pacer: Pacer): Promise<History['usage']> {
  const firstAt = store.past.firstAt()
  const days: History['usage'] = []
  if (firstAt === null) return days
  for (let at = Math.max(span.from, firstAt); at < span.to;) {
    const { start, end } = dayOf(at)
    days.push({ day: isoTime(start).slice(0, 10), ...store.spending.usageBetween(start, end) })
    at = end
    const wait = pacer.check()
    if (wait) await wait
  }
  return days
}

// Commits over time, for the time strip.

const ROWS_AT_ONCE = 20_000
const MAX_FAILURES = 1000

/** `from` null = from the first commit. Both instants in ms; what was committed at `to` itself counts. */
export async function readActivity(
  { store: { past } }: Pick<Yard, 'store'>,
  span: { readonly from: number | null; readonly to: number },
  buckets: number,
  signal?: AbortSignal,
) {
  const firstAt = past.firstAt()
  const to = span.to + 1
  const from = Math.min(span.from ?? firstAt ?? span.to, span.to)
  const stepMs = (to - from) / buckets
  const bars = Array.from({ length: buckets }, (_, i) => ({
    at: isoTime(Math.round(from + i * stepMs)),
    events: 0,
    failures: 0,
  }))
  const pacer = createPacer(signal)
  let failed: number[] = []
  for (let at = from; at < to;) {
    const end = past.pieceEnd(at, to, ROWS_AT_ONCE)
    const steps = past.activity({ from: at, to: end, origin: from, stepMs })
    for (const { step, events, failures } of steps) {
      const bar = bars[Math.min(step, buckets - 1)]
      if (!bar) continue
      bar.events += events
      bar.failures += failures
    }
    // Asked piece by piece as well: to find few among very many rows takes as long as to count them.
    failed = [...failed, ...past.failures({ from: at, to: end }, MAX_FAILURES).toReversed()]
    failed = failed.slice(-MAX_FAILURES)
    at = end
    const wait = pacer.check()
    if (wait) await wait
  }
  return {
    from: isoTime(from),
    to: isoTime(span.to),
    firstAt: isoOrNull(firstAt),
    bars,
    failures: failed.map(isoTime),
  }
}
