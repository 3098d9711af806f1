/**
 * `pi`: the pi coding agent, headless (`pi -p --mode json`). Prompt on stdin; it chooses the conversation's id, and asks a question
 * that nobody answers when a conversation began in another folder. It knows no permissions, only which tools it has.
 */
import { join } from 'node:path'
import { err, ok } from '../../base/result.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { Executor, PilotInput, PlannedFile } from './executor.ts'
import { agentEnvironment, KEY_VARIABLE } from './launch/environment.ts'
import { findAgentCli, firstPrompt, programOf, resumedOf } from './launch/program.ts'
import { createPiReader } from './readers/pi-reader.ts'

const READING = ['--tools', 'read,grep,find,ls']
const DEFAULTS = { PI_TELEMETRY: '0', PI_SKIP_VERSION_CHECK: '1' }
const providerFile = ({ folder }: PilotInput): string => join(folder, 'pi-provider.js')

export const pi: Executor = {
  type: 'pi',
  plan(input) {
    const program = findAgentCli(input, 'pi')
    if (!program.ok) return program
    const unfit = unsupported(input)
    if (unfit) return err(unfit)
    const argv: [string, ...string[]] = [
      ...program.value,
      '--print',
      '--mode',
      'json',
      ...commonFlags(input),
    ]
    const env = agentEnvironment(input.order.profile, input.inheritedEnv, DEFAULTS)
    const files = providerFiles(input)
    return ok({ argv, env, files, stdin: 'prompt', conversationId: resumedOf(input) })
  },
  pilot(input) {
    const unfit = unsupported(input)
    if (unfit) return err(unfit)
    const argv: [string, ...string[]] = [
      ...programOf(input.order.profile, 'pi'),
      ...commonFlags(input),
      firstPrompt(input),
    ]
    const files = providerFiles(input)
    return ok({ argv, defaults: DEFAULTS, set: {}, files, conversationId: resumedOf(input) })
  },
  createReader: createPiReader,
  // SIGINT leaves its running tool behind.
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

function unsupported({ order: { profile, modelId } }: PilotInput): WorkFailure | null {
  if (profile.permissions === 'workspace')
    return workFailure('launch', 'pi cannot be kept to its folder: it takes bypass or ask')
  return profile.baseUrl !== null && modelId === null
    ? workFailure('bad-model', `executor ${profile.name} has a base_url, so it needs a model`)
    : null
}

function commonFlags(input: PilotInput): readonly string[] {
  const { profile, modelId, task } = input.order
  const resumed = resumedOf(input)
  return [
    ...toolFlags(profile.permissions, task.mode),
    ...endpointFlags(input),
    ...(modelId === null ? [] : ['--model', modelId]),
    ...(resumed === null ? [] : ['--session', resumed]),
  ]
}

function providerFiles(input: PilotInput): readonly PlannedFile[] {
  const { profile, modelId } = input.order
  return profile.baseUrl === null
    ? []
    : [{ path: providerFile(input), content: providerScript(profile.baseUrl, modelId ?? '') }]
}

/** `bare` could not even speak to us: that needs a shell. */
function toolFlags(permissions: Permissions, mode: Task['mode']): readonly string[] {
  if (mode === 'bare') return ['--no-tools']
  return mode === 'light' || permissions === 'ask' ? READING : []
}

const endpointFlags = (input: PilotInput): readonly string[] =>
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
