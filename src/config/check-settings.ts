/** What no key can be judged by alone: names that must exist, fields that a type uses, circles. */
import {
  resolveExecutor,
  findModel,
  profileOf,
  unknownExecutor,
  unknownModel,
} from '../domain/resolve.ts'
import type { Failure } from '../domain/failure.ts'
import { PROVIDER_OF_TYPE, type Profile, type Settings } from '../domain/settings.ts'
import { nearMatch } from '../domain/near-match.ts'
import { formatKey } from './keys.ts'
import type { Fault } from './layer.ts'
import { faultAt, findWinner, type Winners } from './winners.ts'
import { executorFileSchema } from './schema.ts'
import { FIELDS_OF_TYPE } from './profiles.ts'

export function checkSettings(settings: Settings, winners: Winners): Fault[] {
  return [
    ...Object.values(settings.executors).flatMap((profile) =>
      checkProfile(settings, winners, profile),
    ),
    ...checkGeneral(settings, winners),
    ...Object.keys(settings.caps.models).flatMap((name) => {
      const failure = findModel(settings, name) ? null : unknownModel(settings, name)
      return failure ? [refused(winners, ['caps', 'models', name], failure)] : []
    }),
  ]
}

function checkProfile(settings: Settings, winners: Winners, profile: Profile): Fault[] {
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

function checkNames(settings: Settings, winners: Winners, profile: Profile): Fault[] {
  const { type, command, model, then, baseUrl, apiKeyEnv } = profile
  const table = ['executors', profile.name]
  const faults: Fault[] = []
  if (type === 'command' && command === null) {
    const message = `${formatKey(table)} needs a command: command = ["prog", "{prompt_file}"]`
    faults.push(faultAt(winners, table, { message }))
  }
  if (apiKeyEnv !== null && baseUrl === null && PROVIDER_OF_TYPE[type] === null) {
    const message = `${formatKey([...table, 'api_key_env'])} needs a base_url: ${type} has many providers, each with a key of its own`
    faults.push(faultAt(winners, [...table, 'api_key_env'], { message }))
  }
  if (model !== null && !findModel(settings, model))
    faults.push(refused(winners, [...table, 'model'], unknownModel(settings, model)))
  if (then !== null && then !== 'default' && !profileOf(settings, then))
    faults.push(refused(winners, [...table, 'then'], unknownExecutor(settings, then)))
  return faults
}

const isSaid = (winners: Winners, path: readonly string[]): boolean =>
  findWinner(winners, path) !== null

function idleField(winners: Winners, profile: Profile, field: string): Fault {
  const path = ['executors', profile.name, field]
  const near = nearMatch(field, FIELDS_OF_TYPE[profile.type])
  return faultAt(winners, path, {
    message: `${formatKey(path)} does nothing: executors of type ${profile.type} take ${FIELDS_OF_TYPE[profile.type].join(', ')}`,
    hint: near === null ? null : `did you mean ${near}?`,
    kind: 'bad-key',
  })
}

function checkGeneral(settings: Settings, winners: Winners): Fault[] {
  const faults: Fault[] = []
  for (const table of ['coordinator', 'agent']) {
    const executor = winners.get(`${table}.executor`)
    const name = String(executor?.value)
    if (executor && !profileOf(settings, name))
      faults.push(refused(winners, executor.path, unknownExecutor(settings, name)))
    const model = winners.get(`${table}.model`)
    if (model && !findModel(settings, String(model.value)))
      faults.push(refused(winners, model.path, unknownModel(settings, String(model.value))))
  }
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

/** Nobody named an executor for tasks that name none. */
const isBuiltIn = (winners: Winners): boolean =>
  !['coordinator.executor', 'agent.executor', 'executors.default'].some((key) => winners.has(key))

function refused(winners: Winners, path: readonly string[], failure: Failure): Fault {
  const message = `${formatKey(path)}: ${failure.message}`
  return faultAt(winners, path, { message, hint: failure.hint ?? null, kind: failure.kind })
}
