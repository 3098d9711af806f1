/**
 * `gemini`: Gemini CLI, headless, with its stream of JSON events. Prompt on stdin; we choose the conversation's id. It finds a
 * conversation only from the folder in which it began.
 */
import { join } from 'node:path'
import { ok } from '../../base/result.ts'
import type { RuntimeUsage, Usage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, type OutputReport } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Executor, LaunchPlan, OutputReader, PilotInput } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import {
  findAgentCli,
  firstPrompt,
  programOf,
  resumedOf,
  toolsSettings,
  YARD_VARIABLES,
} from './launch/program.ts'
import { parseApiError, parseResetAt, providerFailure } from './readers/provider-failure.ts'
import {
  createEventReader,
  emptyState,
  estimatedUsage,
  failureReport,
  isChange,
  nameOfCall,
  numberAt,
  objectAt,
  onConversation,
  onFinal,
  onToolCall,
  onToolResult,
  textAt,
  waitingReport,
  type JsonObject,
  type ReaderState,
} from './readers/reader.ts'

/** What a mode does not allow is not even offered to the model, for nobody sits there to be asked. */
const APPROVAL = {
  bypass: 'yolo',
  workspace: 'auto_edit',
  ask: 'default',
} as const satisfies Record<Permissions, string>

const DEFAULTS = {
  /** By default it starts itself a second time, and that child outlives every polite signal. */
  GEMINI_CLI_NO_RELAUNCH: 'true',
}

const HOME_VARIABLE = 'GEMINI_CLI_HOME'

/** An address counts only with a key, which only a settings file can choose. Its own ten tries hide a failure for minutes. */
const SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 4 },
  privacy: { usageStatisticsEnabled: false },
  // It hands on no variable that looks like a secret unless it is named; `$NAME` is read from its own environment.
  ...toolsSettings({
    env: Object.fromEntries(YARD_VARIABLES.map((name) => [name, `$${name}`])),
    trust: true,
  }),
}

export const gemini: Executor = {
  type: 'gemini',
  plan(input) {
    const { order } = input
    const program = findAgentCli(input, 'gemini')
    if (!program.ok) return program
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...program.value,
      '--output-format=stream-json',
      ...commonFlags(input),
    ]
    const own = profileHome(input)
    const env = agentEnvironment(order.profile, input.inheritedEnv, DEFAULTS)
    const set = { ...own.variables, ...env.set }
    const { files } = own
    // A server is told in settings only, and those of its user are not ours to write.
    const hasTools = files.length > 0
    const conversationId = resumed ?? input.conversationId
    return ok({ argv, env: { ...env, set }, files, hasTools, stdin: 'prompt', conversationId })
  },
  pilot(input) {
    const { variables: set, files } = profileHome(input)
    const argv: [string, ...string[]] = [
      ...programOf(input.order.profile, 'gemini'),
      ...commonFlags(input),
      // Its prompt lies outside of where it works.
      `--include-directories=${input.folder}`,
      `--prompt-interactive=${firstPrompt(input)}`,
    ]
    const conversationId = resumedOf(input) ?? input.conversationId
    const hasTools = files.length > 0
    return ok({ argv, defaults: DEFAULTS, set, files, hasTools, conversationId })
  },
  createReader: createGeminiReader,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  givesFinal: true,
}

function commonFlags(input: PilotInput): readonly string[] {
  const { task, profile, modelId } = input.order
  const isNarrow = task.mode === 'light' || task.mode === 'bare'
  const resumed = resumedOf(input)
  return [
    `--approval-mode=${APPROVAL[isNarrow ? 'ask' : profile.permissions]}`,
    // In a folder that nobody has trusted by hand it refuses to work at all.
    '--skip-trust',
    ...(modelId === null ? [] : [`--model=${modelId}`]),
    resumed === null ? `--session-id=${input.conversationId}` : `--resume=${resumed}`,
  ]
}

/** Where its user's settings must not count: they choose a sign-in, and that would win over the key. */
function profileHome({ order, home }: PilotInput): Required<Pick<LaunchPlan, 'files'>> & {
  readonly variables: Readonly<Record<string, string>>
} {
  const { baseUrl, apiKeyEnv, env } = order.profile
  if (baseUrl === null && apiKeyEnv === null) return { variables: {}, files: [] }
  const own = env[HOME_VARIABLE]
  const folder = typeof own === 'string' ? own : home
  const path = join(folder, '.gemini', 'settings.json')
  return {
    variables: { [HOME_VARIABLE]: folder },
    files: [{ path, content: `${JSON.stringify(SETTINGS)}\n` }],
  }
}

// Reads the `stream-json` events of Gemini CLI. Its answers come in pieces, which are joined before they are reported. The `status` of
// its `result` decides, for its exit code is 0 after some failures. Retries and the reset time of a quota are on stderr only.

interface State extends ReaderState {
  /** Characters of its tools' results and of its own texts and calls, for a run that ends without a result. */
  readCharacters: number
  writtenCharacters: number
  /** It detected a loop and stopped, which it reports as a success. */
  isLooping: boolean
  /** The answer so far. */
  answer: string
  /** How much of it was reported. */
  reportedLength: number
  lastError: string | null
  /** The reset time of the quota, from stderr. */
  resetAt: number | null
}

const TOOLS = {
  editing: new Set(['write_file', 'replace', 'edit', 'save_memory']),
  shell: new Set(['run_shell_command']),
}

export function createGeminiReader(): OutputReader {
  const state: State = {
    ...emptyState(),
    readCharacters: 0,
    writtenCharacters: 0,
    isLooping: false,
    answer: '',
    reportedLength: 0,
    lastError: null,
    resetAt: null,
  }
  return createEventReader(state, {
    onEvent(event, at) {
      const isPiece = textAt(event, 'type') === 'message'
      const before = isPiece ? [] : restOf(state)
      return [...before, ...onEvent(state, event, at)]
    },
    rest: () => restOf(state),
    readError: (line, at) => onErrorLine(state, line, at),
    summary: () => ({
      failure: state.failure && withReset(state.failure, state.resetAt),
      usage: usageSoFar(state),
    }),
  })
}

/** Reports the text of the answer up to `end`. */
function reportText(state: State, end: number): readonly OutputReport[] {
  const text = state.answer.slice(state.reportedLength, end)
  return text.trim() === '' ? [] : [{ kind: 'text', text: clip(text) }]
}

/** The part of the answer that was not reported yet. */
function restOf(state: State): readonly OutputReport[] {
  const reports = reportText(state, state.answer.length)
  state.reportedLength = state.answer.length
  return reports
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  switch (textAt(event, 'type')) {
    case 'init':
      return onConversation(state, textAt(event, 'session_id'))
    case 'message':
      return onMessage(state, event)
    case 'tool_use':
      return onToolUse(state, event)
    case 'tool_result':
      return onToolEnd(state, event)
    case 'error':
      return onError(state, textAt(event, 'message') ?? '')
    case 'result':
      return onResult(state, event, at)
    default:
      return []
  }
}

function onMessage(state: State, event: JsonObject): readonly OutputReport[] {
  if (textAt(event, 'role') !== 'assistant') return []
  const piece = textAt(event, 'content') ?? ''
  state.answer += piece
  state.writtenCharacters += piece.length
  // A complete paragraph is reported at once; the start of one waits for the rest of it.
  const end = state.answer.lastIndexOf('\n\n')
  if (end < state.reportedLength) return []
  const reports = reportText(state, end)
  state.reportedLength = end + 2
  return reports
}

function onToolUse(state: State, event: JsonObject): readonly OutputReport[] {
  // A text before a call is no final answer.
  state.answer = ''
  state.reportedLength = 0
  const input = objectAt(event, 'parameters')
  state.writtenCharacters += JSON.stringify(input ?? {}).length
  const call = { id: textAt(event, 'tool_id'), name: textAt(event, 'tool_name'), input }
  return [onToolCall(state, call, isChange(TOOLS, nameOfCall(call), input))]
}

/** `success` only says that the tool ran, also for a command that failed. */
function onToolEnd(state: State, event: JsonObject): readonly OutputReport[] {
  const ok = textAt(event, 'status') === 'success'
  const text = textAt(event, 'output') ?? textAt(objectAt(event, 'error'), 'message') ?? ''
  state.readCharacters += text.length
  return [onToolResult(state, { id: textAt(event, 'tool_id'), ok, text })]
}

function onError(state: State, message: string): readonly OutputReport[] {
  state.lastError = message
  if (/^Loop detected\b/.test(message)) state.isLooping = true
  return [{ kind: 'error', message: clip(message), class: null }]
}

function onResult(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const isOk = textAt(event, 'status') === 'success' && !state.isLooping
  const error = textAt(objectAt(event, 'error'), 'message') ?? state.lastError
  const text = isOk ? state.answer : error
  state.failure = isOk ? null : failureOf(error, at)
  const usage = usageOf(objectAt(event, 'stats'))
  // A turn that broke off is not in it.
  state.usage = isOk ? usage : { ...usage, atLeast: true }
  return [
    { kind: 'usage', usage: state.usage },
    ...(state.failure ? [failureReport(state.failure, text)] : []),
    onFinal(state, isOk, text),
  ]
}

function failureOf(error: string | null, at: number): WorkFailure {
  return error === null
    ? workFailure('crash', 'it ended with an error and gave no reason')
    : providerFailure({ at, ...parseApiError(error) })
}

const withReset = (failure: WorkFailure, resetAt: number | null): WorkFailure =>
  failure.class === 'quota' && failure.resetAt === null && resetAt !== null
    ? { ...failure, resetAt }
    : failure

/** `Attempt 1 failed with status 529. Retrying with backoff...`, and the dump of an error with the provider's message. */
function onErrorLine(state: State, line: string, at: number): readonly OutputReport[] {
  const provider = /^\s+message: ['"`](.*)['"`],?$/.exec(line)?.[1]
  if (provider !== undefined) state.resetAt = parseResetAt(provider, at) ?? state.resetAt
  const delay = /^\s+retryDelayMs: (\d+)/.exec(line)?.[1]
  if (delay !== undefined) state.resetAt = at + Number(delay)
  const [, attempt, status] =
    /^Attempt (\d+) failed(?: with status (\d+))?.*Retrying/.exec(line) ?? []
  if (attempt === undefined) return []
  return [
    waitingReport(`its provider answered ${status ?? 'with an error'}; try ${attempt} failed`),
  ]
}

/** Before its result it reports no tokens, so they are estimated. */
function usageSoFar({ usage, readCharacters, writtenCharacters }: State): RuntimeUsage | null {
  if (usage !== null || readCharacters + writtenCharacters === 0) return usage
  return { ...estimatedUsage(readCharacters, writtenCharacters), atLeast: true }
}

function usageOf(stats: JsonObject | null): Usage {
  const [input, output] = [numberAt(stats, 'input_tokens'), numberAt(stats, 'output_tokens')]
  const total = numberAt(stats, 'total_tokens')
  // Thinking is in the total alone, and is billed as output.
  const isKnown = total !== null && input !== null && output !== null
  const thought = isKnown ? Math.max(0, total - input - output) : null
  return {
    inputTokens: input,
    outputTokens: output === null ? null : output + (thought ?? 0),
    cachedTokens: numberAt(stats, 'cached'),
    reasoningTokens: thought,
    costUsd: null,
  }
}
