/**
 * `opencode`: headless (`opencode run --format json`). Prompt on stdin; it chooses the conversation's id, and a conversation must be
 * gone on with in the folder in which it began. Its models are named `provider/model`.
 */
import { err, ok, type Result } from '../../base/result.ts'
import type { Usage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, oneLine, type OutputReport } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { Executor, LaunchInput, OutputReader, PilotInput } from './executor.ts'
import { agentEnvironment, KEY_VARIABLE } from './launch/environment.ts'
import {
  findAgentCli,
  firstPrompt,
  programOf,
  resumedOf,
  YARD_ARGUMENTS,
  YARD_PROGRAM,
  YARD_SERVER,
  YARD_START_MS,
} from './launch/program.ts'
import { codeOfBody, providerFailure, resetOfBody } from './readers/provider-failure.ts'
import {
  atLeast,
  callReport,
  createEventReader,
  emptyState,
  failureReport,
  isChange,
  isTrueAt,
  numberAt,
  objectAt,
  onConversation,
  onFinal,
  onToolResult,
  parseEvent,
  sumUsage,
  textAt,
  usageFrom,
  waitingReport,
  type JsonObject,
  type ReaderState,
} from './readers/reader.ts'

/** What would be asked is refused and told to the agent, for nobody sits there. */
const PERMISSIONS = {
  bypass: {},
  workspace: { edit: 'allow', bash: 'ask', external_directory: 'deny' },
  ask: { edit: 'ask', bash: { '*': 'ask', 'yard *': 'allow' }, external_directory: 'ask' },
} as const satisfies Record<Permissions, object>

/** A task's mode narrows what its profile permits: `light` reads and reports, `bare` only speaks to us. */
const READING = { edit: 'deny', bash: { '*': 'deny', 'yard *': 'allow' } } as const
const SPEAKING = {
  '*': 'deny',
  bash: { '*': 'deny', 'yard *': 'allow' },
  [`${YARD_SERVER}_*`]: 'allow',
} as const
/** What its sub-agents use it does not tell, so no cap could hold them. */
const ALONE = { task: 'deny' } as const
const TOOLS = {
  type: 'local',
  command: [YARD_PROGRAM, ...YARD_ARGUMENTS],
  enabled: true,
  timeout: YARD_START_MS,
}

const DEFAULTS = {
  /** Its binary must not change under agents that run side by side. */
  OPENCODE_DISABLE_AUTOUPDATE: '1',
}
const CONFIG_VARIABLE = 'OPENCODE_CONFIG_CONTENT'

export const opencode: Executor = {
  type: 'opencode',
  plan(input) {
    const { order } = input
    const program = findAgentCli(input, 'opencode')
    if (!program.ok) return program
    const model = modelOf(input)
    if (!model.ok) return model
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...program.value,
      'run',
      '--format=json',
      '--thinking',
      // Without it nothing is heard of a request that it repeats.
      '--print-logs',
      '--log-level=ERROR',
      ...autoFlags(input),
      // Else it asks a model for one.
      `--title=${order.task.id}`,
      ...(model.value === null ? [] : [`--model=${model.value}`]),
      ...(resumed === null ? [] : [`--session=${resumed}`]),
    ]
    const env = agentEnvironment(order.profile, input.inheritedEnv, DEFAULTS)
    const config = JSON.stringify(configOf(input))
    // It works where this says, whatever its working folder is.
    const set = { ...env.set, [CONFIG_VARIABLE]: config, PWD: input.cwd }
    const plan = { argv, env: { ...env, set }, hasTools: true, stdin: 'prompt' } as const
    return ok({ ...plan, conversationId: resumed })
  },
  pilot(input) {
    const model = modelOf(input)
    if (!model.ok) return model
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...programOf(input.order.profile, 'opencode'),
      ...autoFlags(input),
      ...(model.value === null ? [] : [`--model=${model.value}`]),
      ...(resumed === null ? [] : [`--session=${resumed}`]),
      `--prompt=${firstPrompt(input)}`,
    ]
    const config = JSON.stringify(configOf({ order: input.order, inheritedEnv: {} }))
    const set = { [CONFIG_VARIABLE]: config, PWD: input.cwd }
    return ok({ argv, defaults: DEFAULTS, set, hasTools: true, conversationId: resumed })
  },
  createReader: createOpencodeReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

const autoFlags = ({ order }: PilotInput): readonly string[] =>
  order.profile.permissions === 'bypass' && (order.task.mode ?? 'full') === 'full' ? ['--auto'] : []

function modelOf({ order }: PilotInput): Result<string | null, WorkFailure> {
  const { modelId, profile, model } = order
  if (profile.baseUrl !== null)
    return modelId === null
      ? err(
          workFailure('bad-model', `executor ${profile.name} has a base_url, so it needs a model`),
        )
      : ok(`yard/${modelId}`)
  if (modelId !== null && !modelId.includes('/') && model !== null)
    return ok(`${model.provider}/${modelId}`)
  if (modelId !== null && !modelId.includes('/'))
    return err(
      workFailure(
        'bad-model',
        `opencode names models provider/model; "${modelId}" has no provider`,
      ),
    )
  return ok(modelId)
}

/** On top of what its user has set in the same way. */
function configOf({ order, inheritedEnv }: Pick<LaunchInput, 'order' | 'inheritedEnv'>): object {
  const { baseUrl, env, permissions } = order.profile
  const own = env[CONFIG_VARIABLE] ?? inheritedEnv[CONFIG_VARIABLE]
  const users = (typeof own === 'string' ? parseEvent(own) : null) ?? {}
  return {
    ...users,
    autoupdate: false,
    share: 'disabled',
    // Else a refused call ends the whole run.
    experimental: { ...objectAt(users, 'experimental'), continue_loop_on_deny: true },
    mcp: { ...objectAt(users, 'mcp'), [YARD_SERVER]: TOOLS },
    permission: {
      ...permissionOf(permissions, order.task.mode),
      ...(order.isCapped ? ALONE : {}),
    },
    ...(baseUrl === null ? {} : { provider: { yard: providerOf(baseUrl, order.modelId ?? '') } }),
  }
}

function permissionOf(permissions: Permissions, mode: Task['mode']): object {
  if (mode === 'bare') return SPEAKING
  return mode === 'light' ? { ...PERMISSIONS[permissions], ...READING } : PERMISSIONS[permissions]
}

const providerOf = (baseURL: string, model: string): object => ({
  npm: '@ai-sdk/openai-compatible',
  name: 'yard',
  options: { baseURL, apiKey: `{env:${KEY_VARIABLE}}` },
  models: { [model]: { name: model } },
})

// Reads the events of `opencode run --format json`. There is no final event: a step that ends with `stop` is the end of a good run, an
// `error` that of a bad one. Tokens and cost are reported per step; retries only on stderr.

interface State extends ReaderState {
  lastText: string | null
  /** A step has begun and has not reported its tokens yet. */
  isStepOpen: boolean
  /** A step was begun again, or sub-agents worked: the tokens of those are reported nowhere. */
  hasUncounted: boolean
}

const TOOL_KINDS = {
  editing: new Set(['edit', 'write', 'patch', 'apply_patch', 'multiedit']),
  shell: new Set(['bash']),
}

export function createOpencodeReader(): OutputReader {
  const state: State = { ...emptyState(), lastText: null, isStepOpen: false, hasUncounted: false }
  return createEventReader(state, {
    onEvent(event, at) {
      const isNew = state.conversation === null
      const head = isNew ? onConversation(state, textAt(event, 'sessionID')) : []
      return [...head, ...onEvent(state, event, at)]
    },
    readError: onErrorLine,
    summary: () => ({
      usage: state.isStepOpen || state.hasUncounted ? atLeast(state.usage) : state.usage,
    }),
  })
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const part = objectAt(event, 'part')
  const text = textAt(part, 'text') ?? ''
  switch (textAt(event, 'type')) {
    case 'step_start':
      // The run goes on, so an earlier answer is not its last.
      state.final = null
      if (state.isStepOpen) state.hasUncounted = true
      state.isStepOpen = true
      return []
    case 'text':
      state.lastText = text
      return [{ kind: 'text', text: clip(text) }]
    case 'reasoning':
      return [{ kind: 'thinking', text: clip(text) }]
    case 'tool_use':
      return onTool(state, part)
    case 'step_finish':
      return onStepFinish(state, part)
    case 'error':
      return onError(state, objectAt(event, 'error'), at)
    default:
      return []
  }
}

/** A call is reported once, when it has ended. */
function onTool(state: State, part: JsonObject | null): readonly OutputReport[] {
  // A text before a call is no final answer.
  state.lastText = null
  if (helperSession(part) !== null) state.hasUncounted = true
  const result = objectAt(part, 'state')
  const input = objectAt(result, 'input')
  const id = textAt(part, 'callID')
  const call = callReport({ id, name: textAt(part, 'tool'), input })
  const ok = isSuccess(result)
  if (ok && isChange(TOOL_KINDS, call.name, input)) state.mutatingToolCalls++
  const text = textAt(result, 'output') ?? textAt(result, 'error') ?? ''
  return [
    { ...call, summary: call.summary || oneLine(textAt(result, 'title') ?? '') },
    onToolResult(state, { id, ok, text }),
  ]
}

/** The session of the sub-agent that a call of `task` began; null for any other part. */
export const helperSession = (part: JsonObject | null): string | null =>
  textAt(part, 'tool') === 'task'
    ? textAt(objectAt(objectAt(part, 'state'), 'metadata'), 'sessionId')
    : null

/** `completed` only says that a command ran; its exit code stands beside it. */
function isSuccess(call: JsonObject | null): boolean {
  const exit = objectAt(call, 'metadata')?.exit
  return textAt(call, 'status') === 'completed' && (typeof exit !== 'number' || exit === 0)
}

function onStepFinish(state: State, part: JsonObject | null): readonly OutputReport[] {
  state.isStepOpen = false
  if (isBroken(part)) state.hasUncounted = true
  state.usage = sumUsage(state.usage, usageOfStep(part))
  const usage: OutputReport = { kind: 'usage', usage: state.usage }
  const reason = textAt(part, 'reason') ?? 'unknown'
  if (reason === 'tool-calls') return [usage]
  const isOk = reason === 'stop'
  const text = isOk ? state.lastText : `its model stopped before its end (${oneLine(reason)})`
  state.failure = isOk ? null : workFailure('crash', text ?? '')
  return [usage, onFinal(state, isOk, text)]
}

/** The stream closed before the reason and the tokens, which come last. */
const isBroken = (part: JsonObject | null): boolean =>
  textAt(part, 'reason') === 'unknown' && !usageOfStep(part).inputTokens

function onError(state: State, error: JsonObject | null, at: number): readonly OutputReport[] {
  const data = objectAt(error, 'data')
  const name = textAt(error, 'name') ?? 'error'
  const message = textAt(data, 'message') ?? name
  const body = objectAt(parseEvent(textAt(data, 'responseBody') ?? ''), 'error')
  state.failure = providerFailure({
    code: codeOfBody(body) ?? CODES[name] ?? null,
    status: numberAt(data, 'statusCode'),
    message,
    resetAt: resetOfBody(body) ?? retryAfter(data, at),
    at,
  })
  return [failureReport(state.failure, message), onFinal(state, false, message)]
}

/** Errors that opencode raises itself, without an answer of a server. */
const CODES: Readonly<Record<string, string>> = {
  ProviderAuthError: 'authentication_error',
  ProviderModelNotFoundError: 'model_not_found',
  ContextOverflowError: 'context_length_exceeded',
}

/** Only of an error that opencode takes for a passing one. */
function retryAfter(data: JsonObject | null, at: number): number | null {
  if (!isTrueAt(data, 'isRetryable')) return null
  const seconds = Number(textAt(objectAt(data, 'responseHeaders'), 'retry-after') ?? '')
  return seconds > 0 ? at + seconds * 1000 : null
}

/** `… level=ERROR … message="stream error" … error.error="AI_APICallError: Overloaded"`: another try follows, or an `error`. */
function onErrorLine(line: string): readonly OutputReport[] {
  if (!line.startsWith('timestamp=') || !line.includes(' message="stream error" ')) return []
  const error = /error\.error="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? 'an error'
  return [waitingReport(`its provider answered: ${oneLine(error)}`)]
}

/** Of a step, or of the message that holds its counts. */
export function usageOfStep(part: JsonObject | null): Usage {
  const tokens = objectAt(part, 'tokens')
  const cache = objectAt(tokens, 'cache')
  const cost = numberAt(part, 'cost')
  return usageFrom({
    fresh: numberAt(tokens, 'input'),
    cached: numberAt(cache, 'read'),
    written: numberAt(cache, 'write'),
    output: numberAt(tokens, 'output'),
    reasoning: numberAt(tokens, 'reasoning'),
    // 0 means that it knows no price.
    costUsd: cost === 0 ? null : cost,
  })
}
