/**
 * `kimi`: Kimi Code CLI, headless (`kimi --print`), as its documentation describes it: not yet proved against the program itself.
 * Prompt on stdin; we choose the conversation's id, for an unknown one begins a new conversation. Its print mode approves all.
 */
import { err, ok } from '../../base/result.ts'
import { workFailure } from '../../domain/failure.ts'
import { agentEnvironment } from './environment.ts'
import type { Executor } from './executor.ts'
import { createKimiReader } from './kimi-reader.ts'
import { findAgentCli, resumedOf } from './program.ts'

export const kimi: Executor = {
  type: 'kimi',
  plan(input) {
    const { order } = input
    const { profile, task, modelId } = order
    const program = findAgentCli(input, 'kimi')
    if (!program.ok) return program
    const isNarrow = task.mode === 'light' || task.mode === 'bare'
    if (profile.permissions !== 'bypass' || isNarrow)
      return err(
        workFailure('launch', 'kimi without a person approves everything: it takes only bypass'),
      )
    const conversation = resumedOf(input) ?? input.conversationId
    const argv: [string, ...string[]] = [
      ...program.value,
      '--print',
      '--output-format=stream-json',
      ...(modelId === null ? [] : [`--model=${modelId}`]),
      `--session=${conversation}`,
    ]
    const env = agentEnvironment(profile, input.inheritedEnv)
    return ok({ argv, env, stdin: 'prompt', conversationId: conversation })
  },
  createReader: createKimiReader,
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
}
