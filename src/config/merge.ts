/** Layers become settings: the highest layer that names a key wins, and what must fit together is checked. Pure. */
import { err, invariant, ok, type Result } from '../base/result.ts'
import { type DurationUnit, parseBytes } from '../domain/format.ts'
import { nearMatch } from '../domain/near-match.ts'
import {
  type Budget,
  EXECUTOR_TYPES,
  type ExecutorType,
  type MachineSettings,
  type ModelEntry,
  type Profile,
  type Role,
  type Settings,
  type WorktreeSettings,
} from '../domain/settings.ts'
import { checkSettings } from './check-settings.ts'
import { judgingTablesOf } from './judging-settings.ts'
import { mailTablesOf } from './mail/mail-settings.ts'
import { parseInstant } from './times.ts'
import { formatKey } from './keys.ts'
import {
  errorAt,
  findWinner,
  toWinners,
  type ConfigError,
  type Layer,
  type Source,
  type Winner,
  type Winners,
} from './layer.ts'
import { BUILT_IN_MODELS, createModelEntry, createProfile } from './models.ts'
import { CLAUDE_PROXY } from './registry-schema.ts'
import { durationMs } from './value-schemas.ts'
import { configFileSchema, READ_ONCE, ROLES_TABLE, type ConfigFile } from './schema.ts'

export interface Merged {
  readonly settings: Settings
  readonly winners: Winners
  readonly executorSource: Source
  readonly modelSource: Source
}

/** `layers` from the lowest to the highest, each already valid on its own. */
export function mergeLayers(layers: readonly Layer[]): Result<Merged, readonly ConfigError[]> {
  const winners = toWinners(layers)
  const file = configFileSchema.parse(nest([...winners.values()]), READ_ONCE)
  const faults: ConfigError[] = []
  const executor = chooseExecutor(file, winners)
  const model = choose(file, winners, 'model', 'opus')
  const executors = profilesOf(file, winners, faults)
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
      doneGraceMs: ms(file.agent.done_grace, 'm'),
      endSilent: file.agent.end_silent,
      maxSubtasks: file.agent.max_subtasks,
      keepOutputMs: ms(file.agent.keep_output, 'd'),
    },
    schedule: { missed: file.schedule.missed, tz: file.schedule.tz ?? null },
    store: {
      synchronous: file.store.synchronous,
      backups: file.store.backups,
      backupIntervalMs: ms(file.store.backup_interval, 'm'),
    },
    worktree: worktreeOf(file),
    caps: file.caps,
    executors,
    models: modelsOf(file, winners, faults),
    roles: rolesOf(file),
    budget: budgetOf(file),
    machine: machineOf(file),
    ...judgingTablesOf(file, executors, executor.value),
    ...mailTablesOf(file),
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

function worktreeOf({ worktree }: ConfigFile): WorktreeSettings {
  const { copy, uncommitted, land, push, remote, merger } = worktree
  return {
    copy,
    uncommitted,
    land,
    push,
    remote,
    merger,
    setup: worktree.setup ?? null,
    setupTimeoutMs: ms(worktree.setup_timeout, 'm'),
    target: worktree.target ?? null,
  }
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
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
    const isOwnTable = isTable && Object.keys(value).length === 0
    if (!isOwnTable) table.set(last, value)
    else if (!table.has(last)) table.set(last, new Map())
  }
  return plain(root)
}

const plain = (table: ReadonlyMap<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    [...table].map(([key, value]) => [key, value instanceof Map ? plain(value) : value]),
  )

function ms(value: number | string, unit: DurationUnit): number {
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
  const role = key === 'model' ? file.models[ROLES_TABLE].default : undefined
  if (role !== undefined)
    return { value: role, source: sourceAt(winners, ['models', ROLES_TABLE, 'default']) }
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

function profilesOf(
  file: ConfigFile,
  winners: Winners,
  faults: ConfigError[],
): Record<string, Profile> {
  const builtIn = EXECUTOR_TYPES.filter((type) => type !== 'command').map(
    (type) => [type, createProfile(type, type, {})] as const,
  )
  const own = Object.entries(file.executors).flatMap(([name, table]) => {
    const word = table.type ?? (name === CLAUDE_PROXY ? CLAUDE_PROXY : typeNamed(name))
    if (word === CLAUDE_PROXY && table.base_url === undefined) {
      const message = `executors.${formatKey([name])} is a claude_proxy and needs a base_url`
      faults.push(errorAt(winners, ['executors', name], { message }))
    }
    const type = word === CLAUDE_PROXY ? 'claude' : word
    if (type !== null) return [[name, createProfile(name, type, table)] as const]
    const near = nearMatch(name, EXECUTOR_TYPES)
    const hint = near === null ? null : `did you mean [executors.${near}]?`
    const message = `executors.${formatKey([name])} needs a type: one of ${EXECUTOR_TYPES.join(', ')}`
    faults.push(errorAt(winners, ['executors', name], { message, hint }))
    return []
  })
  return Object.fromEntries([...builtIn, ...own])
}

function modelsOf(
  file: ConfigFile,
  winners: Winners,
  faults: ConfigError[],
): Record<string, ModelEntry> {
  const { [ROLES_TABLE]: _roles, ...own } = file.models
  const names = new Set([...Object.keys(BUILT_IN_MODELS), ...Object.keys(own)])
  const entries: [string, ModelEntry][] = []
  for (const name of names) {
    const entry = createModelEntry(name, Object.hasOwn(own, name) ? (own[name] ?? {}) : {})
    if (entry.ok) entries.push([name, entry.value])
    else {
      const message = `models.${formatKey([name])} ${entry.error}`
      faults.push(errorAt(winners, ['models', name], { message }))
    }
  }
  return Object.fromEntries(entries)
}

function rolesOf(file: ConfigFile): Record<Role, string | null> {
  const {
    default: own = null,
    merger = null,
    summariser = null,
    ...said
  } = file.models[ROLES_TABLE]
  const { evaluator, triage, assigner } = said
  return { default: own, evaluator, triage, assigner, merger, summariser }
}

function budgetOf({ budget }: ConfigFile): Budget {
  const { graph_since: since } = budget
  return {
    dayUsd: budget.day_usd ?? null,
    dayTokens: budget.day_tokens ?? null,
    graphUsd: budget.graph_usd ?? null,
    graphTokens: budget.graph_tokens ?? null,
    graphSince: since === undefined ? null : parseInstant(since),
  }
}

function machineOf({ machine }: ConfigFile): MachineSettings {
  const { max_agents: maxAgents = null, min_free_memory: memory } = machine
  return { maxAgents, minFreeMemory: memory === undefined ? null : parseBytes(String(memory)) }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
