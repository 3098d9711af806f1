/** Layers become settings: the highest layer that names a key wins, and what must fit together is checked. Pure. */
import { err, invariant, ok, type Result } from '../base/result.ts'
import { nearMatch } from '../domain/near-match.ts'
import {
  EXECUTOR_TYPES,
  type ExecutorType,
  type ModelEntry,
  type Profile,
  type Settings,
} from '../domain/settings.ts'
import { checkSettings } from './check-settings.ts'
import { formatKey } from './keys.ts'
import type { Fault, Layer, Source } from './layer.ts'
import { BUILT_IN_MODELS, createModelEntry, createProfile } from './profiles.ts'
import { configFileSchema, durationMs, type ConfigFile } from './schema.ts'
import { faultAt, findWinner, toWinners, type Winner, type Winners } from './winners.ts'

export interface Merged {
  readonly settings: Settings
  readonly winners: Winners
  readonly executorSource: Source
  readonly modelSource: Source
}

/** `layers` from the lowest to the highest, each already valid on its own. */
export function mergeLayers(layers: readonly Layer[]): Result<Merged, readonly Fault[]> {
  const winners = toWinners(layers)
  const file = configFileSchema.parse(nest([...winners.values()]))
  const faults: Fault[] = []
  const executor = chooseExecutor(file, winners)
  const model = choose(file, winners, 'model', 'opus')
  const settings: Settings = {
    coordinator: {
      maxAgents: file.coordinator.max_agents,
      pollIntervalMs: ms(file.coordinator.poll_interval, 's'),
      executor: executor.value,
      model: model.value,
    },
    agent: {
      heartbeatTimeoutMs: ms(file.agent.heartbeat_timeout, 'm'),
      stopGraceMs: ms(file.agent.stop_grace, 's'),
      maxSubtasks: file.agent.max_subtasks,
    },
    schedule: { missed: file.schedule.missed, tz: file.schedule.tz ?? null },
    store: {
      synchronous: file.store.synchronous,
      backups: file.store.backups,
      backupIntervalMs: ms(file.store.backup_interval, 'm'),
    },
    caps: file.caps,
    executors: profilesOf(file, winners, faults),
    models: modelsOf(file, winners, faults),
  }
  if (faults.length === 0) faults.push(...checkSettings(settings, winners))
  if (faults.length > 0) return err(faults)
  return ok({
    settings: freeze(settings),
    winners,
    executorSource: executor.source,
    modelSource: model.source,
  })
}

function nest(leaves: readonly Winner[]): Record<string, unknown> {
  const root = new Map<string, unknown>()
  for (const { path, value } of leaves) {
    let table = root
    for (const part of path.slice(0, -1)) {
      const inner = table.get(part)
      const next = inner instanceof Map ? inner : new Map<string, unknown>()
      table.set(part, next)
      table = next
    }
    const last = path.at(-1) ?? ''
    const isOwnTable =
      typeof value === 'object' && value !== null && Object.keys(value).length === 0
    if (!isOwnTable) table.set(last, value)
    else if (!table.has(last)) table.set(last, new Map())
  }
  return plain(root)
}

const plain = (table: ReadonlyMap<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    [...table].map(([key, value]) => [key, value instanceof Map ? plain(value) : value]),
  )

function ms(value: number | string, unit: 's' | 'm'): number {
  const result = durationMs(value, unit)
  invariant(result !== null, `${value} passed the schema`)
  return result
}

interface Chosen {
  readonly value: string
  readonly source: Source
}

function choose(
  file: ConfigFile,
  winners: Winners,
  key: 'executor' | 'model',
  fallback: string,
): Chosen {
  for (const table of ['coordinator', 'agent'] as const) {
    const value = file[table][key]
    if (value !== undefined) return { value, source: sourceAt(winners, [table, key]) }
  }
  return { value: fallback, source: 'default' }
}

export const sourceAt = (winners: Winners, path: readonly string[]): Source =>
  findWinner(winners, path)?.layer.source ?? 'default'

function chooseExecutor(file: ConfigFile, winners: Winners): Chosen {
  const chosen = choose(file, winners, 'executor', 'claude')
  if (chosen.source !== 'default' || !Object.hasOwn(file.executors, 'default')) return chosen
  return { value: 'default', source: sourceAt(winners, ['executors', 'default']) }
}

const typeNamed = (name: string): ExecutorType | null =>
  EXECUTOR_TYPES.find((type) => type === name) ?? null

function profilesOf(file: ConfigFile, winners: Winners, faults: Fault[]): Record<string, Profile> {
  const builtIn = EXECUTOR_TYPES.filter((type) => type !== 'command').map(
    (type) => [type, createProfile(type, type, {})] as const,
  )
  const own = Object.entries(file.executors).flatMap(([name, table]) => {
    const type = table.type ?? typeNamed(name)
    if (type !== null) return [[name, createProfile(name, type, table)] as const]
    const near = nearMatch(name, EXECUTOR_TYPES)
    const hint = near === null ? null : `did you mean [executors.${near}]?`
    const message = `executors.${formatKey([name])} needs a type: one of ${EXECUTOR_TYPES.join(', ')}`
    faults.push(faultAt(winners, ['executors', name], { message, hint }))
    return []
  })
  return Object.fromEntries([...builtIn, ...own])
}

function modelsOf(file: ConfigFile, winners: Winners, faults: Fault[]): Record<string, ModelEntry> {
  const names = new Set([...Object.keys(BUILT_IN_MODELS), ...Object.keys(file.models)])
  const entries: [string, ModelEntry][] = []
  for (const name of names) {
    const entry = createModelEntry(
      name,
      Object.hasOwn(file.models, name) ? (file.models[name] ?? {}) : {},
    )
    if (entry) entries.push([name, entry])
    else {
      const message = `models.${formatKey([name])} needs a provider and a model_id`
      faults.push(faultAt(winners, ['models', name], { message }))
    }
  }
  return Object.fromEntries(entries)
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
