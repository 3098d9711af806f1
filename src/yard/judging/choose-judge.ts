/** Who is asked a judgement now, by the settings: another provider than the worker's first. Pure. */
import type { JudgementPurpose, JudgeChoice, Judgement } from '../../domain/judging/judgement.ts'
import type { Judge } from '../../domain/judging/evaluation.ts'
import { durationText } from '../../domain/format.ts'
import { reached, type Spent } from '../../domain/budget/budget.ts'
import type { Plan } from '../../domain/plan.ts'
import { findModel } from '../../domain/routing/models.ts'
import {
  profileOf,
  resolveModel,
  resolveRoleModel,
  unknownExecutor,
} from '../../domain/routing/resolve.ts'
import {
  accountOf,
  isAnswering,
  type Profile,
  type Role,
  type Settings,
} from '../../domain/settings.ts'

export interface JudgeSource {
  readonly settings: Settings
  readonly plan: Pick<Plan, 'breakers'>
  readonly isTrusted: boolean
  /** What judging has used today. */
  readonly spentToday: () => Spent
  /** The provider of the agent that is judged; null where there is none. */
  readonly workerProvider: string | null
  /** What this machine lacks to run it; null = nothing. */
  readonly hostProblem: (executor: string, model: string | null) => string | null
  /** Why this machine starts no question now; null = it may. */
  readonly shortage: () => string | null
  /** Why its answers cannot be relied on; null = nothing is known against it. */
  readonly flagOf: (judge: Judge) => string | null
  /** Version of what is asked. */
  readonly promptOf: (purpose: JudgementPurpose) => string
}

const ROLE_OF: Readonly<Record<JudgementPurpose, Role>> = {
  evaluation: 'evaluator',
  canary: 'evaluator',
  triage: 'triage',
  assignment: 'assigner',
}

/** Nobody tells when a machine is less busy. */
const LOOK_MS = 1000

const refuse = (reason: string, hint?: string): JudgeChoice => ({
  kind: 'refuse',
  reason,
  ...(hint === undefined ? {} : { hint }),
})

const WHO = 'judging.executor names who is asked; yard executors says what each lacks'
const HOW_MUCH = 'judging.day_usd and judging.day_tokens say how much'

export function chooseJudge(source: JudgeSource, judgement: Judgement, now: number): JudgeChoice {
  const { settings, isTrusted } = source
  if (!isTrusted) return { kind: 'wait', reason: 'the yard is not confirmed', until: null }
  const named = judgement.wish?.executor ?? null
  const names = named === null ? settings.judging.executors : [named]
  if (names.length === 0)
    return refuse(
      'nobody can judge: judging.executor names no executor with a model behind it',
      WHO,
    )
  const spent = overspent(source)
  if (spent !== null) return refuse(spent, HOW_MUCH)
  const known = names.map((name) => candidateOf(source, judgement, name))
  const fit = known.filter((each) => typeof each !== 'string')
  if (fit.length === 0) {
    const lacks = known.filter((each) => typeof each === 'string').join('; ')
    return refuse(`nobody can judge: ${lacks} (judging.executor: ${names.join(', ')})`, WHO)
  }
  const others = fit.filter(({ provider }) => provider !== source.workerProvider)
  const own = fit.filter(({ provider }) => provider === source.workerProvider)
  const choice = awakeOf(source, [...others, ...own], judgement, now)
  const reason = choice.kind === 'judge' ? source.shortage() : null
  return reason === null ? choice : { kind: 'wait', reason, until: now + LOOK_MS, of: 'machine' }
}

/** All who may be asked to evaluate a result by the settings and this machine, flagged, asleep or not. */
export function gatingJudges(source: JudgeSource, judgement: Judgement): Judge[] {
  const unflagged = { ...source, flagOf: () => null }
  return source.settings.judging.executors
    .map((name) => candidateOf(unflagged, judgement, name))
    .filter((each) => typeof each !== 'string')
}

/** Or why it cannot be asked. */
function candidateOf(source: JudgeSource, judgement: Judgement, name: string): Judge | string {
  const { settings } = source
  const profile = profileOf(settings, name)
  if (!profile) return unknownExecutor(settings, name).message
  if (!isAnswering(profile.type)) return `executor "${name}" (${profile.type}) has no model to ask`
  const model = modelOf(settings, judgement, profile)
  if (!model.ok) return model.error.message
  const problem = source.hostProblem(name, model.value.name)
  if (problem !== null) return problem
  const entry = model.value.name === null ? null : findModel(settings, model.value.name)
  const judge: Judge = {
    executor: name,
    model: model.value.name,
    modelId: model.value.modelId,
    provider: accountOf(profile, entry),
    provenance: judgement.wish ? 'named by a person' : model.value.why,
    prompt: source.promptOf(judgement.purpose),
  }
  // A canary measures it, and a person who names it knows whom they ask.
  const isMeasured = judgement.purpose === 'evaluation' && judgement.wish === null
  const flag = isMeasured ? source.flagOf(judge) : null
  return flag === null ? judge : `${judgeName(judge)} is flagged: ${flag}`
}

function modelOf(settings: Settings, { wish, purpose }: Judgement, profile: Profile) {
  const model = wish?.model ?? null
  return model === null
    ? resolveRoleModel(settings, ROLE_OF[purpose], profile)
    : resolveModel(settings, { model }, profile)
}

/** `claude/sonnet` */
export const judgeName = ({ executor, model }: Pick<Judge, 'executor' | 'model'>): string =>
  model === null ? executor : `${executor}/${model}`

function awakeOf(
  { plan, settings }: JudgeSource,
  judges: readonly Judge[],
  { queuedAt, turn }: Judgement,
  now: number,
): JudgeChoice {
  const asleep = judges.map((judge) => ({
    judge,
    breaker:
      judge.provider === null ? null : (plan.breakers.get(`provider:${judge.provider}`) ?? null),
  }))
  const { patienceMs } = settings.judging
  const givesUpAt = queuedAt + patienceMs
  const waited = `it was waited for ${durationText(patienceMs)}`
  const awake = asleep.find(({ breaker }) => breaker === null)
  if (awake && turn > 1 && now >= givesUpAt)
    return refuse(`${judgeName(awake.judge)} was asked and refused; ${waited}`)
  if (awake) return { kind: 'judge', judge: awake.judge }
  const [first] = asleep.flatMap(({ breaker }) => breaker ?? [])
  const reason = first ? `${first.subject} sleeps: ${first.reason}` : 'nobody is awake'
  return now >= givesUpAt
    ? refuse(`${reason}; ${waited}`)
    : { kind: 'wait', reason, until: givesUpAt, wakesAt: first?.until ?? null }
}

/** Its own cap of the day, or one that holds for everything. */
function overspent({ settings, plan, spentToday }: JudgeSource): string | null {
  for (const breaker of plan.breakers.values()) if (breaker.kind === 'budget') return breaker.reason
  const { dayUsd, dayTokens } = settings.judging
  if (dayUsd === null && dayTokens === null) return null
  const over = reached(spentToday(), { usd: dayUsd, tokens: dayTokens })
  return over === null ? null : `what judging may use today is used up: ${over}`
}
