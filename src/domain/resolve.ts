/** Which executor and which model a task gets, and why. Pure; nothing is looked up but the settings. */
import { err, ok, type Result } from '../base/result.ts'
import { failure, type Failure } from './failure.ts'
import { hintOf } from './near-match.ts'
import {
  isAgentCli,
  PROVIDER_OF_TYPE,
  type ModelEntry,
  type Profile,
  type Settings,
} from './settings.ts'
import type { Schedule, TaskDefinition } from './task.ts'

export interface ExecutorChoice {
  readonly profile: Profile
  /** For people: `named by the task`. Stored with the agent. */
  readonly why: string
}

/** `default` names `[executors.default]` where there is one, else whatever tasks get that name no executor. */
export const DEFAULT_PROFILE = 'default'

export function profileOf(settings: Settings, name: string): Profile | null {
  return Object.hasOwn(settings.executors, name) ? (settings.executors[name] ?? null) : null
}

/**
 * The task's own executor, else `shell` for a task with a command, else the yard's default. A task on a `schedule` profile
 * runs on the profile that it hands on to.
 */
export function resolveExecutor(
  settings: Settings,
  task: Pick<TaskDefinition, 'executor' | 'exec'>,
): Result<ExecutorChoice, Failure> {
  let { name, why } = firstName(settings, task)
  const passed: string[] = []
  for (;;) {
    const profile = findProfile(settings, name)
    if (!profile) return err(unknownExecutor(settings, name))
    if (passed.includes(profile.name))
      return err(
        failure(
          'unknown-executor',
          `executors hand a task on in a circle: ${[...passed, profile.name].join(' → ')}`,
          { hint: 'let the `then` of one of them name an executor that does the work' },
        ),
      )
    if (profile.type !== 'schedule') return ok({ profile, why })
    passed.push(profile.name)
    name = profile.then ?? (task.exec === null ? DEFAULT_PROFILE : 'shell')
    why = `${why}; "${profile.name}" hands on to "${name}"`
  }
}

function firstName(
  settings: Settings,
  task: Pick<TaskDefinition, 'executor' | 'exec'>,
): { name: string; why: string } {
  if (task.executor !== null) return { name: task.executor, why: 'named by the task' }
  if (task.exec !== null) return { name: 'shell', why: 'the task has a command of its own' }
  return { name: settings.coordinator.executor, why: 'the default of the yard' }
}

const findProfile = (settings: Settings, name: string): Profile | null =>
  profileOf(settings, name) ??
  (name === DEFAULT_PROFILE ? profileOf(settings, settings.coordinator.executor) : null)

export const unknownExecutor = (settings: Settings, name: string): Failure =>
  failure('unknown-executor', `there is no executor "${name}"`, {
    hint: hintOf(name, Object.keys(settings.executors), 'executors'),
    facts: { executor: name },
  })

/** When a task repeats: by its own words, else by those of its `schedule` profile. */
export function scheduleOf(
  settings: Settings,
  task: Pick<TaskDefinition, 'executor' | 'schedule'>,
): Schedule | null {
  if (task.schedule !== null) return task.schedule
  const profile = task.executor === null ? null : findProfile(settings, task.executor)
  if (profile?.type !== 'schedule' || profile.schedule === null) return null
  return { spec: profile.schedule, tz: settings.schedule.tz }
}

/** Why this profile cannot do this task at all; null when it can. */
export function misfitOf(
  task: Pick<TaskDefinition, 'exec'>,
  profile: Pick<Profile, 'name' | 'type'>,
): Failure | null {
  if (profile.type === 'shell' && task.exec === null)
    return failure('bad-request', `executor "${profile.name}" needs a command to run`, {
      hint: 'give the task one with --exec, or another executor',
    })
  if (profile.type !== 'shell' && task.exec !== null)
    return failure(
      'bad-request',
      `executor "${profile.name}" (${profile.type}) does not run a task's own command`,
      { hint: 'leave out --exec, or name an executor of type shell' },
    )
  return null
}

export interface ModelChoice {
  /** The registry's name; null = the executor's own default, or it takes none. */
  readonly name: string | null
  /** What reaches the CLI. */
  readonly modelId: string | null
  readonly why: string
}

/** The task's, else the profile's, else the coordinator's where the executor's provider knows it, else the executor's own. */
export function resolveModel(
  settings: Settings,
  task: Pick<TaskDefinition, 'model'>,
  profile: Profile,
): Result<ModelChoice, Failure> {
  const named =
    task.model !== null
      ? { name: task.model, why: 'named by the task' }
      : { name: profile.model, why: `model of executor "${profile.name}"` }
  if (named.name !== null) return namedModel(settings, profile, named.name, named.why)
  const provider = modelsProviderOf(profile)
  const general = settings.coordinator.model
  const entry = general === null ? null : findModel(settings, general)
  if (entry && provider !== null && entry.provider === provider)
    return ok({ name: entry.name, modelId: entry.modelId, why: 'coordinator.model' })
  if (!takesModel(profile)) return ok(none(`executor "${profile.name}" takes no model`))
  if (profile.type === 'command')
    return err(
      failure('unknown-model', `the command of executor "${profile.name}" wants a model`, {
        hint: 'name one in the task or in the profile',
      }),
    )
  return ok(none('the executor’s own default'))
}

function namedModel(
  settings: Settings,
  profile: Profile,
  name: string,
  why: string,
): Result<ModelChoice, Failure> {
  const entry = findModel(settings, name)
  if (!entry) return err(unknownModel(settings, name))
  if (!takesModel(profile)) return ok(none(`executor "${profile.name}" takes no model`))
  const mine = modelsProviderOf(profile)
  const isForeign = Object.values<string | null>(PROVIDER_OF_TYPE).includes(entry.provider)
  if (mine !== null && entry.provider !== mine && isForeign)
    return err(
      failure(
        'unknown-model',
        `executor "${profile.name}" speaks to ${mine}, which has no model "${name}" (${entry.provider})`,
        { hint: modelsOf(settings, mine), facts: { model: name, executor: profile.name } },
      ),
    )
  return ok({ name: entry.name, modelId: entry.modelId, why })
}

/** By the name in the registry, or by a provider's own id of a model that stands there. */
export function findModel(settings: Settings, name: string): ModelEntry | null {
  if (Object.hasOwn(settings.models, name)) return settings.models[name] ?? null
  return Object.values(settings.models).find((entry) => entry.modelId === name) ?? null
}

export const unknownModel = (settings: Settings, name: string): Failure =>
  failure('unknown-model', `there is no model "${name}"`, {
    hint: hintOf(name, Object.keys(settings.models), 'models'),
    facts: { model: name },
  })

const takesModel = (profile: Profile): boolean =>
  isAgentCli(profile.type) ||
  (profile.type === 'command' && (profile.command ?? []).some((part) => part.includes('{model}')))

/** Nobody knows which models another address has. */
const modelsProviderOf = ({ type, baseUrl }: Profile): string | null =>
  baseUrl === null ? PROVIDER_OF_TYPE[type] : null

const none = (why: string): ModelChoice => ({ name: null, modelId: null, why })

function modelsOf(settings: Settings, provider: string): string {
  const names = Object.values(settings.models).filter((entry) => entry.provider === provider)
  return `its models: ${names.map((entry) => entry.name).join(', ')}`
}
