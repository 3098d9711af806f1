/**
 * `native`: our own agent loop, the program `native-exec`. Which wire it speaks follows from who serves the model; the key reaches it
 * only as the name of a variable, and the keys of everybody else are taken out of its environment.
 */
import { isAbsolute, join } from 'node:path'
import { homedir } from 'node:os'
import { err, ok, type Result } from '../../base/result.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { ModelEntry, Profile } from '../../domain/settings.ts'
import { keyFor } from '../native/key-source.ts'
import type { NativeOrder, Wire } from '../native/native-order.ts'
import { agentEnvironment, applyEnvironment, PROVIDER_KEY_NAMES } from './environment.ts'
import type { Environment, Executor, LaunchInput } from './executor.ts'
import { createOwnEventReader } from './own-events.ts'
import { resumedOf } from './program.ts'

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
    const { argv, env: programEnv } = input.ownProgram('native-exec')
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
      conversationId,
    })
  },
  createReader: createOwnEventReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

/** Why the key for this model is not to be had here, known before anybody is asked; null when it is, or none is wanted. */
export function missingNativeKey(
  profile: Profile,
  model: ModelEntry,
  inherited: Environment,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const route = routeOf({ profile, model, modelId: model.modelId })
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
}: Pick<LaunchOrder, 'profile' | 'model' | 'modelId'>): Result<Route, WorkFailure> {
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
  return ok({ ...route, keyVariable: profile.apiKeyEnv ?? route.keyVariable, modelId })
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
  { order, home, inheritedEnv, platform }: LaunchInput,
  route: Route,
  conversation: { readonly id: string; readonly isResumed: boolean },
): NativeOrder {
  const { profile, task, model } = order
  return {
    v: 1,
    executor: profile.name,
    taskId: task.id,
    ...route,
    keysFile: keysFileOf(inheritedEnv, platform),
    mode: task.mode ?? 'full',
    permissions: profile.permissions,
    limits: {
      steps: profile.maxSteps ?? DEFAULT_STEPS,
      tokens: profile.maxTokens,
      costUsd: profile.maxCostUsd,
    },
    price: model?.price ?? null,
    conversations: join(home, 'conversations'),
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
  const foreign = PROVIDER_KEY_NAMES.filter(
    (name) =>
      name !== keyVariable && inheritedEnv[name] !== undefined && env.set[name] === undefined,
  )
  return { ...env, unset: [...new Set([...env.unset, ...foreign])].toSorted() }
}
