/** `codex`: the Codex CLI, headless (`codex exec --json`). Prompt on stdin; it chooses the conversation's id. */
import { ok } from '../../base/result.ts'
import type { Permissions } from '../../domain/settings.ts'
import { nativeCodex } from './codex-binary.ts'
import { createCodexReader } from './codex-reader.ts'
import { agentEnvironment } from './environment.ts'
import type { Executor } from './executor.ts'
import { findProgram, isConversationId } from './program.ts'

/** As settings and not as `--sandbox`, which `exec resume` does not know. */
const PERMISSION_FLAGS = {
  bypass: ['--dangerously-bypass-approvals-and-sandbox'],
  workspace: ['-c', 'sandbox_mode="workspace-write"'],
  ask: ['-c', 'sandbox_mode="read-only"'],
} as const satisfies Record<Permissions, readonly string[]>

export const codex: Executor = {
  type: 'codex',
  plan(input) {
    const { order } = input
    const found = findProgram(input, 'codex')
    if (!found.ok) return found
    const [path, ...leading] = found.value
    const resumed = order.resume && isConversationId(order.resume.id) ? order.resume.id : null
    const argv: [string, ...string[]] = [
      nativeCodex(path, input.platform),
      ...leading,
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
