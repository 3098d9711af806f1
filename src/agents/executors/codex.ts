/** `codex`: the Codex CLI, headless (`codex exec --json`). Prompt on stdin; it chooses the conversation's id. */
import { ok } from '../../base/result.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import type { Permissions, Profile } from '../../domain/settings.ts'
import type { Executor } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, nativeCodex, programOf, resumedOf } from './launch/program.ts'
import {
  YARD_ARGUMENTS,
  YARD_PROGRAM,
  YARD_SERVER,
  YARD_START_MS,
  YARD_VARIABLES,
} from './launch/yard-tools.ts'
import { createCodexReader } from './readers/codex-reader.ts'

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

/** Of its environment it hands on only what is named; our tools change nothing but the yard, which keeps its own rules. */
const TOOLS = [
  `command=${JSON.stringify(YARD_PROGRAM)}`,
  `args=${JSON.stringify(YARD_ARGUMENTS)}`,
  `env_vars=${JSON.stringify(YARD_VARIABLES)}`,
  `startup_timeout_sec=${YARD_START_MS / 1000}`,
  'default_tools_approval_mode="approve"',
  // Else it waits for about a second, and begins without them.
  'required=true',
].join(',')

/** What its sub-agents use it does not tell, so no cap could hold them. */
const ALONE = ['-c', 'features.multi_agent=false', '-c', 'features.multi_agent_v2=false'] as const

const commonFlags = ({ task, isCapped, profile, modelId }: LaunchOrder): readonly string[] => [
  // A task's mode narrows what its profile permits: `light` and `bare` change no files.
  ...PERMISSION_FLAGS[task.mode === 'light' || task.mode === 'bare' ? 'ask' : profile.permissions],
  // On by default it waits for the network for ever and never fails; backing off is the coordinator's.
  '-c',
  'features.unbounded_connection_retries=false',
  '-c',
  `mcp_servers.${YARD_SERVER}={${TOOLS}}`,
  ...(isCapped ? ALONE : []),
  ...(modelId === null ? [] : [`--model=${modelId}`]),
]

/** It runs commands in a login shell. */
const PROMPTED = { hasTools: true, namesYardByPath: true } as const

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
      ...commonFlags(order),
      ...(resumed === null ? [] : [resumed]),
      '-',
    ]
    const env = agentEnvironment(order.profile, input.inheritedEnv)
    return ok({ argv, env, ...PROMPTED, stdin: 'prompt', conversationId: resumed })
  },
  pilot(input) {
    const { order } = input
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...programOf(order.profile, 'codex'),
      ...endpointFlags(order.profile),
      ...(resumed === null ? [] : ['resume']),
      ...commonFlags(order),
      ...(resumed === null ? [] : [resumed]),
      firstPrompt(input),
    ]
    return ok({ argv, defaults: {}, set: {}, ...PROMPTED, conversationId: resumed })
  },
  createReader: createCodexReader,
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
  // It keeps a journal of its own in a database: 4 kB a second were seen, and 8 in the worst.
  idleIo: 16 * 1024,
}
