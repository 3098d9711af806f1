/** Which executor and which model a task gets, and why. Pure; nothing is looked up but the settings. */
import { err, ok, type Result } from '../../base/result.ts'
import { failure, type Failure } from '../failure.ts'
import { hintOf } from '../near-match.ts'
import {
  findModel,
  type FoundModel,
  isModelName,
  modelFor,
  modelsProviderOf,
  takesModel,
  unknownModel,
} from './models.ts'
import { accountOf, isTakenByPeople, type Profile, type Role, type Settings } from '../settings.ts'
import type { Schedule, TaskDefinition } from '../task.ts'
import { unknownCostOf } from '../budget/known-cost.ts'

interface ExecutorChoice {
  readonly profile: Profile
  /** For people: `named by the task`. Stored with the agent. */
  readonly why: string
}

/** Who says what settings say, for people: the key, its file and line. Settings themselves do not know. */
export interface Origins {
  readonly executor: string
  readonly model: string
  /** Of the model of an executor's profile. */
  modelOf(executor: string): string
}

const UNKNOWN_ORIGINS: Origins = {
  executor: 'the default of the yard',
  model: 'coordinator.model',
  modelOf: (executor) => `model of executor "${executor}"`,
}

/** `default` names `[executors.default]` where there is one, else what tasks get that name no executor. */
const DEFAULT_PROFILE = 'default'

export function profileOf(settings: Settings, name: string): Profile | null {
  if (Object.hasOwn(settings.executors, name)) return settings.executors[name] ?? null
  return addressedProfile(settings, name)
}

/** http or https, a host, perhaps a path and a query; no user, no password, no blanks. */
const ADDRESS = /^https?:\/\/[^\s/?#@\\]+(?:[/?][^\s#]*)?$/i

/** An address stands for the built-in `http` profile at that place; null for any other word, and for an address with a password in it. */
function addressedProfile(settings: Settings, name: string): Profile | null {
  const base = settings.executors['http']
  return base?.type === 'http' && ADDRESS.test(name) ? { ...base, name, url: name } : null
}

/**
 * The task's own executor, else `shell` for a task with a command, else the yard's default. A task on a `schedule` profile
 * runs on the profile that it hands on to.
 */
export function resolveExecutor(
  settings: Settings,
  task: Routed,
  origins: Origins = UNKNOWN_ORIGINS,
): Result<ExecutorChoice, Failure> {
  const { member = null } = task
  if (member !== null && !Object.hasOwn(settings.members, member))
    return err(unknownMember(settings, member))
  let { name, why } = firstName(settings, task, origins)
  const passed: string[] = []
  for (;;) {
    const profile = findProfile(settings, name)
    if (!profile) return err(unknownExecutor(settings, name))
    if (passed.includes(profile.name))
      return err(
        failure(
          'unknown-executor',
          `executors hand a task on in a cycle: ${[...passed, profile.name].join(' → ')}`,
          { hint: 'let the `then` of one of them name an executor that does the work' },
        ),
      )
    if (profile.type !== 'schedule') return ok({ profile, why })
    passed.push(profile.name)
    name = profile.then ?? (task.exec === null ? DEFAULT_PROFILE : 'shell')
    why = `${why}; "${profile.name}" hands on to "${name}"`
  }
}

type Routed = Pick<TaskDefinition, 'executor' | 'exec'> & Partial<Pick<TaskDefinition, 'member'>>

function firstName(
  settings: Settings,
  task: Routed,
  origins: Origins,
): { name: string; why: string } {
  if (task.executor !== null) return { name: task.executor, why: 'named by the task' }
  if (task.exec !== null) return { name: 'shell', why: 'the task has a command of its own' }
  const own = executorOfMember(settings, task.member ?? null)
  if (own !== null) return { name: own, why: `that of member ${task.member}` }
  return { name: settings.coordinator.executor, why: origins.executor }
}

/** Null where tasks of that member run as those of nobody. */
export function executorOfMember({ members }: Settings, name: string | null): string | null {
  const member = name === null ? undefined : members[name]
  return member?.isPerson ? 'manual' : (member?.executor ?? null)
}

export const unknownMember = ({ members }: Settings, name: string): Failure =>
  failure('unknown-member', `there is no member "${name}"`, {
    hint: hintOf(name, Object.keys(members), 'member list'),
    facts: { member: name },
  })

const findProfile = (settings: Settings, name: string): Profile | null =>
  profileOf(settings, name) ??
  (name === DEFAULT_PROFILE ? profileOf(settings, settings.coordinator.executor) : null)

export const unknownExecutor = (settings: Settings, name: string): Failure =>
  /^https?:\/\//i.test(name) ? badAddress(name) : unknownName(settings, name)

const badAddress = (name: string): Failure =>
  failure(
    'bad-request',
    `executor ${name.replace(/\/\/[^/]*@/, '//…@')} is no address to post to`,
    {
      hint: 'an http or https address without a user or a password; secrets go into the headers of a profile',
    },
  )

const unknownName = (settings: Settings, name: string): Failure =>
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
export function mismatchOf(
  task: Pick<TaskDefinition, 'exec'> & Partial<Pick<TaskDefinition, 'verify'>>,
  profile: Pick<Profile, 'name' | 'type' | 'url'>,
): Failure | null {
  if (profile.type === 'http' && profile.url === null)
    return failure('bad-request', `executor "${profile.name}" has no address to post to`, {
      hint: 'name an address as the executor, or set its url in the config',
    })
  if (profile.type === 'http' && task.verify)
    return failure(
      'bad-request',
      `what executor "${profile.name}" (http) does elsewhere cannot be verified here`,
      {
        hint: 'leave out --verify, or add a shell task after it that checks',
      },
    )
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

/** What somebody asks for a shell task to have that a shell has no use for; null when it is nothing. */
export function ignoredBy(
  task: { readonly [Field in (typeof IGNORED_BY_SHELL)[number][0]]?: unknown },
  { name, type }: Pick<Profile, 'name' | 'type'>,
): Failure | null {
  if (type !== 'shell') return null
  const idle = IGNORED_BY_SHELL.filter(([field]) => task[field] != null)
  const [first] = idle
  if (!first) return null
  const flags = idle.map(([, flag]) => flag).join(' and ')
  return failure('bad-request', `executor "${name}" (shell) has no use for ${flags}`, {
    hint: 'leave that out, or let an agent do the task with --executor and without --exec',
    facts: { field: first[0] },
  })
}

/** They are about models and what these are told. */
const IGNORED_BY_SHELL = [
  ['model', '--model'],
  ['budget', '--budget'],
  ['budgetTokens', '--budget-tokens'],
  ['context', '--context'],
  ['mode', '--mode'],
] as const satisfies readonly (readonly [keyof TaskDefinition, string])[]

/** A task on a `schedule` profile where neither of them says when; null when one does. */
export function timelessIssue(settings: Settings, task: Timed): Failure | null {
  const { executor = null, schedule = null, delayMs, notBefore } = task
  const profile = executor === null ? null : findProfile(settings, executor)
  if (profile?.type !== 'schedule' || delayMs !== undefined || notBefore != null) return null
  if (scheduleOf(settings, { executor, schedule }) !== null) return null
  const message = `executor "${profile.name}" (schedule) knows no time for this task`
  return failure('bad-request', message, {
    hint: `give the task one with --schedule "09:00", or set schedule in [executors.${profile.name}]`,
    facts: { field: 'schedule' },
  })
}

interface Timed {
  readonly executor?: string | null | undefined
  readonly schedule?: Schedule | null | undefined
  readonly delayMs?: number | undefined
  readonly notBefore?: number | null | undefined
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
  origins: Origins = UNKNOWN_ORIGINS,
): Result<ModelChoice, Failure> {
  const named =
    task.model !== null
      ? { name: task.model, why: 'named by the task' }
      : { name: profile.model, why: origins.modelOf(profile.name) }
  if (named.name !== null) return namedModel(settings, profile, named.name, named.why)
  const general = generalModel(settings, profile, origins)
  if (general) return ok(general)
  if (!takesModel(profile)) return ok(none(`executor "${profile.name}" takes no model`))
  if (profile.type === 'command' || profile.type === 'native')
    return err(
      failure('unknown-model', `executor "${profile.name}" (${profile.type}) wants a model`, {
        hint: 'name one in the task or in the profile',
      }),
    )
  return ok(none('the executor’s own default'))
}

/** The yard's model, for executors that it is meant for; null where it says nothing to them. */
export function generalModel(
  settings: Settings,
  profile: Profile,
  origins: Origins = UNKNOWN_ORIGINS,
): ModelChoice | null {
  const { model } = settings.coordinator
  const provider = modelsProviderOf(profile)
  const asks = provider !== null || (profile.type === 'native' && profile.baseUrl === null)
  if (model === null || !asks) return null
  const found = modelFor(settings, profile, model)
  if (!found.ok || (provider !== null && found.value.entry.provider !== provider)) return null
  return chosen(found.value, origins.model)
}

function namedModel(
  settings: Settings,
  profile: Profile,
  name: string,
  why: string,
): Result<ModelChoice, Failure> {
  if (!isModelName(settings, name)) return err(unknownModel(settings, name))
  if (!takesModel(profile)) return ok(none(`executor "${profile.name}" takes no model`))
  const found = modelFor(settings, profile, name)
  return found.ok ? ok(chosen(found.value, why)) : found
}

const chosen = ({ entry, note }: FoundModel, why: string): ModelChoice => ({
  name: entry.name,
  modelId: entry.modelId,
  why: note === null ? why : `${why} (${note})`,
})

/** The model that a role of the yard's own is given on this executor: its own, else as a task that names none. */
export function resolveRoleModel(
  settings: Settings,
  role: Role,
  profile: Profile,
): Result<ModelChoice, Failure> {
  const word = settings.roles[role]
  const own = word !== null && takesModel(profile) ? modelFor(settings, profile, word) : null
  if (own?.ok) return ok(chosen(own.value, `models.roles.${role}`))
  return resolveModel(settings, { model: null }, profile)
}

const none = (why: string): ModelChoice => ({ name: null, modelId: null, why })

/** Who takes a task while the provider of its executor sleeps. Only what a profile names; nothing stands in by itself. */
interface Fallback {
  readonly profile: Profile
  readonly model: ModelChoice
  /** Whose sleep would hold it back in turn. */
  readonly account: string | null
}

/** Null where the profile names none, or one that cannot do this task at all. */
export function fallbackOf(
  settings: Settings,
  task: Pick<TaskDefinition, 'exec' | 'model'> &
    Partial<Pick<TaskDefinition, 'budget' | 'budgetTokens'>>,
  profile: Profile,
): Fallback | null {
  const next = profile.fallback === null ? null : profileOf(settings, profile.fallback)
  if (!next || next.type === 'schedule' || isTakenByPeople(next.type)) return null
  if (mismatchOf(task, next) !== null) return null
  const model = modelOf(settings, task, next)
  if (model === null || unknownCostOf(settings, task, next, model.name)) return null
  const entry = model.name === null ? null : findModel(settings, model.name)
  return { profile: next, model, account: accountOf(next, entry) }
}

/** The task's model where the other executor can run it, else what that one would take for a task that names none. */
function modelOf(
  settings: Settings,
  { model }: Pick<TaskDefinition, 'model'>,
  profile: Profile,
): ModelChoice | null {
  const own = resolveModel(settings, { model }, profile)
  if (own.ok) return own.value
  const other = resolveModel(settings, { model: null }, profile)
  return other.ok
    ? { ...other.value, why: `${other.value.why}; it cannot run "${model}", which the task names` }
    : null
}
