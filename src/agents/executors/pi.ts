/**
 * `pi`: the pi coding agent, headless (`pi -p --mode json`). Prompt on stdin; it chooses the conversation's id, and asks a question
 * that nobody answers when a conversation began in another folder. It knows no permissions, only which tools it has.
 */
import { join } from 'node:path'
import { err, ok } from '../../base/result.ts'
import { workFailure } from '../../domain/failure.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { KEY_VARIABLE } from './endpoint.ts'
import { agentEnvironment } from './environment.ts'
import type { Executor, LaunchInput } from './executor.ts'
import { createPiReader } from './pi-reader.ts'
import { findAgentCli, resumedOf } from './program.ts'

const READING = ['--tools', 'read,grep,find,ls']
const DEFAULTS = { PI_TELEMETRY: '0', PI_SKIP_VERSION_CHECK: '1' }
const providerFile = ({ folder }: LaunchInput): string => join(folder, 'pi-provider.js')

export const pi: Executor = {
  type: 'pi',
  plan(input) {
    const { order } = input
    const { profile, modelId } = order
    const program = findAgentCli(input, 'pi')
    if (!program.ok) return program
    if (profile.permissions === 'workspace')
      return err(workFailure('launch', 'pi cannot be kept to its folder: it takes bypass or ask'))
    if (profile.baseUrl !== null && modelId === null)
      return err(
        workFailure('bad-model', `executor ${profile.name} has a base_url, so it needs a model`),
      )
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...program.value,
      '--print',
      '--mode',
      'json',
      ...toolFlags(profile.permissions, order.task.mode),
      ...endpointFlags(input),
      ...(modelId === null ? [] : ['--model', modelId]),
      ...(resumed === null ? [] : ['--session', resumed]),
    ]
    const env = agentEnvironment(profile, input.inheritedEnv, DEFAULTS)
    const files =
      profile.baseUrl === null
        ? []
        : [{ path: providerFile(input), content: providerScript(profile.baseUrl, modelId ?? '') }]
    return ok({ argv, env, files, stdin: 'prompt', conversationId: resumed })
  },
  createReader: createPiReader,
  // SIGINT leaves its running tool behind.
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

/** `bare` could not even speak to us: that needs a shell. */
function toolFlags(permissions: Permissions, mode: Task['mode']): readonly string[] {
  if (mode === 'bare') return ['--no-tools']
  return mode === 'light' || permissions === 'ask' ? READING : []
}

const endpointFlags = (input: LaunchInput): readonly string[] =>
  input.order.profile.baseUrl === null
    ? []
    : ['--extension', providerFile(input), '--provider', 'yard']

/** An address is told by an extension, so that its user's own folder, sign-ins and conversations stay in use. */
function providerScript(baseUrl: string, model: string): string {
  const provider = {
    name: 'yard',
    baseUrl,
    apiKey: KEY_VARIABLE,
    api: 'openai-completions',
    models: [
      {
        id: model,
        name: model,
        reasoning: false,
        input: ['text', 'image'],
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        contextWindow: 128_000,
        maxTokens: 16_384,
      },
    ],
  }
  return `export default (pi) => pi.registerProvider('yard', ${JSON.stringify(provider)})\n`
}
