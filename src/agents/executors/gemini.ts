/**
 * `gemini`: Gemini CLI, headless, with its stream of JSON events. Prompt on stdin; we choose the conversation's id. It finds a
 * conversation only from the folder in which it began.
 */
import { join } from 'node:path'
import { ok } from '../../base/result.ts'
import type { Permissions } from '../../domain/settings.ts'
import { agentEnvironment } from './environment.ts'
import type { Executor, LaunchInput, LaunchPlan } from './executor.ts'
import { createGeminiReader } from './gemini-reader.ts'
import { findAgentCli, resumedOf } from './program.ts'

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
}

export const gemini: Executor = {
  type: 'gemini',
  plan(input) {
    const { order } = input
    const program = findAgentCli(input, 'gemini')
    if (!program.ok) return program
    const resumed = resumedOf(input)
    const isNarrow = order.task.mode === 'light' || order.task.mode === 'bare'
    const argv: [string, ...string[]] = [
      ...program.value,
      '--output-format=stream-json',
      `--approval-mode=${APPROVAL[isNarrow ? 'ask' : order.profile.permissions]}`,
      // In a folder that nobody has trusted by hand it refuses to work at all.
      '--skip-trust',
      ...(order.modelId === null ? [] : [`--model=${order.modelId}`]),
      resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
    ]
    const own = ownHome(input)
    const env = agentEnvironment(order.profile, input.inheritedEnv, DEFAULTS)
    const set = { ...own.variables, ...env.set }
    const { files } = own
    const conversationId = resumed ?? input.conversationId
    return ok({ argv, env: { ...env, set }, files, stdin: 'prompt', conversationId })
  },
  createReader: createGeminiReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

/** Where its user's settings must not count: they choose a sign-in, and that would win over the key. */
function ownHome({ order, home }: LaunchInput): Required<Pick<LaunchPlan, 'files'>> & {
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
