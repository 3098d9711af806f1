/** Which entry of the registry a name means for an executor, and which models it can run at all. */
import { err, ok, type Result } from '../../base/result.ts'
import { failure, type Failure } from '../failure.ts'
import { hintOf } from '../near-match.ts'
import {
  type ExecutorType,
  isAgentCli,
  type ModelEntry,
  type Price,
  type Profile,
  EXECUTOR_KINDS,
  type Settings,
} from '../settings.ts'

/** Providers whose wire our own loop knows without an address. */
const NATIVE_PROVIDERS: readonly string[] = ['anthropic', 'openai']

/** These ask a provider's own interface, where a word of one CLI means nothing. */
const WANTS_FULL_IDS: readonly ExecutorType[] = ['native', 'opencode', 'pi']

type Registry = Pick<Settings, 'models'>
type Kind = Pick<Profile, 'name' | 'type' | 'baseUrl' | 'command'>

/** Whose models a profile runs; null where it has many, or where it asks another address: which models that has is unknown. */
export const modelsProviderOf = ({ type, baseUrl }: Pick<Profile, 'type' | 'baseUrl'>) =>
  baseUrl === null ? EXECUTOR_KINDS[type].provider : null

export const takesModel = ({ type, command }: Kind): boolean =>
  isAgentCli(type) ||
  type === 'native' ||
  type === 'acp' ||
  type === 'http' ||
  (type === 'command' && (command ?? []).some((part) => part.includes('{model}')))

export function canRun(profile: Kind, entry: ModelEntry): boolean {
  if (!takesModel(profile)) return false
  const mine = modelsProviderOf(profile)
  if (mine !== null) return entry.provider === mine || !KNOWN_PROVIDERS.has(entry.provider)
  if (profile.type !== 'native' || profile.baseUrl !== null) return true
  return NATIVE_PROVIDERS.includes(entry.provider) || entry.endpoint !== null
}

/** A provider that no CLI of ours belongs to may be another name for one that does. */
const KNOWN_PROVIDERS: ReadonlySet<string | null> = new Set(
  Object.values(EXECUTOR_KINDS).map(({ provider }) => provider),
)

/** By the name in the registry, or by a provider's own id of a model that stands there. */
export function findModel(
  settings: Registry,
  name: string,
  provider: string | null = null,
): ModelEntry | null {
  if (Object.hasOwn(settings.models, name)) return settings.models[name] ?? null
  const same = Object.values(settings.models).filter((entry) => entry.modelId === name)
  return same.find((entry) => entry.provider === provider) ?? same[0] ?? null
}

/** A model, or a tier that some model has. */
export const isModelName = (settings: Registry, word: string): boolean =>
  findModel(settings, word) !== null || tierOf(settings, word).length > 0

/** The model that a profile names for tasks that name none; null where it names none that it can run. */
export function profileModelOf(
  settings: Registry,
  profile: Kind & Pick<Profile, 'model'>,
): ModelEntry | null {
  const found = profile.model === null ? null : modelFor(settings, profile, profile.model)
  return found?.ok ? found.value.entry : null
}

export const unknownModel = (settings: Registry, name: string): Failure => {
  const tiers = Object.values(settings.models).flatMap(({ tier }) => tier ?? [])
  return failure('unknown-model', `there is no model "${name}"`, {
    hint: hintOf(name, [...Object.keys(settings.models), ...new Set(tiers)], 'models'),
    facts: { model: name },
  })
}

const tierOf = (settings: Registry, word: string): ModelEntry[] =>
  Object.values(settings.models).filter(({ tier }) => tier === word)

export interface FoundModel {
  readonly entry: ModelEntry
  /** Why a word came to this entry, where it is not its own name; null otherwise. */
  readonly note: string | null
}

/** What a word means for this profile, or why it cannot run that. Asked of profiles that take a model. */
export function modelFor(
  settings: Registry,
  profile: Kind,
  word: string,
): Result<FoundModel, Failure> {
  const mine = modelsProviderOf(profile)
  const named = findModel(settings, word, mine)
  if (named === null) {
    const tier = tierOf(settings, word)
    return tier.length > 0
      ? ofTier(settings, profile, tier, word)
      : err(unknownModel(settings, word))
  }
  if (canRun(profile, named)) return fullId(settings, profile, named)
  // The same model at two providers: the one that this executor speaks to is meant.
  const twin = Object.values(settings.models).find(
    (entry) => entry.modelId === word && entry.provider === mine,
  )
  return twin ? ok({ entry: twin, note: null }) : err(foreign(settings, profile, named))
}

function ofTier(
  settings: Registry,
  profile: Kind,
  tier: readonly ModelEntry[],
  word: string,
): Result<FoundModel, Failure> {
  const mine = modelsProviderOf(profile)
  const runnable = tier.filter(
    (entry) => canRun(profile, entry) && (mine === null || entry.provider === mine),
  )
  const aliases = runnable.filter(({ isAlias }) => isAlias)
  const preferred =
    profile.type === 'claude' && aliases.length > 0
      ? aliases
      : runnable.filter(({ isAlias }) => !isAlias)
  const [entry, ...others] = preferred
  if (entry && others.length === 0)
    return ok({ entry, note: `the ${word} model of ${entry.provider}` })
  const names = preferred.map(({ name }) => name).join(', ')
  return err(
    failure(
      'unknown-model',
      entry
        ? `"${word}" may mean more than one model of executor "${profile.name}": ${names}`
        : `executor "${profile.name}" has no model of tier "${word}"`,
      {
        hint: entry ? 'name one of them' : runnableHint(settings, profile),
        facts: { model: word, executor: profile.name },
      },
    ),
  )
}

/** A CLI's own word means its provider's model of the same tier to an executor that calls the provider itself. */
function fullId(settings: Registry, profile: Kind, entry: ModelEntry): Result<FoundModel, Failure> {
  const isUnderstood = !entry.isAlias || !WANTS_FULL_IDS.includes(profile.type)
  if (isUnderstood || profile.baseUrl !== null) return ok({ entry, note: null })
  const full = tierOf(settings, entry.tier ?? '').filter(
    (other) => other.provider === entry.provider && !other.isAlias,
  )
  const [only] = full
  if (only && full.length === 1)
    return ok({ entry: only, note: `"${entry.name}" is its ${entry.tier} model` })
  return err(
    failure(
      'unknown-model',
      `executor "${profile.name}" (${profile.type}) asks by full names, and "${entry.name}" is a word of another CLI`,
      { hint: runnableHint(settings, profile), facts: { model: entry.name } },
    ),
  )
}

function foreign(settings: Registry, profile: Kind, entry: ModelEntry): Failure {
  const mine = modelsProviderOf(profile)
  const { name, provider } = entry
  const message =
    mine === null
      ? `executor "${profile.name}" knows no address of ${provider}, which has the model "${name}"`
      : `executor "${profile.name}" speaks to ${mine}, which has no model "${name}" (${provider})`
  const hint =
    mine === null
      ? `give the model an endpoint (models.${name}.endpoint), or the executor a base_url`
      : runnableHint(settings, profile)
  return failure('unknown-model', message, {
    hint,
    facts: { model: name, executor: profile.name },
  })
}

function runnableHint(settings: Registry, profile: Kind): string {
  const mine = modelsProviderOf(profile)
  const names = Object.values(settings.models)
    .filter((entry) => canRun(profile, entry) && (mine === null || entry.provider === mine))
    .filter(({ isAlias }) => !isAlias || !WANTS_FULL_IDS.includes(profile.type))
    .map(({ name }) => name)
  return names.length === 0
    ? 'yard model add makes a model known'
    : `its models: ${names.join(', ')}`
}

/** The price by the registry. A word of a CLI costs what its provider's model of the same tier does, as far as anybody can tell. */
export function listPrice(settings: Registry, name: string): Price | null {
  const entry = findModel(settings, name)
  if (!entry || entry.price || !entry.isAlias) return entry?.price ?? null
  const full = tierOf(settings, entry.tier ?? '').filter(
    (other) => other.provider === entry.provider && !other.isAlias,
  )
  return full.length === 1 ? (full[0]?.price ?? null) : null
}
