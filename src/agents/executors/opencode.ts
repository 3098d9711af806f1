/**
 * `opencode`: headless (`opencode run --format json`). Prompt on stdin; it chooses the conversation's id, and a conversation must be
 * gone on with in the folder in which it began. Its models are named `provider/model`.
 */
import { err, ok, type Result } from '../../base/result.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { Executor, LaunchInput, PilotInput } from './executor.ts'
import { agentEnvironment, KEY_VARIABLE } from './launch/environment.ts'
import { findAgentCli, firstPrompt, programOf, resumedOf } from './launch/program.ts'
import { YARD_ARGUMENTS, YARD_PROGRAM, YARD_SERVER, YARD_START_MS } from './launch/yard-tools.ts'
import { objectAt, parseEvent } from './readers/json-event.ts'
import { createOpencodeReader } from './readers/opencode-reader.ts'

/** What would be asked is refused and told to the agent, for nobody sits there. */
const PERMISSIONS = {
  bypass: {},
  workspace: { edit: 'allow', bash: 'ask', external_directory: 'deny' },
  ask: { edit: 'ask', bash: { '*': 'ask', 'yard *': 'allow' }, external_directory: 'ask' },
} as const satisfies Record<Permissions, object>

/** A task's mode narrows what its profile permits: `light` reads and reports, `bare` only speaks to us. */
const READING = { edit: 'deny', bash: { '*': 'deny', 'yard *': 'allow' } } as const
const SPEAKING = {
  '*': 'deny',
  bash: { '*': 'deny', 'yard *': 'allow' },
  [`${YARD_SERVER}_*`]: 'allow',
} as const
/** What its sub-agents use it does not tell, so no cap could hold them. */
const ALONE = { task: 'deny' } as const
const TOOLS = {
  type: 'local',
  command: [YARD_PROGRAM, ...YARD_ARGUMENTS],
  enabled: true,
  timeout: YARD_START_MS,
}

const DEFAULTS = {
  /** Its binary must not change under agents that run side by side. */
  OPENCODE_DISABLE_AUTOUPDATE: '1',
}
const CONFIG_VARIABLE = 'OPENCODE_CONFIG_CONTENT'

export const opencode: Executor = {
  type: 'opencode',
  plan(input) {
    const { order } = input
    const program = findAgentCli(input, 'opencode')
    if (!program.ok) return program
    const model = modelOf(input)
    if (!model.ok) return model
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...program.value,
      'run',
      '--format=json',
      '--thinking',
      // Without it nothing is heard of a request that it repeats.
      '--print-logs',
      '--log-level=ERROR',
      ...autoFlags(input),
      // Else it asks a model for one.
      `--title=${order.task.id}`,
      ...(model.value === null ? [] : [`--model=${model.value}`]),
      ...(resumed === null ? [] : [`--session=${resumed}`]),
    ]
    const env = agentEnvironment(order.profile, input.inheritedEnv, DEFAULTS)
    const config = JSON.stringify(configOf(input))
    // It works where this says, whatever its working folder is.
    const set = { ...env.set, [CONFIG_VARIABLE]: config, PWD: input.cwd }
    const plan = { argv, env: { ...env, set }, hasTools: true, stdin: 'prompt' } as const
    return ok({ ...plan, conversationId: resumed })
  },
  pilot(input) {
    const model = modelOf(input)
    if (!model.ok) return model
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...programOf(input.order.profile, 'opencode'),
      ...autoFlags(input),
      ...(model.value === null ? [] : [`--model=${model.value}`]),
      ...(resumed === null ? [] : [`--session=${resumed}`]),
      `--prompt=${firstPrompt(input)}`,
    ]
    const config = JSON.stringify(configOf({ order: input.order, inheritedEnv: {} }))
    const set = { [CONFIG_VARIABLE]: config, PWD: input.cwd }
    return ok({ argv, defaults: DEFAULTS, set, hasTools: true, conversationId: resumed })
  },
  createReader: createOpencodeReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

const autoFlags = ({ order }: PilotInput): readonly string[] =>
  order.profile.permissions === 'bypass' && (order.task.mode ?? 'full') === 'full' ? ['--auto'] : []

function modelOf({ order }: PilotInput): Result<string | null, WorkFailure> {
  const { modelId, profile, model } = order
  if (profile.baseUrl !== null)
    return modelId === null
      ? err(
          workFailure('bad-model', `executor ${profile.name} has a base_url, so it needs a model`),
        )
      : ok(`yard/${modelId}`)
  if (modelId !== null && !modelId.includes('/') && model !== null)
    return ok(`${model.provider}/${modelId}`)
  if (modelId !== null && !modelId.includes('/'))
    return err(
      workFailure(
        'bad-model',
        `opencode names models provider/model; "${modelId}" has no provider`,
      ),
    )
  return ok(modelId)
}

/** On top of what its user has set in the same way. */
function configOf({ order, inheritedEnv }: Pick<LaunchInput, 'order' | 'inheritedEnv'>): object {
  const { baseUrl, env, permissions } = order.profile
  const own = env[CONFIG_VARIABLE] ?? inheritedEnv[CONFIG_VARIABLE]
  const users = (typeof own === 'string' ? parseEvent(own) : null) ?? {}
  return {
    ...users,
    autoupdate: false,
    share: 'disabled',
    // Else a refused call ends the whole run.
    experimental: { ...objectAt(users, 'experimental'), continue_loop_on_deny: true },
    mcp: { ...objectAt(users, 'mcp'), [YARD_SERVER]: TOOLS },
    permission: {
      ...permissionOf(permissions, order.task.mode),
      ...(order.isCapped ? ALONE : {}),
    },
    ...(baseUrl === null ? {} : { provider: { yard: providerOf(baseUrl, order.modelId ?? '') } }),
  }
}

function permissionOf(permissions: Permissions, mode: Task['mode']): object {
  if (mode === 'bare') return SPEAKING
  return mode === 'light' ? { ...PERMISSIONS[permissions], ...READING } : PERMISSIONS[permissions]
}

const providerOf = (baseURL: string, model: string): object => ({
  npm: '@ai-sdk/openai-compatible',
  name: 'yard',
  options: { baseURL, apiKey: `{env:${KEY_VARIABLE}}` },
  models: { [model]: { name: model } },
})
