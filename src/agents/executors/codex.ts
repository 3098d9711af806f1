/** `codex`: the Codex CLI, headless (`codex exec --json`). Prompt on stdin; it chooses the conversation's id. */
import { ok } from '../../base/result.ts'
import type { Permissions, Profile } from '../../domain/settings.ts'
import { nativeCodex } from './codex-binary.ts'
import { createCodexReader } from './codex-reader.ts'
import { agentEnvironment } from './environment.ts'
import type { Executor } from './executor.ts'
import { findAgentCli, resumedOf } from './program.ts'

/** As settings and not as `--sandbox`, which `exec resume` does not know. */
const PERMISSION_FLAGS = {
  bypass: ['--dangerously-bypass-approvals-and-sandbox'],
  workspace: ['-c', 'sandbox_mode="workspace-write"'],
  ask: ['-c', 'sandbox_mode="read-only"'],
} as const satisfies Record<Permissions, readonly string[]>

/** It ignores variables for an address; a provider of its config is the only way. */
function endpointFlags({ baseUrl, apiKeyEnv }: Profile): readonly string[] {
  if (baseUrl === null) return []
  const key = apiKeyEnv === null ? '' : ',env_key="CODEX_API_KEY"'
  const provider = `{name="yard",base_url=${JSON.stringify(baseUrl)},wire_api="responses"${key}}`
  return ['-c', 'model_provider="yard"', '-c', `model_providers.yard=${provider}`]
}

export const codex: Executor = {
  type: 'codex',
  plan(input) {
    const { order } = input
    const found = findAgentCli(input, 'codex')
    if (!found.ok) return found
    const [path, ...leading] = found.value
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      nativeCodex(path, input.platform),
      ...leading,
      ...endpointFlags(order.profile),
      'exec',
      ...(resumed === null ? [] : ['resume']),
      '--json',
      '--skip-git-repo-check',
      // A task's mode narrows what its profile permits: `light` and `bare` change no files.
      ...PERMISSION_FLAGS[
        order.task.mode === 'light' || order.task.mode === 'bare'
          ? 'ask'
          : order.profile.permissions
      ],
      // On by default it waits for the network for ever and never fails; backing off is the coordinator's.
      '-c',
      'features.unbounded_connection_retries=false',
      ...(order.modelId === null ? [] : [`--model=${order.modelId}`]),
      ...(resumed === null ? [] : [resumed]),
      '-',
    ]
    const env = agentEnvironment(order.profile, input.inheritedEnv)
    return ok({ argv, env, stdin: 'prompt', conversationId: resumed })
  },
  createReader: createCodexReader,
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
}
