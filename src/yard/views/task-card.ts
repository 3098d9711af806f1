/** One node of the live graph. */
import type { Summary, TaskCard } from '../../contract/view.ts'
import { DEFAULT_MAX_ATTEMPTS } from '../../domain/failure.ts'
import { isUnjudgedType } from '../../domain/decide/evaluated.ts'
import { type GateChoice, gateOf } from '../../domain/judging/evaluation.ts'
import { executorOfMember, profileOf } from '../../domain/routing/resolve.ts'
import { shownStateOf, type Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import {
  attemptsAllowed,
  attemptsOf,
  hasNewResult,
  isDraft,
  type Task,
  workedMsOf,
} from '../../domain/task.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { type Reason, stateText } from '../../domain/reason.ts'
import { clip } from '../../base/text.ts'
import type { Cost, Spending } from '../spending.ts'
import { isoOrNull, isoTime } from './iso-time.ts'
import { holdersOf, stuckReason } from './shown-route.ts'
import { type FactSource, oneLine, stuckFact, taskReason } from './task-fact.ts'

export interface CardSource extends FactSource {
  costOf(taskId: string): Cost
  /** The policy is about to ask for its landing. Absent: unknown. */
  isToLand?(task: Task): boolean
}

export interface CardPort {
  readonly plan: Plan
  readonly host: Summary['host']
  readonly spending: Pick<Spending, 'costOf'>
  config(): { readonly settings: Settings }
  now(): number
  isTrusted(): boolean
  hostProblem: NonNullable<FactSource['hostProblem']>
}

export const cardSourceOf = (yard: CardPort): CardSource => ({
  plan: yard.plan,
  settings: yard.config().settings,
  now: yard.now(),
  isTrusted: yard.isTrusted,
  costOf: (id) => yard.spending.costOf(id),
  isToLand: (task) => isToLand(yard, task),
  hostProblem: yard.hostProblem,
})

const isToLand = (yard: CardPort, task: Task): boolean =>
  hasNewResult(task) &&
  yard.host !== 'command' &&
  yard.config().settings.worktree.land !== 'keep' &&
  yard.isTrusted() &&
  !yard.plan.facts.paused

/** `shown` may be passed in by a caller that has worked it out already. */
export function toTaskCard(
  source: CardSource,
  task: Task,
  shown: ShownState = shownStateOf(source.plan, task, source.now),
): TaskCard {
  const stuck = stuckReason(source, task, shown)
  const cost = source.costOf(task.id)
  const reason = reasonUnless(stuck, source, task, shown)
  return {
    id: task.id,
    title: task.title,
    status: task.state.kind,
    state: shown,
    ...whyOf(reason),
    isDraft: task.state.kind === 'open' && isDraft(task),
    ...heldByOf(source, task, shown),
    stuck,
    priority: task.priority,
    after: [...source.plan.blockersOf(task.id)],
    tags: task.tags,
    executor: executorOf(task),
    model: task.model,
    ...memberOfCard(source, task),
    agent: agentOfCard(source.plan, task),
    attempts: attemptsOf(task),
    maxAttempts: task.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    attemptsAllowed: attemptsAllowed(task),
    createdAt: isoTime(task.createdAt),
    startedAt: isoOrNull(task.startedAt),
    completedAt: isoOrNull(task.completedAt),
    ...workOf(task),
    notBefore: isoOrNull(startOf(task, source.now)),
    repeats: task.schedule !== null,
    ...parkOf(task),
    ...landingOf(source, task),
    ...(task.state.kind === 'waiting' ? { waitsFor: task.state.for } : {}),
    ...gateOfCard(source, task),
    ...sentBackOf(task),
    ...(task.evaluation ? { score: task.evaluation.score } : {}),
    ...(task.merging ? { mergeFor: task.merging.for } : {}),
    costUsd: cost.usd,
    ...(cost.usd !== null && cost.atLeast ? { costAtLeast: true } : {}),
  }
}

const memberOfCard = (
  { settings }: Pick<CardSource, 'settings'>,
  { member }: Task,
): Pick<TaskCard, 'member'> =>
  member === null ? {} : { member: { name: member, executor: executorOfMember(settings, member) } }

const agentOfCard = (plan: Plan, task: Task): string | null =>
  plan.agentOf(task.id)?.id ?? task.lastAgentId

const reasonUnless = (
  stuck: string | null,
  source: FactSource,
  task: Task,
  shown: ShownState,
): Reason | null => (stuck === null ? taskReason(source, task, shown) : stuckFact(stuck))

/** Keeps the other columns of a table in sight. */
const FACT_WIDTH = 44

/** What a table says of a task: a line of `task.table`. */
export function toTableLine(source: FactSource, task: Task, shown: ShownState): string {
  const reason = reasonUnless(stuckReason(source, task, shown), source, task, shown)
  const fact = reason === null ? null : clip(reason.text, FACT_WIDTH)
  const state = stateText(shown, fact, reason)
  const columns = [task.id, shown, state, agentOfCard(source.plan, task) ?? '', task.title]
  return columns.map((text) => text.replace(SPACES, ' ')).join('\t')
}

const SPACES = /\s+/g

function whyOf(reason: Reason | null): Pick<TaskCard, 'fact' | 'reason'> {
  if (reason === null) return { fact: null, reason: null }
  const { text, code, subject, until } = reason
  return { fact: text, reason: { code, subject, until: isoOrNull(until) } }
}

function heldByOf(source: CardSource, task: Task, shown: ShownState): Pick<TaskCard, 'heldBy'> {
  const keys = holdersOf(source, task, shown).map(({ id }) => id)
  return keys.length === 0 ? {} : { heldBy: keys }
}

function workOf(task: Task): Pick<TaskCard, 'workedMs'> {
  const workedMs = workedMsOf(task)
  return workedMs === null ? {} : { workedMs }
}

/** Queued as soon as it is over, so that no moment between is taken for rest. */
function landingOf(source: CardSource, task: Task): Pick<TaskCard, 'landing'> {
  if (task.landing !== null) return { landing: task.landing.state }
  return source.isToLand?.(task) ? { landing: 'queued' } : {}
}

/** Absent where nothing is judged, by word or by what runs it. */
export function gateOfCard(
  { settings }: Pick<CardSource, 'settings'>,
  task: Task,
): Pick<TaskCard, 'gate'> {
  const choice = gateOf(task, settings.evaluation)
  if (choice.gate.mode === 'off') return {}
  const own = executorOf(task) ?? executorOfMember(settings, task.member)
  const { type } = profileOf(settings, own ?? settings.coordinator.executor) ?? {}
  if (!choice.isOwn && (task.merging !== null || (type && isUnjudgedType(type)))) return {}
  return { gate: toGateView(choice) }
}

export const toGateView = ({ gate, source }: GateChoice): NonNullable<TaskCard['gate']> => ({
  mode: gate.mode,
  threshold: gate.mode === 'gated' ? gate.threshold : null,
  source,
})

function sentBackOf({ state, lastFailure }: Task): Pick<TaskCard, 'sentBack'> {
  const isAnew = state.kind === 'open' || state.kind === 'in-progress'
  return isAnew && lastFailure?.class === 'gate' ? { sentBack: oneLine(lastFailure.reason) } : {}
}

function parkOf({ state }: Task): Pick<TaskCard, 'park'> {
  if (state.kind === 'open' && state.park !== null)
    return { park: { provider: state.park.provider ?? null, until: isoTime(state.park.until) } }
  if (state.kind === 'waiting' && state.for === 'sign-in')
    return { park: { provider: state.provider ?? null, until: null } }
  return {}
}

/** Its earliest start, while that is to come. */
const startOf = ({ state }: Task, now: number): number | null =>
  state.kind === 'open' && state.notBefore !== null && state.notBefore > now
    ? state.notBefore
    : null

/** A command of its own implies `shell`; null = the default of the yard. */
export const executorOf = (task: Pick<Task, 'executor' | 'exec'>): string | null =>
  task.executor ?? (task.exec === null ? null : 'shell')
