/** What no key can be judged by alone: names that must exist, fields that a type uses, cycles. */
import { findModel, isModelName, unknownModel } from '../domain/routing/models.ts'
import { resolveExecutor, profileOf, unknownExecutor } from '../domain/routing/resolve.ts'
import {
  type ExecutorType,
  PLACEHOLDER,
  PLACEHOLDERS,
  type Profile,
  EXECUTOR_KINDS,
  ROLES,
  type Settings,
} from '../domain/settings.ts'
import type { Failure } from '../domain/failure.ts'
import { nearMatch } from '../domain/near-match.ts'
import { checkJudging } from './judging-settings.ts'
import { checkMail } from './mail/mail-settings.ts'
import { formatKey } from './keys.ts'
import { errorAt, findWinner, type ConfigError, type Winners } from './layer.ts'
import { executorFileSchema } from './registry-schema.ts'
import { ROLES_TABLE } from './schema.ts'
import { FIELDS_OF_TYPE } from './models.ts'

export function checkSettings(settings: Settings, winners: Winners): ConfigError[] {
  return [
    ...Object.values(settings.executors).flatMap((profile) =>
      checkProfile(settings, winners, profile),
    ),
    ...checkGeneral(settings, winners),
    ...checkRoles(settings, winners),
    ...checkJudging(settings, winners),
    ...checkMail(settings, winners),
    ...Object.keys(settings.caps.models).flatMap((name) => {
      const failure = findModel(settings, name) ? null : unknownModel(settings, name)
      return failure ? [refused(winners, ['caps', 'models', name], failure)] : []
    }),
  ]
}

function checkProfile(settings: Settings, winners: Winners, profile: Profile): ConfigError[] {
  const table = ['executors', profile.name]
  const fields = Object.keys(executorFileSchema.shape).filter((field) =>
    isSaid(winners, [...table, field]),
  )
  const used: readonly string[] = FIELDS_OF_TYPE[profile.type]
  const idle = fields.filter((field) => !used.includes(field))
  if (idle.length > 0) return idle.map((field) => idleField(winners, profile, field))
  const faults = checkNames(settings, winners, profile)
  if (faults.length > 0 || profile.type !== 'schedule' || fields.length === 0) return faults
  const end = resolveExecutor(settings, { executor: profile.name, exec: null })
  return end.ok ? [] : [{ ...refused(winners, table, end.error), kind: 'bad-request' as const }]
}

/** A key without an address means nothing to them; `native` asks the provider of its model. */
const hasManyProviders = (type: Profile['type']): boolean =>
  EXECUTOR_KINDS[type].provider === null && type !== 'native'

function checkNames(settings: Settings, winners: Winners, profile: Profile): ConfigError[] {
  const { name, model, then } = profile
  const table = ['executors', name]
  const faults = [...checkPlaces(winners, profile), ...checkFallback(settings, winners, profile)]
  if (model !== null && !isModelName(settings, model))
    faults.push(refused(winners, [...table, 'model'], unknownModel(settings, model)))
  if (then !== null && then !== 'default' && !profileOf(settings, then))
    faults.push(refused(winners, [...table, 'then'], unknownExecutor(settings, then)))
  return faults
}

/** Its program, its address, its key: what it cannot do without, and what cannot stand together. */
function checkPlaces(winners: Winners, profile: Profile): ConfigError[] {
  const { name, type, command, baseUrl, apiKeyEnv, url } = profile
  const table = ['executors', name]
  const faults: ConfigError[] = []
  if (COMMANDS[type] !== undefined && command === null && isSaid(winners, table)) {
    const message = `${formatKey(table)} needs a command: command = ${COMMANDS[type]}`
    faults.push(errorAt(winners, table, { message }))
  }
  faults.push(...unknownPlaceholders(winners, profile))
  if (apiKeyEnv !== null && baseUrl === null && hasManyProviders(type)) {
    const message = `${formatKey([...table, 'api_key_env'])} needs a base_url: ${type} has many providers, each with a key of its own`
    faults.push(errorAt(winners, [...table, 'api_key_env'], { message }))
  }
  if (type === 'http' && url === null && name !== 'http') {
    const message = `${formatKey(table)} needs a url: url = "http://127.0.0.1:3531/api/task"`
    faults.push(errorAt(winners, table, { message }))
  }
  if (isSaid(winners, [...table, 'url']) && isSaid(winners, [...table, 'endpoint'])) {
    const message = `${formatKey(table)} has a url and an endpoint, which mean the same`
    faults.push(errorAt(winners, [...table, 'endpoint'], { message }))
  }
  return faults
}

/** It would reach the program as it stands, which is not what a person with a typing error means. */
function unknownPlaceholders(winners: Winners, { name, type, command }: Profile): ConfigError[] {
  const path = ['executors', name, 'command']
  if (COMMANDS[type] === undefined || command === null || !isSaid(winners, path)) return []
  const found = new Set(command.slice(1).flatMap((part) => part.match(PLACEHOLDER) ?? []))
  return [...found]
    .filter((word) => !PLACEHOLDERS.some((known) => known === word))
    .map((word) => {
      const near = nearMatch(word, PLACEHOLDERS)
      const meant = near === null ? `there are ${PLACEHOLDERS.join(', ')}` : `did you mean ${near}?`
      return errorAt(winners, path, {
        message: `${formatKey(path)} has an unknown placeholder ${word}`,
        hint: `${meant} (a brace that is meant as one is written with a space: { ${word.slice(1, -1)} })`,
      })
    })
}

/** Who stands in must be there, and must not be stood in for by the one that it stands in for. */
function checkFallback(settings: Settings, winners: Winners, profile: Profile): ConfigError[] {
  const path = ['executors', profile.name, 'fallback']
  const passed = [profile.name]
  for (let name = profile.fallback; name !== null;) {
    const next = profileOf(settings, name)
    if (!next) return [refused(winners, path, unknownExecutor(settings, name))]
    passed.push(next.name)
    if (passed.indexOf(next.name) < passed.length - 1) {
      const message = `${formatKey(path)} leads in a cycle: ${passed.join(' → ')}`
      return [errorAt(winners, path, { message })]
    }
    name = next.fallback
  }
  return []
}

const checkRoles = (settings: Settings, winners: Winners): ConfigError[] =>
  ROLES.flatMap((role) => {
    const word = settings.roles[role]
    const isKnown = word === null || isModelName(settings, word)
    const path = ['models', ROLES_TABLE, role]
    return isKnown ? [] : [refused(winners, path, unknownModel(settings, word))]
  })

/** Types that have no program of their own, with what a command of theirs looks like. */
const COMMANDS: Readonly<Partial<Record<ExecutorType, string>>> = {
  command: '["prog", "{prompt_file}"]',
  acp: '["gemini", "--acp"]',
}

const isSaid = (winners: Winners, path: readonly string[]): boolean =>
  findWinner(winners, path) !== null

function idleField(winners: Winners, profile: Profile, field: string): ConfigError {
  const path = ['executors', profile.name, field]
  const near = nearMatch(field, FIELDS_OF_TYPE[profile.type])
  return errorAt(winners, path, {
    message: `${formatKey(path)} does nothing: executors of type ${profile.type} take ${FIELDS_OF_TYPE[profile.type].join(', ')}`,
    hint: near === null ? null : `did you mean ${near}?`,
    kind: 'bad-key',
  })
}

function checkGeneral(settings: Settings, winners: Winners): ConfigError[] {
  const faults: ConfigError[] = []
  for (const table of ['coordinator', 'agent']) {
    const executor = winners.get(`${table}.executor`)
    const name = String(executor?.value)
    if (executor && !profileOf(settings, name))
      faults.push(refused(winners, executor.path, unknownExecutor(settings, name)))
    const model = winners.get(`${table}.model`)
    if (model && !isModelName(settings, String(model.value)))
      faults.push(refused(winners, model.path, unknownModel(settings, String(model.value))))
  }
  faults.push(...checkMerger(settings, winners))
  if (faults.length > 0 || isBuiltIn(winners)) return faults
  const end = resolveExecutor(settings, { executor: null, exec: null })
  const path = ['coordinator', 'agent']
    .map((table) => [table, 'executor'])
    .find((p) => isSaid(winners, p))
  if (!end.ok)
    faults.push({
      ...refused(winners, path ?? ['executors', 'default'], end.error),
      kind: 'bad-request',
    })
  return faults
}

function checkMerger(settings: Settings, winners: Winners): ConfigError[] {
  const merger = winners.get('worktree.merger')
  const name = String(merger?.value)
  const isUnknown = !['agent', 'person'].includes(name) && !profileOf(settings, name)
  return merger && isUnknown ? [refused(winners, merger.path, unknownExecutor(settings, name))] : []
}

/** The settings name no executor for tasks that name none. */
const isBuiltIn = (winners: Winners): boolean =>
  !['coordinator.executor', 'agent.executor', 'executors.default'].some((key) => winners.has(key))

function refused(winners: Winners, path: readonly string[], failure: Failure): ConfigError {
  const message = `${formatKey(path)}: ${failure.message}`
  return errorAt(winners, path, { message, hint: failure.hint ?? null, kind: failure.kind })
}
