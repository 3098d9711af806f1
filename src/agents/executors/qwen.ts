/**
 * `qwen`: Qwen Code, headless, with events like those of Claude Code. Prompt on stdin; we choose the conversation's id. It finds a
 * conversation only from the folder in which it began.
 */
import { ok } from '../../base/result.ts'
import type { Permissions } from '../../domain/settings.ts'
import { agentEnvironment } from './environment.ts'
import type { Executor } from './executor.ts'
import { findAgentCli, resumedOf } from './program.ts'
import { createQwenReader } from './qwen-reader.ts'

/** What a mode does not allow is refused by it and told to the agent, for nobody sits there. */
const APPROVAL = {
  bypass: 'yolo',
  workspace: 'auto-edit',
  ask: 'default',
} as const satisfies Record<Permissions, string>

const DEFAULTS = {
  /** By default it starts itself a second time, and that child outlives every signal to the first. */
  QWEN_CODE_NO_RELAUNCH: 'true',
}

export const qwen: Executor = {
  type: 'qwen',
  plan(input) {
    const { order } = input
    const { profile, task } = order
    const program = findAgentCli(input, 'qwen')
    if (!program.ok) return program
    const resumed = resumedOf(input)
    const isNarrow = task.mode === 'light' || task.mode === 'bare'
    const isElsewhere = profile.baseUrl !== null || profile.apiKeyEnv !== null
    const argv: [string, ...string[]] = [
      ...program.value,
      '--output-format=stream-json',
      `--approval-mode=${APPROVAL[isNarrow ? 'ask' : profile.permissions]}`,
      // Else a sign-in that its user chose would win over the key.
      ...(isElsewhere ? ['--auth-type=openai'] : []),
      ...(profile.baseUrl === null ? [] : [`--openai-base-url=${profile.baseUrl}`]),
      ...(order.modelId === null ? [] : [`--model=${order.modelId}`]),
      resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
    ]
    const env = agentEnvironment(profile, input.inheritedEnv, DEFAULTS)
    return ok({ argv, env, stdin: 'prompt', conversationId: resumed ?? input.conversationId })
  },
  createReader: createQwenReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}
