/** `copilot`: GitHub Copilot CLI, headless, with its lines of JSON. Prompt on stdin; we choose the conversation's id. */
import { err, ok } from '../../base/result.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, oneLine, type OutputReport } from '../../domain/output.ts'
import type { Permissions, Profile } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { Executor, OutputReader } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import {
  findAgentCli,
  firstPrompt,
  nativeCopilot,
  programOf,
  resumedOf,
  toolsFile,
  YARD_SERVER,
} from './launch/program.ts'
import { codeOfBody, providerFailure, resetOfBody } from './readers/provider-failure.ts'
import {
  createEventReader,
  emptyState,
  failureReport,
  isChange,
  isTrueAt,
  nameOfCall,
  numberAt,
  objectAt,
  objectsAt,
  onConversation,
  onFinal,
  onToolCall,
  onToolResult,
  parseEvent,
  textAt,
  waitingReport,
  type JsonObject,
  type ReaderState,
} from './readers/reader.ts'

/** Nobody sits there: what is not allowed is refused by it and told to the agent. Files outside its folder need `bypass`. */
const PERMISSION_FLAGS = {
  bypass: ['--allow-all'],
  workspace: ['--allow-all-tools'],
  ask: ['--allow-tool=shell(yard:*)', `--allow-tool=${YARD_SERVER}`],
} as const satisfies Record<Permissions, readonly string[]>

/** A task's mode narrows what its profile permits: neither changes files; both may speak to us. */
const permissionFlags = (permissions: Permissions, mode: Task['mode']): readonly string[] =>
  PERMISSION_FLAGS[mode === 'light' || mode === 'bare' ? 'ask' : permissions]

const needsModel = ({ name }: Profile): WorkFailure =>
  workFailure('bad-model', `executor ${name} has a base_url, so it needs a model`)

const DEFAULTS = {
  /** Its binary must not change under agents that run side by side. */
  COPILOT_AUTO_UPDATE: 'false',
}

export const copilot: Executor = {
  type: 'copilot',
  plan(input) {
    const { order, platform } = input
    const { profile, modelId } = order
    const found = findAgentCli(input, 'copilot')
    if (!found.ok) return found
    if (profile.baseUrl !== null && modelId === null) return err(needsModel(profile))
    const [path, ...leading] = found.value
    const resumed = resumedOf(input)
    const tools = toolsFile(input.folder, { type: 'local', tools: ['*'] })
    const argv: [string, ...string[]] = [
      nativeCopilot(path, platform),
      ...leading,
      '--output-format=json',
      '--no-color',
      '--no-ask-user',
      ...permissionFlags(profile.permissions, order.task.mode),
      `--additional-mcp-config=@${tools.path}`,
      ...(modelId === null ? [] : [`--model=${modelId}`]),
      resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
    ]
    const env = agentEnvironment(profile, input.inheritedEnv, DEFAULTS)
    const conversationId = resumed ?? input.conversationId
    return ok({ argv, env, files: [tools], hasTools: true, stdin: 'prompt', conversationId })
  },
  pilot(input) {
    const { profile, modelId, task } = input.order
    if (profile.baseUrl !== null && modelId === null) return err(needsModel(profile))
    const resumed = resumedOf(input)
    const tools = toolsFile(input.folder, { type: 'local', tools: ['*'] })
    const argv: [string, ...string[]] = [
      ...programOf(profile, 'copilot'),
      ...permissionFlags(profile.permissions, task.mode),
      `--additional-mcp-config=@${tools.path}`,
      // Its prompt lies outside of where it works.
      `--add-dir=${input.folder}`,
      ...(modelId === null ? [] : [`--model=${modelId}`]),
      resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
      `--interactive=${firstPrompt(input)}`,
    ]
    const conversationId = resumed ?? input.conversationId
    return ok({ argv, defaults: DEFAULTS, set: {}, files: [tools], hasTools: true, conversationId })
  },
  createReader: createCopilotReader,
  // At SIGTERM it says that all is well.
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
}

// Reads the lines of `copilot --output-format json`. The exit code in its last line decides; the cause of a failure is in the
// `session.error` before it. It reports no tokens and no price in money.

interface State extends ReaderState {
  lastMessage: string | null
  lastError: string | null
}

const TOOLS = {
  editing: new Set(['edit', 'create', 'str_replace_editor', 'apply_patch', 'write']),
  shell: new Set(['bash', 'powershell', 'shell']),
}

export function createCopilotReader(): OutputReader {
  const state: State = { ...emptyState(), lastMessage: null, lastError: null }
  return createEventReader(state, { onEvent: (event, at) => onEvent(state, event, at) })
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const data = objectAt(event, 'data')
  switch (textAt(event, 'type')) {
    case 'assistant.message':
      return onMessage(state, data)
    case 'assistant.reasoning':
      return [{ kind: 'thinking', text: clip(textAt(data, 'content') ?? '') }]
    case 'tool.execution_start':
      return onToolStart(state, data)
    case 'tool.execution_complete':
      return onToolEnd(state, data)
    case 'model.call_failure':
      return onCallFailure(state, data, at)
    case 'assistant.idle':
      // It was stopped; its exit code may still be 0.
      if (isTrueAt(data, 'aborted')) state.lastError ??= 'it was stopped'
      return []
    case 'session.error':
      return onError(state, data, at)
    case 'result':
      return onResult(state, event)
    default:
      return []
  }
}

function onMessage(state: State, data: JsonObject | null): readonly OutputReport[] {
  // The model answers again, so an earlier error is over.
  state.failure = null
  const text = textAt(data, 'content') ?? ''
  state.lastMessage = objectsAt(data, 'toolRequests').length > 0 ? null : text
  return text === '' ? [] : [{ kind: 'text', text: clip(text) }]
}

function onToolStart(state: State, data: JsonObject | null): readonly OutputReport[] {
  const input = objectAt(data, 'arguments')
  const call = { id: textAt(data, 'toolCallId'), name: textAt(data, 'toolName'), input }
  return [onToolCall(state, call, isChange(TOOLS, nameOfCall(call), input))]
}

/** `success` only says that the tool ran; the exit code of a command stands beside it. */
function onToolEnd(state: State, data: JsonObject | null): readonly OutputReport[] {
  const exit = objectAt(data, 'shellExecution')?.exitCode
  const ok = data?.success === true && (typeof exit !== 'number' || exit === 0)
  const text =
    textAt(objectAt(data, 'result'), 'content') ?? textAt(objectAt(data, 'error'), 'message') ?? ''
  return [onToolResult(state, { id: textAt(data, 'toolCallId'), ok, text })]
}

/** Another try follows, or a `session.error`. */
function onCallFailure(state: State, data: JsonObject | null, at: number): readonly OutputReport[] {
  const status = numberAt(data, 'statusCode')
  const text = textAt(data, 'errorMessage') ?? `its provider answered ${status ?? 'nothing'}`
  const body = bodyIn(text)
  const message = textAt(body, 'message') ?? text
  const [code, resetAt] = [codeOfBody(body), resetOfBody(body)]
  state.failure = providerFailure({ code, status, message, resetAt, at })
  const attempt = (numberAt(data, 'retryAttempt') ?? 0) + 1
  return [waitingReport(`its provider answered ${status ?? 'nothing'}; try ${attempt} failed`)]
}

function onError(state: State, data: JsonObject | null, at: number): readonly OutputReport[] {
  const message = textAt(data, 'message') ?? 'it ended with an error and gave no reason'
  const type = textAt(data, 'errorType')
  const failure = providerFailure({
    code: codeOfBody(bodyIn(message)) ?? (type === null ? null : (ERROR_TYPES[type] ?? null)),
    status: numberAt(data, 'statusCode'),
    message,
    at,
  })
  // An earlier error of the provider is more precise than one of these two classes.
  const isVague = failure.class === 'crash' || failure.class === 'rate-limit'
  state.failure = isVague && state.failure ? state.failure : failure
  state.lastError = message
  return [failureReport(state.failure, message)]
}

const ERROR_TYPES: Readonly<Record<string, string>> = {
  authentication: 'authentication_error',
  authorization: 'permission_error',
  quota: 'insufficient_quota',
  context_limit: 'context_length_exceeded',
}

/** Some messages contain the provider's error body. */
function bodyIn(message: string): JsonObject | null {
  const start = message.indexOf('{')
  const body = start < 0 ? null : parseEvent(message.slice(start))
  return objectAt(body, 'error') ?? body
}

function onResult(state: State, event: JsonObject): readonly OutputReport[] {
  const conversation = onConversation(state, textAt(event, 'sessionId'))
  const ok = event.exitCode === 0 && state.lastError === null
  const text = ok ? state.lastMessage : state.lastError
  if (ok) state.failure = null
  else state.failure ??= workFailure('crash', oneLine(text ?? '') || 'it ended with an error')
  return [...conversation, onFinal(state, ok, text)]
}
