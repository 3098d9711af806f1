/**
 * `kimi`: Kimi Code CLI from npm, headless (`kimi --prompt`), which approves all. It takes a prompt as an argument alone, and no text
 * of a prompt may be one: it is told where to read it. It chooses the conversation's id, and tells it at the end of a good run.
 */
import { err, ok } from '../../base/result.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { Profile } from '../../domain/settings.ts'
import type { Executor } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, resumedOf } from './launch/program.ts'
import { createKimiReader } from './readers/kimi-reader.ts'

const DEFAULTS = {
  /** Its program must not change under agents that run side by side. */
  KIMI_CODE_NO_AUTO_UPDATE: '1',
}

export const kimi: Executor = {
  type: 'kimi',
  plan(input) {
    const { order } = input
    const { profile, modelId } = order
    const program = findAgentCli(input, 'kimi')
    if (!program.ok) return program
    const unfit = unsupported(order)
    if (unfit) return err(unfit)
    const isOwn = isElsewhere(profile)
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...program.value,
      '--output-format=stream-json',
      ...(modelId === null || isOwn ? [] : [`--model=${modelId}`]),
      ...(resumed === null ? [] : [`--session=${resumed}`]),
      `--prompt=${firstPrompt(input)}`,
    ]
    const env = agentEnvironment(profile, input.inheritedEnv, DEFAULTS)
    const set = isOwn && modelId !== null ? { KIMI_MODEL_NAME: modelId, ...env.set } : env.set
    return ok({ argv, env: { ...env, set }, stdin: 'none', conversationId: resumed })
  },
  createReader: createKimiReader,
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
}

/** With an address or a key of its own it is told its model beside them; else by its name in the user's config. */
const isElsewhere = ({ baseUrl, apiKeyEnv }: Profile): boolean =>
  baseUrl !== null || apiKeyEnv !== null

function unsupported({ profile, task, modelId }: LaunchOrder): WorkFailure | null {
  const isNarrow = task.mode === 'light' || task.mode === 'bare'
  if (profile.permissions !== 'bypass' || isNarrow)
    return workFailure('launch', 'kimi without a person approves everything: it takes only bypass')
  if (modelId !== null || !isElsewhere(profile)) return null
  const reason = `executor ${profile.name} has a base_url or api_key_env of its own, so it needs a model`
  return workFailure('bad-model', reason)
}
