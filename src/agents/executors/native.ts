/**
 * `native`: our own agent loop, the program `native-exec`. Which wire it speaks follows from who serves the model; the key reaches it
 * only as the name of a variable, and the keys of everybody else are taken out of its environment.
 */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { ModelEntry, Profile } from '../../domain/settings.ts'
import { keyFor, type NativeOrder, type Wire } from '../native/native-order.ts'
import type { Environment, Executor, LaunchInput } from './executor.ts'
import { agentEnvironment, applyEnvironment, PROVIDER_KEY_NAMES } from './launch/environment.ts'
import { resumedOf } from './launch/program.ts'
import { createExecEventReader } from './readers/exec-events.ts'

const DEFAULT_STEPS = 200

/** Where providers are, and where their usual key is. Only the first two need no address; any other speaks `chat` at its own. */
const PROVIDERS: Readonly<Record<string, { wire: Wire; host: string; key: string } | undefined>> = {
  anthropic: { wire: 'messages', host: 'api.anthropic.com', key: 'ANTHROPIC_API_KEY' },
  openai: { wire: 'responses', host: 'api.openai.com', key: 'OPENAI_API_KEY' },
  google: { wire: 'chat', host: 'generativelanguage.googleapis.com', key: 'GEMINI_API_KEY' },
  moonshot: { wire: 'chat', host: 'api.moonshot.ai', key: 'MOONSHOT_API_KEY' },
  openrouter: { wire: 'chat', host: 'openrouter.ai', key: 'OPENROUTER_API_KEY' },
}

export const native: Executor = {
  type: 'native',
  plan(input) {
    const route = routeOf(input.order)
    if (!route.ok) return route
    const { argv, env: programEnv } = input.execProgram('native-exec')
    const resumed = resumedOf(input)
    const conversationId = resumed ?? input.conversationId
    const order = orderOf(input, route.value, { id: conversationId, isResumed: resumed !== null })
    const file = join(input.folder, 'native-order.json')
    const env = environmentOf(input, order)
    return ok({
      argv: [...argv, file],
      env: { ...env, set: { ...env.set, ...programEnv } },
      files: [{ path: file, content: `${JSON.stringify(order, null, 2)}\n` }],
      stdin: 'prompt',
      // Not every server of its wires keeps to the schema that it is sent, so that stands in the prompt as well.
      tells: { system: true },
      conversationId: input.order.answer === null ? conversationId : null,
    })
  },
  createReader: createExecEventReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

interface KeyScene {
  readonly profileModel: ModelEntry | null
  readonly inherited: Environment
  readonly platform?: NodeJS.Platform
}

/** Why the key for this model is not to be had here, known before anybody is asked; null when it is, or none is wanted. */
export function missingNativeKey(
  profile: Profile,
  model: ModelEntry,
  { profileModel, inherited, platform = process.platform }: KeyScene,
): string | null {
  const route = routeOf({ profile, model, modelId: model.modelId, profileModel })
  if (!route.ok) return null
  const { keyVariable } = route.value
  const keysFile = keysFileOf(inherited, platform)
  const env = applyEnvironment(inherited, agentEnvironment(profile, inherited))
  const key = keyFor({ keyVariable, keysFile, executor: profile.name }, env)
  return key.ok ? null : key.error
}

interface Route extends Pick<NativeOrder, 'wire' | 'provider' | 'baseUrl' | 'keyVariable'> {
  readonly modelId: string
}

function routeOf({
  profile,
  model,
  modelId,
  profileModel,
}: Pick<LaunchOrder, 'profile' | 'model' | 'modelId' | 'profileModel'>): Result<
  Route,
  WorkFailure
> {
  if (modelId === null)
    return refuse(`executor ${profile.name} needs a model: name one in the task or in its profile`)
  const provider = model?.provider ?? ''
  const baseUrl = profile.baseUrl ?? model?.endpoint ?? null
  const route = baseUrl === null ? ownRoute(provider) : routeTo(baseUrl, provider)
  if (route === null)
    return refuse(
      baseUrl === null
        ? `nothing says where model ${modelId} is: give its entry in the registry an endpoint, or the executor a base_url`
        : `the address of model ${modelId} is no http or https address`,
    )
  const foreign = foreignKeyError(profile, model, profileModel)
  if (foreign !== null) return refuse(foreign)
  const keyVariable = keyFrom(profile, model, profileModel) ?? route.keyVariable
  return ok({ ...route, keyVariable, modelId })
}

/** The variable that the configuration names for this address; null where it names none and the usual one counts. */
function keyFrom(
  { baseUrl, apiKeyEnv }: Addressed,
  model: ModelEntry | null,
  profileModel: ModelEntry | null,
): string | null {
  if (baseUrl !== null) return apiKeyEnv
  return model?.apiKeyEnv ?? (isAtHome(model, profileModel) ? apiKeyEnv : null)
}

type Addressed = Pick<Profile, 'name' | 'baseUrl' | 'apiKeyEnv'>

/** A profile without an address has its key for that of the model that it names, or for whichever provider has none of its own. */
const isAtHome = (model: ModelEntry | null, home: ModelEntry | null): boolean =>
  home === null
    ? (model?.endpoint ?? null) === null
    : home.provider === model?.provider && home.endpoint === model.endpoint

/** Why a key would be sent to an address that it was not named for; null when it is not. */
export function foreignKeyError(
  profile: Addressed,
  model: ModelEntry | null,
  profileModel: ModelEntry | null,
): string | null {
  const endpoint = model?.endpoint ?? null
  if (model === null || endpoint === null || profile.baseUrl !== null) return null
  if (profile.apiKeyEnv === null || keyFrom(profile, model, profileModel) !== null) return null
  // Its provider's own place takes that provider's usual key.
  if (routeTo(endpoint, model.provider)?.keyVariable != null) return null
  return `model ${model.name} is at ${endpoint}, and the key of executor ${profile.name} (${profile.apiKeyEnv}) is for another address: name the model's own with models.${model.name}.api_key_env, or take an executor without api_key_env`
}

const refuse = (reason: string) => err(workFailure('bad-model', reason))

function ownRoute(provider: string): Omit<Route, 'modelId'> | null {
  const known = PROVIDERS[provider]
  return known && known.wire !== 'chat'
    ? { wire: known.wire, provider, baseUrl: null, keyVariable: known.key }
    : null
}

/** Another place gets no key that was not named for it, and of OpenAI's protocols the one that all others speak. */
function routeTo(baseUrl: string, provider: string): Omit<Route, 'modelId'> | null {
  const url = URL.parse(baseUrl)
  const isPlain = url?.username === '' && url.password === ''
  if (!isPlain || !/^https?:$/.test(url.protocol)) return null
  const known = PROVIDERS[provider]
  if (known && url.host === known.host && url.protocol === 'https:')
    return { wire: known.wire, provider, baseUrl, keyVariable: known.key }
  const wire = known?.wire === 'messages' ? 'messages' : 'chat'
  return { wire, provider: url.host, baseUrl, keyVariable: null }
}

function orderOf(
  { order, folder, home, inheritedEnv, platform }: LaunchInput,
  route: Route,
  conversation: { readonly id: string; readonly isResumed: boolean },
): NativeOrder {
  const { profile, task, model, answer } = order
  return {
    v: 1,
    executor: profile.name,
    taskId: task.id,
    ...route,
    keysFile: keysFileOf(inheritedEnv, platform),
    mode: answer === null ? (task.mode ?? 'full') : 'bare',
    answer: answer && { system: answer.system, schema: { ...answer.schema } },
    permissions: profile.permissions,
    limits: {
      steps: profile.maxSteps ?? DEFAULT_STEPS,
      tokens: profile.maxTokens,
      costUsd: profile.maxCostUsd,
    },
    price: model?.price ?? null,
    // What was asked belongs to nobody's conversations.
    conversations: join(answer === null ? home : folder, 'conversations'),
    conversationId: conversation.id,
    isResumed: conversation.isResumed,
    keepBackground: profile.keepBackground,
  }
}

/** Beside the user's own config. */
function keysFileOf(env: Environment, platform: NodeJS.Platform): string {
  const { XDG_CONFIG_HOME: xdg, APPDATA: appData } = env
  const home = env['HOME'] || env['USERPROFILE'] || homedir()
  const usual =
    platform === 'win32' ? (appData ?? join(home, 'AppData', 'Roaming')) : join(home, '.config')
  return join(xdg && isAbsolute(xdg) ? xdg : usual, 'yard', 'keys.env')
}

/** Only its own key is left to it, unless the profile's `env` says otherwise. */
function environmentOf({ order, inheritedEnv }: LaunchInput, { keyVariable }: NativeOrder) {
  const env = agentEnvironment(order.profile, inheritedEnv)
  const named = order.profile.apiKeyEnv === null ? [] : [order.profile.apiKeyEnv]
  const foreign = [...PROVIDER_KEY_NAMES, ...named].filter(
    (name) =>
      name !== keyVariable && inheritedEnv[name] !== undefined && env.set[name] === undefined,
  )
  return { ...env, unset: [...new Set([...env.unset, ...foreign])].toSorted() }
}
