/** The tables about judging as settings, and what their values must fit beside each other. Pure. */
import { invariant } from '../base/result.ts'
import type { DurationUnit } from '../domain/format.ts'
import type {
  AssignmentSettings,
  CheckSettings,
  EvaluationSettings,
  JudgingSettings,
  RoutingArm,
  RoutingSettings,
  TriageSettings,
} from '../domain/judging/judging-settings.ts'
import { type Gate, WEIGHTED_DIMENSIONS } from '../domain/judging/score.ts'
import { modelFor, takesModel } from '../domain/routing/models.ts'
import { profileOf, unknownExecutor } from '../domain/routing/resolve.ts'
import { isAnswering, type Profile, type Settings } from '../domain/settings.ts'
import type { Failure } from '../domain/failure.ts'
import { gateOf } from './judging-schema.ts'
import { formatKey } from './keys.ts'
import { errorAt, findWinner, type ConfigError, type Winners } from './layer.ts'
import type { ConfigFile } from './schema.ts'
import { durationMs } from './value-schemas.ts'

interface JudgingTables {
  readonly judging: JudgingSettings
  readonly evaluation: EvaluationSettings
  readonly triage: TriageSettings
  readonly assignment: AssignmentSettings
  readonly routing: RoutingSettings
}

/** `own`: the executor of tasks that name none. */
export function judgingTablesOf(
  file: ConfigFile,
  executors: Readonly<Record<string, Profile>>,
  own: string,
): JudgingTables {
  return {
    judging: judgingOf(file, executors, own),
    evaluation: evaluationOf(file),
    triage: {
      auto: file.triage.auto,
      timeoutMs: ms(file.triage.timeout, 's'),
      tail: file.triage.tail,
    },
    assignment: assignmentOf(file),
    routing: routingOf(file, executors),
  }
}

function judgingOf(
  { judging, coordinator }: ConfigFile,
  executors: Readonly<Record<string, Profile>>,
  own: string,
): JudgingSettings {
  const profile = Object.hasOwn(executors, own) ? executors[own] : undefined
  const isFit = profile !== undefined && isAnswering(profile.type) && takesModel(profile)
  const said = judging.executor ?? (isFit ? [own] : [])
  return {
    executors: [...new Set(typeof said === 'string' ? [said] : said)],
    lane: judging.lane ?? Math.min(100, Math.max(2, Math.floor(coordinator.max_agents / 8))),
    timeoutMs: ms(judging.timeout, 'm'),
    patienceMs: ms(judging.patience, 'm'),
    dayUsd: judging.day_usd ?? null,
    dayTokens: judging.day_tokens ?? null,
    maxInput: judging.max_input,
    redact: judging.redact,
    exclude: judging.exclude,
    canaries: judging.canaries,
    kinds: judging.kinds,
  }
}

function evaluationOf({ evaluation }: ConfigFile): EvaluationSettings {
  const { gate, retries, second_look: secondLook, on_failure: onFailure, wait } = evaluation
  const { tags, weights, checks } = evaluation
  return {
    gate: readGate(gate),
    retries,
    secondLook,
    onFailure,
    wait,
    tags: Object.fromEntries(Object.entries(tags).map(([tag, said]) => [tag, readGate(said)])),
    weights,
    checks: Object.entries(checks).map(([name, check]) => checkOf(name, check)),
  }
}

type CheckFile = ConfigFile['evaluation']['checks'][string]

function checkOf(name: string, check: CheckFile): CheckSettings {
  const { run, gate, timeout } =
    typeof check === 'string' ? { run: check, gate: true, timeout: 10 } : check
  return { name, line: run, gates: gate, timeoutMs: ms(timeout, 'm') }
}

function assignmentOf({ assignment: { auto, timeout, identities } }: ConfigFile) {
  const said = typeof identities === 'string' ? [identities] : identities
  return { auto, timeoutMs: ms(timeout, 's'), identities: said.includes('all') ? null : said }
}

function routingOf(
  { routing }: ConfigFile,
  executors: Readonly<Record<string, Profile>>,
): RoutingSettings {
  return {
    learn: routing.learn,
    arms: [...new Set(routing.arms)].map((word) => armOf(word, executors)),
    pointUsd: routing.point_usd,
    hourUsd: routing.hour_usd,
    explore: routing.explore,
    halfLife: routing.half_life,
  }
}

/** Names of executors and models may hold slashes themselves: the executor is the first that exists. */
function armOf(word: string, executors: Readonly<Record<string, Profile>>): RoutingArm {
  const splits = [...word.matchAll(/\//g)].map(({ index }) => ({
    name: word,
    executor: word.slice(0, index),
    model: word.slice(index + 1),
  }))
  const known = splits.find(({ executor }) => Object.hasOwn(executors, executor)) ?? splits[0]
  invariant(known, `${word} passed the schema`)
  return known
}

function readGate(value: number | string): Gate {
  const gate = gateOf(value)
  invariant(gate !== null, `${value} passed the schema`)
  return gate
}

function ms(value: number | string, unit: DurationUnit): number {
  const result = durationMs(value, unit)
  invariant(result !== null, `${value} passed the schema`)
  return result
}

/** Sums of decimal fractions are not exact, and people round. */
const TOLERANCE = 0.001 + 1e-9

export function checkJudging(settings: Settings, winners: Winners): ConfigError[] {
  return [
    ...checkJudges(settings, winners),
    ...checkWeights(settings, winners),
    ...checkArms(settings, winners),
  ]
}

function checkJudges(settings: Settings, winners: Winners): ConfigError[] {
  const path = ['judging', 'executor']
  if (findWinner(winners, path) === null) return []
  return settings.judging.executors.flatMap((name) => {
    const profile = profileOf(settings, name)
    if (!profile) return [refused(winners, path, unknownExecutor(settings, name))]
    if (isAnswering(profile.type)) return []
    const message = `${formatKey(path)}: executor "${name}" (${profile.type}) cannot judge: no model answers there`
    const hint = 'name an agent CLI, or an executor of type native or acp'
    return [errorAt(winners, path, { message, hint })]
  })
}

function checkWeights({ evaluation: { weights } }: Settings, winners: Winners): ConfigError[] {
  const sum = WEIGHTED_DIMENSIONS.reduce((before, name) => before + weights[name], 0)
  if (Math.abs(sum - 1) <= TOLERANCE) return []
  const said = WEIGHTED_DIMENSIONS.map((name) => `${name} ${weights[name]}`).join(', ')
  return [
    errorAt(winners, ['evaluation', 'weights'], {
      message: `evaluation.weights add up to ${Number(sum.toFixed(4))} and must add up to 1: ${said}`,
      hint: 'those that are left out keep their default; change them together in the file',
    }),
  ]
}

function checkArms(settings: Settings, winners: Winners): ConfigError[] {
  const path = ['routing', 'arms']
  return settings.routing.arms.flatMap(({ name, executor, model }) => {
    const profile = profileOf(settings, executor)
    if (!profile) return [refused(winners, path, unknownExecutor(settings, executor))]
    if (!takesModel(profile)) {
      const message = `${formatKey(path)}: executor "${executor}" of "${name}" takes no model`
      return [errorAt(winners, path, { message })]
    }
    const found = modelFor(settings, profile, model)
    return found.ok ? [] : [refused(winners, path, found.error)]
  })
}

function refused(winners: Winners, path: readonly string[], failure: Failure): ConfigError {
  const message = `${formatKey(path)}: ${failure.message}`
  return errorAt(winners, path, { message, hint: failure.hint ?? null, kind: failure.kind })
}
