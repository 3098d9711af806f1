/**
 * `gemini`: Gemini CLI, headless, with its stream of JSON events. Prompt on stdin; we choose the conversation's id. It finds a
 * conversation only from the folder in which it began.
 */
import { join } from 'node:path'
import { ok } from '../../base/result.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Executor, LaunchPlan, PilotInput } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, programOf, resumedOf } from './launch/program.ts'
import { toolsSettings, YARD_VARIABLES } from './launch/yard-tools.ts'
import { createGeminiReader } from './readers/gemini-reader.ts'

/** What a mode does not allow is not even offered to the model, for nobody sits there to be asked. */
const APPROVAL = {
  bypass: 'yolo',
  workspace: 'auto_edit',
  ask: 'default',
} as const satisfies Record<Permissions, string>

const DEFAULTS = {
  /** By default it starts itself a second time, and that child outlives every polite signal. */
  GEMINI_CLI_NO_RELAUNCH: 'true',
}

const HOME_VARIABLE = 'GEMINI_CLI_HOME'

/** An address counts only with a key, which only a settings file can choose. Its own ten tries hide a failure for minutes. */
const SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 4 },
  privacy: { usageStatisticsEnabled: false },
  // It hands on no variable that looks like a secret unless it is named; `$NAME` is read from its own environment.
  ...toolsSettings({
    env: Object.fromEntries(YARD_VARIABLES.map((name) => [name, `$${name}`])),
    trust: true,
  }),
}

export const gemini: Executor = {
  type: 'gemini',
  plan(input) {
    const { order } = input
    const program = findAgentCli(input, 'gemini')
    if (!program.ok) return program
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...program.value,
      '--output-format=stream-json',
      ...commonFlags(input),
    ]
    const own = profileHome(input)
    const env = agentEnvironment(order.profile, input.inheritedEnv, DEFAULTS)
    const set = { ...own.variables, ...env.set }
    const { files } = own
    // A server is told in settings only, and those of its user are not ours to write.
    const hasTools = files.length > 0
    const conversationId = resumed ?? input.conversationId
    return ok({ argv, env: { ...env, set }, files, hasTools, stdin: 'prompt', conversationId })
  },
  pilot(input) {
    const { variables: set, files } = profileHome(input)
    const argv: [string, ...string[]] = [
      ...programOf(input.order.profile, 'gemini'),
      ...commonFlags(input),
      // Its prompt lies outside of where it works.
      `--include-directories=${input.folder}`,
      `--prompt-interactive=${firstPrompt(input)}`,
    ]
    const conversationId = resumedOf(input) ?? input.conversationId
    const hasTools = files.length > 0
    return ok({ argv, defaults: DEFAULTS, set, files, hasTools, conversationId })
  },
  createReader: createGeminiReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

function commonFlags(input: PilotInput): readonly string[] {
  const { task, profile, modelId } = input.order
  const isNarrow = task.mode === 'light' || task.mode === 'bare'
  const resumed = resumedOf(input)
  return [
    `--approval-mode=${APPROVAL[isNarrow ? 'ask' : profile.permissions]}`,
    // In a folder that nobody has trusted by hand it refuses to work at all.
    '--skip-trust',
    ...(modelId === null ? [] : [`--model=${modelId}`]),
    resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
  ]
}

/** Where its user's settings must not count: they choose a sign-in, and that would win over the key. */
function profileHome({ order, home }: PilotInput): Required<Pick<LaunchPlan, 'files'>> & {
  readonly variables: Readonly<Record<string, string>>
} {
  const { baseUrl, apiKeyEnv, env } = order.profile
  if (baseUrl === null && apiKeyEnv === null) return { variables: {}, files: [] }
  const own = env[HOME_VARIABLE]
  const folder = typeof own === 'string' ? own : home
  const path = join(folder, '.gemini', 'settings.json')
  return {
    variables: { [HOME_VARIABLE]: folder },
    files: [{ path, content: `${JSON.stringify(SETTINGS)}\n` }],
  }
}
