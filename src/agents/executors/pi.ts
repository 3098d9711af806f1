/**
 * `pi`: the pi coding agent, headless (`pi -p --mode json`). Prompt on stdin; it chooses the conversation's id, and asks a question
 * that nobody answers when a conversation began in another folder. It knows no permissions, only which tools it has.
 */
import { join } from 'node:path'
import { err, ok } from '../../base/result.ts'
import type { Usage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, oneLine, type OutputReport } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { Executor, OutputReader, PilotInput, PlannedFile } from './executor.ts'
import { agentEnvironment, KEY_VARIABLE } from './launch/environment.ts'
import { findAgentCli, firstPrompt, programOf, resumedOf } from './launch/program.ts'
import { parseApiError, providerFailure } from './readers/provider-failure.ts'
import {
  createEventReader,
  emptyState,
  failureReport,
  isChange,
  isTrueAt,
  joinedText,
  nameOfCall,
  numberAt,
  objectAt,
  objectsAt,
  onConversation,
  onFinal,
  onToolCall,
  onToolResult,
  sumUsage,
  textAt,
  usageFrom,
  waitingReport,
  type JsonObject,
  type ReaderState,
} from './readers/reader.ts'

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

// Reads the events of `pi --mode json`. Its exit code is 0 in every case: the `stopReason` of its last answer decides. Each
// `message_update` repeats the whole answer so far, so only ended messages are read.

const TOOLS = { editing: new Set(['edit', 'write']), shell: new Set(['bash']) }

export function createPiReader(): OutputReader {
  const state = emptyState()
  const reader = createEventReader(state, { onEvent: (event, at) => onEvent(state, event, at) })
  return {
    ...reader,
    // Most of the output are updates; parsing them would cost time for nothing.
    read: (line, at) => (line.startsWith('{"type":"message_update"') ? [] : reader.read(line, at)),
  }
}

function onEvent(state: ReaderState, event: JsonObject, at: number): readonly OutputReport[] {
  switch (textAt(event, 'type')) {
    case 'session':
      return onConversation(state, textAt(event, 'id'))
    case 'message_end':
      return onMessage(state, objectAt(event, 'message'), at)
    case 'tool_execution_start': {
      const input = objectAt(event, 'args')
      const call = { id: textAt(event, 'toolCallId'), name: textAt(event, 'toolName'), input }
      return [onToolCall(state, call, isChange(TOOLS, nameOfCall(call), input))]
    }
    case 'tool_execution_end': {
      const text = joinedText(objectAt(event, 'result'), '\n')
      const ok = !isTrueAt(event, 'isError')
      return [onToolResult(state, { id: textAt(event, 'toolCallId'), ok, text })]
    }
    case 'auto_retry_start':
      return onRetry(state, event, at)
    default:
      return []
  }
}

function onMessage(
  state: ReaderState,
  message: JsonObject | null,
  at: number,
): readonly OutputReport[] {
  if (textAt(message, 'role') !== 'assistant') return []
  const blocks = objectsAt(message, 'content')
  const reports = blocks.flatMap(blockReports)
  const usage = usageOf(objectAt(message, 'usage'))
  const reason = textAt(message, 'stopReason')
  const isCut = reason === 'error' || reason === 'aborted' || isUnfinished(message)
  state.usage = sumUsage(
    state.usage,
    isCut && blocks.length > 0 ? { ...usage, atLeast: true } : usage,
  )
  reports.push({ kind: 'usage', usage: state.usage })
  return [...reports, ...onStop(state, message, at)]
}

/**
 * A stream that closes without its end mark looks like one that ended well, for `stop` is the initial value. Its token counts would
 * have come last, so they are missing then.
 */
const isUnfinished = (message: JsonObject | null): boolean =>
  textAt(message, 'api') === 'openai-completions' &&
  numberAt(objectAt(message, 'usage'), 'totalTokens') === 0

function blockReports(block: JsonObject): OutputReport[] {
  const type = textAt(block, 'type')
  if (type === 'text') return [{ kind: 'text', text: clip(textAt(block, 'text') ?? '') }]
  if (type === 'thinking')
    return [{ kind: 'thinking', text: clip(textAt(block, 'thinking') ?? '') }]
  return []
}

function onStop(
  state: ReaderState,
  message: JsonObject | null,
  at: number,
): readonly OutputReport[] {
  const reason = textAt(message, 'stopReason') ?? 'unknown'
  // The run goes on, so an earlier answer or failure is not its last.
  state.final = null
  state.failure = null
  if (reason === 'toolUse') return []
  if (reason === 'stop' && !isUnfinished(message))
    return [onFinal(state, true, joinedText(message))]
  const text =
    reason === 'stop'
      ? 'its answer broke off before its end: its provider closed the stream'
      : (textAt(message, 'errorMessage') ?? `its model stopped before its end (${reason})`)
  state.final = { ok: false, text }
  state.failure =
    reason === 'error'
      ? providerFailure({ at, ...parseApiError(text) })
      : workFailure('crash', oneLine(text))
  // No result: only a later event says whether another try follows.
  return [failureReport(state.failure, text)]
}

/** The failure stays until another event comes: it is the reason if the program ends meanwhile. */
function onRetry(state: ReaderState, event: JsonObject, at: number): readonly OutputReport[] {
  state.final = null
  const error = oneLine(textAt(event, 'errorMessage') ?? 'an error')
  const tries = `try ${numberAt(event, 'attempt') ?? '?'} of ${numberAt(event, 'maxAttempts') ?? '?'}`
  return [
    waitingReport(`its provider answered: ${error}; ${tries}`, at, numberAt(event, 'delayMs')),
  ]
}

function usageOf(usage: JsonObject | null): Usage {
  const cost = numberAt(objectAt(usage, 'cost'), 'total')
  return usageFrom({
    fresh: numberAt(usage, 'input'),
    cached: numberAt(usage, 'cacheRead'),
    written: numberAt(usage, 'cacheWrite'),
    output: numberAt(usage, 'output'),
    // 0 means that it knows no price.
    costUsd: cost === 0 ? null : cost,
  })
}
