/** A task whole, as `yard show --json` and the inspector read it. */
import { join } from 'node:path'
import type { TimelineRow } from '../../contract/page.ts'
import type { RouteStop, TaskView } from '../../contract/view.ts'
import type { Agent, Usage } from '../../domain/agent.ts'
import { clipJson } from '../../domain/bounds.ts'
import { artifactOf } from '../../domain/executor.ts'
import type { WorkFailure } from '../../domain/failure.ts'
import type { LogLine } from '../../domain/plan.ts'
import { isFinished, type Task } from '../../domain/task.ts'
import type { Yard } from '../yard.ts'
import { taskTimeline } from '../history/timeline.ts'
import { pendingEvaluation, toEvaluationView } from './evaluation-view.ts'
import { isoOrNull, isoTime } from './iso-time.ts'
import {
  type CardPort,
  cardSourceOf,
  executorOf,
  gateOfCard,
  toGateView,
  toTaskCard,
} from './task-card.ts'
import type { Origin } from '../../domain/origin.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { findModel } from '../../domain/routing/models.ts'
import {
  executorOfMember,
  generalModel,
  resolveExecutor,
  resolveModel,
} from '../../domain/routing/resolve.ts'
import { gateOf } from '../../domain/judging/evaluation.ts'
import { identityNameOf } from '../../domain/judging/identity.ts'
import { kindOf } from '../../domain/judging/kind.ts'
import type { Profile } from '../../domain/settings.ts'
import { choiceOf } from './agent-view.ts'
import { BY_TASK, endpointOf, originOf } from '../executors/origins.ts'

type TaskSource = Omit<CardPort, 'config' | 'spending'> &
  Pick<Yard, 'store' | 'config' | 'paths' | 'spending' | 'nextFireAt' | 'identities'>

export const toTaskView = (yard: TaskSource, task: Task): TaskView => ({
  ...toTaskDetails(yard, task),
  timeline: taskTimeline(yard, task.id, TIMELINE).rows.toReversed().map(toTimelineLine),
})

/** All but what is read from the journal, for lists of many. */
export function toTaskDetails(yard: TaskSource, task: Task): Omit<TaskView, 'timeline'> {
  const { fact: _fact, reason: _reason, ...card } = toTaskCard(cardSourceOf(yard), task)
  const { state } = task
  const agents = task.generation === 0 ? [] : yard.store.agents({ which: 'all', taskId: task.id })
  return {
    ...card,
    description: task.description,
    skills: task.skills,
    deliverables: task.deliverables,
    exec: task.exec,
    verify: task.verify,
    timeoutMs: task.timeoutMs,
    context: task.context,
    mode: task.mode,
    worktree: task.worktree,
    repo: task.repo,
    ...judgedAs(yard, task),
    schedule: task.schedule,
    budget: task.budget,
    budgetTokens: task.budgetTokens,
    parkedUntil: state.kind === 'open' ? isoOrNull(state.park?.until ?? null) : null,
    waitsFor: state.kind === 'waiting' ? state.for : null,
    before: [...yard.plan.dependentsOf(task.id)],
    held: task.held,
    generation: task.generation,
    failure: failureOf(task),
    ownMaxAttempts: task.maxAttempts,
    tokens: yard.spending.ofTask(task).tokens,
    nextTimes: nextTimes(yard, task, 3).map(isoTime),
    ...evaluationOf(yard, task),
    usage: totalUsage(agents),
    conversation: task.conversation,
    ...placeOf(yard, task, agents),
    resultCommit: task.resultCommit,
    addedBy: task.addedBy,
    artifacts: yard.store.artifactsOf(task.id).map(({ artifact }) => toArtifactView(artifact)),
    log: yard.store.logOf(task.id).map(toLogLine),
    routes: routeStops(yard.config(), task),
    choice: state.kind === 'open' ? null : latestChoice(agents),
  }
}

const latestChoice = (agents: readonly Agent[]): TaskView['choice'] => {
  const latest = agents.at(-1)
  return latest ? choiceOf(latest) : null
}

/** Its gate, identity and kind as they are now, and as the task itself says. */
function judgedAs(
  { config, identities }: Pick<Yard, 'config' | 'identities'>,
  task: Task,
): Pick<TaskView, 'gate' | 'checks' | 'identity' | 'kind' | 'own'> {
  const { gate: own, identity, kind, member } = task
  const { settings } = config()
  const choice = resolveExecutor(settings, task)
  return {
    gate: toGateView(gateOf(task, settings.evaluation)),
    checks:
      gateOfCard({ settings }, task).gate === undefined
        ? []
        : settings.evaluation.checks.map(({ name, line: run, gates }) => ({ name, run, gates })),
    identity: identity === null ? null : identityOf(identities, identity),
    kind: kindOf(task, choice.ok ? choice.value.profile.type : null, settings.judging.kinds),
    own: { gate: own, identity, kind, member },
  }
}

/** As much as fits on a page; `page.timeline` tells the rest. */
const TIMELINE = { before: Number.MAX_SAFE_INTEGER, limit: 200 }

const toTimelineLine = ({ at, by, text }: TimelineRow): TaskView['timeline'][number] => ({
  at,
  by,
  text,
})

function evaluationOf(
  { plan, store }: TaskSource,
  task: Task,
): Pick<TaskView, 'evaluation' | 'score'> {
  const pending = pendingEvaluation(plan, task)
  if (pending) return { evaluation: pending, score: null }
  const stored = task.evaluation && store.judging.get(task.evaluation.id)
  const evaluation = stored ? toEvaluationView(stored) : null
  return { evaluation, score: evaluation?.score ?? null }
}

/** Of a word that names none now, the word itself. */
function identityOf(identities: Yard['identities'], word: string): TaskView['identity'] {
  const found = identities.resolve(word)
  return found.ok ? identityNameOf(found.value) : { id: null, name: word }
}

const toLogLine = ({ at, by, text, place }: LogLine): TaskView['log'][number] => ({
  at: isoTime(at),
  by,
  text,
  ...(place ? { place } : {}),
})

/** The times at which it fires, the first `count`, while it repeats: its own next one, and those that follow it by its schedule. */
export function nextTimes(
  yard: Pick<Yard, 'now' | 'nextFireAt'>,
  task: Task,
  count: number,
): number[] {
  const { schedule, state } = task
  if (!schedule || isFinished(task)) return []
  const times: number[] = []
  if (state.kind === 'open' && state.notBefore !== null && state.notBefore > yard.now())
    times.push(state.notBefore)
  while (times.length < count) {
    const next = yard.nextFireAt(schedule, times.at(-1) ?? yard.now())
    if (!next.ok || next.value === null) break
    times.push(next.value)
  }
  return times
}

/** What is done, is judged or waits for a person's word on its result has no failure any more; what is tried again keeps the last one. */
export function failureOf({ state, lastFailure }: Task): WorkFailure | null {
  switch (state.kind) {
    case 'failed':
      return state.failure
    case 'done':
    case 'abandoned':
    case 'pending-eval':
      return null
    case 'waiting':
      return state.for === 'approval' || state.for === 'evaluation' ? null : lastFailure
    default:
      return lastFailure
  }
}

/** The sum over all its agents; a part that no agent told stays unknown. */
export function totalUsage(agents: readonly Pick<Agent, 'usage'>[]): Usage | null {
  let total: Usage | null = null
  for (const { usage } of agents) {
    if (!usage) continue
    total = total ? addUsage(total, usage) : usage
  }
  return total
}

const plus = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : a + b

const addUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: plus(a.inputTokens, b.inputTokens),
  outputTokens: plus(a.outputTokens, b.outputTokens),
  cachedTokens: plus(a.cachedTokens, b.cachedTokens),
  reasoningTokens: plus(a.reasoningTokens, b.reasoningTokens),
  costUsd: plus(a.costUsd, b.costUsd),
  ...(a.atLeast || b.atLeast ? { atLeast: true } : {}),
})

/** Its worktree as its latest agent saw it; before that, as it will be. */
function placeOf(yard: TaskSource, task: Task, agents: readonly Agent[]) {
  if (task.worktreeName === null) return { branch: null, worktreePath: null }
  const latest = agents.reduce<Agent | null>(
    (best, agent) =>
      agent.workplace?.branch && agent.generation > (best?.generation ?? -1) ? agent : best,
    null,
  )
  return {
    branch: latest?.workplace?.branch ?? `yard/${task.worktreeName}`,
    worktreePath: latest?.workplace?.cwd ?? join(yard.paths.worktrees, task.worktreeName),
  }
}

/** Artifacts come from the store as they were written; one of an unknown shape is shown as the JSON that it is, as deep as JSON may be. */
export function toArtifactView(stored: unknown): TaskView['artifacts'][number] {
  const artifact = artifactOf(stored)
  if (artifact === null) return { kind: 'json', value: clipJson(stored) }
  return artifact.kind === 'json' ? { ...artifact, value: clipJson(artifact.value) } : artifact
}

/** Who picks the executor and the model of a task's next try, stop by stop. */
export function routeStops(
  config: Pick<LoadedConfig, 'settings' | 'get'>,
  task: Pick<Task, 'executor' | 'exec' | 'model'> & Partial<Pick<Task, 'member'>>,
): TaskView['routes'] {
  const { settings } = config
  const choice = resolveExecutor(settings, task)
  const profile = choice.ok ? choice.value.profile : null
  const general = (field: 'executor' | 'model', isFit: boolean): Candidate[] => {
    const origin = originOf(config, ['coordinator', field])
    const value = settings.coordinator[field]
    const isSaid = origin.level !== 'default'
    return [
      { stop: 'coordinator', value: isSaid ? value : null, origin, isUnfit: !isFit },
      // Without a model, the executor's own choice.
      { stop: 'default', value: isFit && !isSaid ? value : null, origin, isLast: true },
    ]
  }
  return {
    executor: picked([
      { stop: 'task', value: executorOf(task), origin: BY_TASK },
      ...ofMember(config, task.member ?? null),
      ...general('executor', true),
    ]),
    model: picked([
      { stop: 'task', value: task.model, origin: BY_TASK },
      {
        stop: 'executor',
        value: profile?.model ?? null,
        origin: profile && originOf(config, ['executors', profile.name, 'model']),
      },
      ...general('model', profile !== null && generalModel(settings, profile) !== null),
    ]),
    ...(profile
      ? { executorType: profile.type, endpoint: shownEndpoint(config, task, profile) }
      : { executorType: null, endpoint: null }),
  }
}

/** Where it is a member's; that of a person is `manual` without being said. */
function ofMember(
  config: Pick<LoadedConfig, 'settings' | 'get'>,
  name: string | null,
): Candidate[] {
  if (name === null) return []
  const key = config.settings.members[name]?.isPerson ? 'person' : 'executor'
  return [
    {
      stop: 'member',
      value: executorOfMember(config.settings, name),
      origin: originOf(config, ['members', name, key]),
    },
  ]
}

/** Of the next try: its own model counts where it has an address of its own. */
function shownEndpoint(
  config: Pick<LoadedConfig, 'settings' | 'get'>,
  task: Pick<Task, 'executor' | 'model'>,
  profile: Profile,
): TaskView['routes']['endpoint'] {
  const model = resolveModel(config.settings, task, profile)
  const name = model.ok ? model.value.name : null
  return endpointOf(config, task, profile, name === null ? null : findModel(config.settings, name))
}

interface Candidate {
  readonly stop: RouteStop['stop']
  readonly value: string | null
  readonly origin: Origin | null
  readonly isUnfit?: boolean
  readonly isLast?: boolean
}

function picked(candidates: readonly Candidate[]): RouteStop[] {
  const first = candidates.find(
    ({ value, isUnfit, isLast }) => (value !== null && !isUnfit) || isLast,
  )
  return candidates.map((one) => ({
    stop: one.stop,
    value: one.value,
    isPicked: one === first,
    origin: one.value === null ? null : one.origin,
  }))
}
