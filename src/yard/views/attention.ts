/** What waits for a person. */
import type { Attention, AttentionKind } from '../../contract/view.ts'
import { isTaskId, type AgentId } from '../../domain/ids.ts'
import { reasonAtTerminal } from '../../domain/landing.ts'
import { lastLines } from '../../domain/failure.ts'
import { scoreText } from '../../domain/judging/score.ts'
import type { Breaker, Plan } from '../../domain/plan.ts'
import type { Task } from '../../domain/task.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import type { Yard } from '../yard.ts'
import { isoTime } from './iso-time.ts'
import { judgeAttention, type JudgeSource } from './judge-attention.ts'
import { hostProblemReason, resolveRoute } from './shown-route.ts'
import { oneLine, type FactSource } from './task-fact.ts'
import { byPerson } from './wait-reasons.ts'

/** Null when it needs no person. */
export function taskAttention(source: FactSource, task: Task, shown: ShownState): Attention | null {
  const about = (kind: AttentionKind, text: string, since: number): Attention => ({
    task: task.id,
    agent: task.lastAgentId,
    kind,
    text: oneLine(`${task.title}: ${text}`),
    reason: oneLine(text),
    ...lastLinesOf(task),
    since: isoTime(since),
  })
  if (task.state.kind === 'waiting') {
    const { for: what, text, since } = task.state
    // An idle member waits for nobody.
    if (what === 'message') return null
    return about(what === 'budget' ? 'spent' : what, `${text}${scoredText(task)}`, since)
  }
  if (task.state.kind === 'failed') {
    const { failure, at } = task.state
    return about(failure.class === 'gate' ? 'gate' : 'failed', failure.reason, at)
  }
  if (task.landing?.state === 'refused' && task.state.kind === 'done')
    return about(
      'landing',
      `not merged: ${reasonAtTerminal(task.id, task.landing) ?? ''}`,
      task.landing.at,
    )
  if (shown !== 'ready') return null
  const waits = readyFor(source, task)
  return waits && about(waits.kind, waits.text, task.createdAt)
}

/** What a person who is to approve it goes by. */
function scoredText({ state, evaluation }: Task): string {
  const score = evaluation?.score ?? null
  const isToApprove = state.kind === 'waiting' && state.for === 'approval'
  return isToApprove && score !== null ? `; scored ${scoreText(score)}` : ''
}

function lastLinesOf({ state }: Task): Pick<Attention, 'lastLines'> {
  const lines = state.kind === 'failed' ? lastLines(state.failure.detail) : null
  return lines === null ? {} : { lastLines: lines }
}

/** What a ready task waits for somebody to do; null when it starts by itself. */
function readyFor(source: FactSource, task: Task): { kind: AttentionKind; text: string } | null {
  const route = resolveRoute(source.settings, task)
  if (!route.ok) return { kind: 'executor', text: route.error.message }
  const missing = hostProblemReason(source, route.value)
  if (missing !== null) return { kind: 'executor', text: missing }
  if (route.value.profile.type !== 'manual') return null
  const text = task.merging
    ? byPerson(source.settings)
    : 'it is ready and waits for a person to claim it'
  return { kind: 'manual', text }
}

type AttentionSource = Pick<Yard, 'plan' | 'isTrusted' | 'readOnly' | 'openedAt'> &
  JudgeSource & {
    readonly fleet: Pick<Yard['fleet'], 'endpoint'>
    readonly mail: Pick<Yard['mail'], 'alerts'>
  }

/** Breakers, judges, a yard that is not confirmed, commits that fail, an endpoint that cannot be opened, mail that was refused. */
export function yardAttention(yard: AttentionSource): Attention[] {
  const list: Attention[] = []
  const add = (kind: AttentionKind, text: string, since: number): void =>
    void list.push({ task: null, agent: null, kind, text, reason: text, since: isoTime(since) })
  const readOnly = yard.readOnly()
  if (readOnly !== null) add('read-only', `nothing can be changed: ${readOnly}`, yard.openedAt)
  if (!yard.isTrusted())
    add(
      'untrusted',
      'this yard was copied, moved or made elsewhere: `yard trust` shows what it would run',
      yard.openedAt,
    )
  const endpoint = yard.fleet.endpoint()
  if (endpoint?.problem)
    add('endpoint', `closed to other machines: ${oneLine(endpoint.problem)}`, endpoint.since)
  for (const { text, since } of yard.mail.alerts())
    add('mail', `${oneLine(text)}; see yard transport status`, since)
  for (const breaker of yard.plan.breakers.values())
    list.push({
      task: taskOf(yard.plan, breaker),
      agent: isAboutAgent(breaker) ? breaker.subject : null,
      kind: breaker.kind,
      text: oneLine(`${breaker.subject}: ${breaker.reason}`),
      reason: oneLine(breaker.reason),
      since: isoTime(breaker.since),
    })
  return [...list, ...judgeAttention(yard)]
}

const isAboutAgent = ({ kind }: Breaker): boolean => kind === 'silence' || kind === 'unreachable'

/** The task that a breaker is about, or whose agent it is about. */
function taskOf(plan: Plan, breaker: Breaker): string | null {
  const { subject } = breaker
  if (breaker.kind === 'silence') return plan.agents.get(subject as AgentId)?.taskId ?? null
  return isTaskId(subject) && plan.tasks.has(subject) ? subject : null
}
