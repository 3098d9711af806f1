/**
 * Reads the events of `pi --mode json`. Its exit code is 0 in every case: the `stopReason` of its last answer decides. Each
 * `message_update` repeats the whole answer so far, so only ended messages are read.
 */
import type { Usage } from '../../../domain/agent.ts'
import { workFailure } from '../../../domain/failure.ts'
import { clip, oneLine, type OutputReport } from '../../../domain/output.ts'
import type { OutputReader } from '../executor.ts'
import {
  isTrueAt,
  joinedText,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  type JsonObject,
} from './json-event.ts'
import { parseApiError, providerFailure } from './provider-failure.ts'
import {
  createEventReader,
  emptyState,
  failureReport,
  nameOfCall,
  onConversation,
  onFinal,
  onToolCall,
  onToolResult,
  waitingReport,
  type ReaderState,
} from './reader.ts'
import { isChange } from './tool-call.ts'
import { sumUsage, usageFrom } from './usage-sum.ts'

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
