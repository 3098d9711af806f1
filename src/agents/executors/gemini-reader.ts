/**
 * Reads the `stream-json` events of Gemini CLI. Its answers come in pieces, which are joined before they are told. `status` of its
 * `result` alone decides: its exit code is 0 after some failures. That it tries again, and when a quota is given anew, stands only on
 * stderr.
 */
import type { Usage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, MAX_SUMMARY, type OutputReport } from '../../domain/output.ts'
import type { OutputReader, OutputSummary } from './executor.ts'
import { apiErrorIn } from './api-error.ts'
import { numberAt, objectAt, parseEvent, textAt, type JsonObject } from './json-event.ts'
import { providerFailure } from './provider-failure.ts'
import { parseResetAt } from './reset-time.ts'
import { summaryOf } from './tool-summary.ts'
import { mayChangeThings } from './tool-effect.ts'
import { estimatedTokens } from './usage-sum.ts'

interface State {
  final: OutputSummary['final']
  failure: WorkFailure | null
  usage: Usage | null
  /** Characters that its tools gave it and that it said, for an end without a result. */
  read: number
  said: number
  /** It went in circles and gave itself up, which it calls a success. */
  isLooping: boolean
  /** A stream broke off, and its request was sent again. */
  isRedone: boolean
  conversation: string | null
  mutatingToolCalls: number
  /** Calls that would change something, waiting for their result. */
  readonly pending: Set<string>
  /** The answer so far. */
  answer: string
  /** How much of it was told. */
  toldLength: number
  lastError: string | null
  /** When the quota is given anew, as stderr says. */
  resetAt: number | null
}

const EDITING_TOOLS = new Set(['write_file', 'replace', 'edit', 'save_memory'])
const SHELL_TOOL = 'run_shell_command'

export function createGeminiReader(): OutputReader {
  const state: State = {
    final: null,
    failure: null,
    usage: null,
    read: 0,
    said: 0,
    isLooping: false,
    isRedone: false,
    conversation: null,
    mutatingToolCalls: 0,
    pending: new Set(),
    answer: '',
    toldLength: 0,
    lastError: null,
    resetAt: null,
  }
  return {
    read(line, writtenAt) {
      const event = parseEvent(line)
      if (!event) return line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]
      const isPiece = textAt(event, 'type') === 'message'
      const before = isPiece ? [] : restOf(state)
      return [...before, ...onEvent(state, event, writtenAt)]
    },
    rest: () => restOf(state),
    readError: (line, writtenAt) => onErrorLine(state, line, writtenAt),
    finish: () => ({
      final: state.final,
      failure: state.failure && withReset(state.failure, state.resetAt),
      usage: usageSoFar(state),
      conversation: state.conversation,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

/** What was read of its answer and not told yet. */
function restOf(state: State): readonly OutputReport[] {
  const text = state.answer.slice(state.toldLength)
  state.toldLength = state.answer.length
  return text.trim() === '' ? [] : [{ kind: 'text', text: clip(text) }]
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  switch (textAt(event, 'type')) {
    case 'init':
      state.conversation = textAt(event, 'session_id')
      return state.conversation === null
        ? []
        : [{ kind: 'conversation', id: clip(state.conversation, MAX_SUMMARY) }]
    case 'message':
      return onMessage(state, event)
    case 'tool_use':
      return onToolUse(state, event)
    case 'tool_result':
      return onToolResult(state, event)
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
  state.said += piece.length
  // A paragraph that ended is told at once; a piece of a sentence waits for the rest of it.
  const end = state.answer.lastIndexOf('\n\n')
  if (end < state.toldLength) return []
  const text = state.answer.slice(state.toldLength, end)
  state.toldLength = end + 2
  return text.trim() === '' ? [] : [{ kind: 'text', text: clip(text) }]
}

function onToolUse(state: State, event: JsonObject): readonly OutputReport[] {
  // What it said before a call was no final answer.
  state.answer = ''
  state.toldLength = 0
  const id = clip(textAt(event, 'tool_id') ?? '', MAX_SUMMARY)
  const name = clip(textAt(event, 'tool_name') ?? 'tool', MAX_SUMMARY)
  const input = objectAt(event, 'parameters')
  state.said += JSON.stringify(input ?? {}).length
  const line = name === SHELL_TOOL ? textAt(input, 'command') : null
  if (EDITING_TOOLS.has(name) || (line !== null && mayChangeThings(line))) state.pending.add(id)
  const summary = summaryOf(input)
  return [{ kind: 'tool-call', id, name, summary, input: clip(JSON.stringify(input ?? {})) }]
}

/** A command that failed is a `success` too: the tool ran. */
function onToolResult(state: State, event: JsonObject): readonly OutputReport[] {
  const id = clip(textAt(event, 'tool_id') ?? '', MAX_SUMMARY)
  const ok = textAt(event, 'status') === 'success'
  if (state.pending.delete(id) && ok) state.mutatingToolCalls++
  const text = textAt(event, 'output') ?? textAt(objectAt(event, 'error'), 'message') ?? ''
  state.read += text.length
  return [{ kind: 'tool-result', id, ok, text: clip(text) }]
}

function onError(state: State, message: string): readonly OutputReport[] {
  state.lastError = message
  if (/^Loop detected\b/.test(message)) state.isLooping = true
  return [{ kind: 'error', message: clip(message), class: null }]
}

function onResult(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  const isOk = textAt(event, 'status') === 'success' && !state.isLooping
  const said = textAt(objectAt(event, 'error'), 'message') ?? state.lastError
  const text = isOk ? state.answer : said
  state.final = { ok: isOk, text }
  state.failure = isOk ? null : failureOf(said, at)
  const told = usageOf(objectAt(event, 'stats'))
  // The turn that broke off is not in it.
  state.usage = isOk && !state.isRedone ? told : { ...told, atLeast: true }
  const reports: OutputReport[] = [{ kind: 'usage', usage: state.usage }]
  if (state.failure)
    reports.push({
      kind: 'error',
      message: clip(text ?? state.failure.reason),
      class: state.failure.class,
    })
  return [...reports, { kind: 'result', ok: isOk, text: clip(text ?? '') }]
}

function failureOf(said: string | null, at: number): WorkFailure {
  if (said === null) return workFailure('crash', 'it ended with an error and gave no reason')
  return providerFailure({ code: null, resetAt: null, at, ...apiErrorIn(said) })
}

const withReset = (failure: WorkFailure, resetAt: number | null): WorkFailure =>
  failure.class === 'quota' && failure.resetAt === null && resetAt !== null
    ? { ...failure, resetAt }
    : failure

/** `Attempt 1 failed with status 529. Retrying with backoff...`, and the dump of an error with the words of the provider. */
function onErrorLine(state: State, line: string, at: number): readonly OutputReport[] {
  const provider = /^\s+message: ['"`](.*)['"`],?$/.exec(line)?.[1]
  if (provider !== undefined) state.resetAt = parseResetAt(provider, at) ?? state.resetAt
  const delay = /^\s+retryDelayMs: (\d+)/.exec(line)?.[1]
  if (delay !== undefined) state.resetAt = at + Number(delay)
  const [, attempt, status] =
    /^Attempt (\d+) failed(?: with status (\d+))?.*Retrying/.exec(line) ?? []
  if (attempt === undefined) return []
  const why = `its provider answered ${status ?? 'with an error'}; try ${attempt} failed`
  return [{ kind: 'waiting', until: null, why }]
}

/** Before its result it tells no tokens: what was seen counts. */
function usageSoFar({ usage, read, said }: State): Usage | null {
  if (usage !== null || read + said === 0) return usage
  return {
    inputTokens: estimatedTokens(read + said),
    outputTokens: estimatedTokens(said),
    cachedTokens: null,
    reasoningTokens: null,
    costUsd: null,
    atLeast: true,
  }
}

function usageOf(stats: JsonObject | null): Usage {
  const [input, output] = [numberAt(stats, 'input_tokens'), numberAt(stats, 'output_tokens')]
  const total = numberAt(stats, 'total_tokens')
  // What it thought is in the total alone, and is billed as output.
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
