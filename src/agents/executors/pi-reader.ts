/**
 * Reads the events of `pi --mode json`. It exits with 0 whatever happens: the `stopReason` of its last answer alone decides. Each
 * `message_update` repeats the whole answer so far, so only what has ended is read.
 */
import type { Usage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../domain/output.ts'
import type { OutputReader, OutputSummary } from './executor.ts'
import {
  isTrueAt,
  numberAt,
  objectAt,
  objectsAt,
  parseEvent,
  textAt,
  type JsonObject,
} from './json-event.ts'
import { apiErrorIn } from './api-error.ts'
import { providerFailure } from './provider-failure.ts'
import { mayChangeThings } from './tool-effect.ts'
import { summaryOf } from './tool-summary.ts'
import { sumUsage } from './usage-sum.ts'

interface State {
  final: OutputSummary['final']
  failure: WorkFailure | null
  usage: Usage | null
  conversation: string | null
  mutatingToolCalls: number
  /** Calls that would change something, waiting for their result. */
  readonly pending: Set<string>
}

const EDITING_TOOLS = new Set(['edit', 'write'])

export function createPiReader(): OutputReader {
  const state: State = {
    final: null,
    failure: null,
    usage: null,
    conversation: null,
    mutatingToolCalls: 0,
    pending: new Set(),
  }
  return {
    read(line, writtenAt) {
      // By far the most of its output; not worth parsing.
      if (line.startsWith('{"type":"message_update"')) return []
      const event = parseEvent(line)
      if (!event) return line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]
      return onEvent(state, event, writtenAt)
    },
    finish: () => ({
      final: state.final,
      failure: state.failure,
      usage: state.usage,
      conversation: state.conversation,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  switch (textAt(event, 'type')) {
    case 'session':
      state.conversation = textAt(event, 'id')
      return state.conversation === null
        ? []
        : [{ kind: 'conversation', id: clip(state.conversation, MAX_SUMMARY) }]
    case 'message_end':
      return onMessage(state, objectAt(event, 'message'), at)
    case 'tool_execution_start':
      return onToolStart(state, event)
    case 'tool_execution_end':
      return onToolEnd(state, event)
    case 'auto_retry_start':
      return onRetry(state, event, at)
    default:
      return []
  }
}

function onMessage(state: State, message: JsonObject | null, at: number): readonly OutputReport[] {
  if (textAt(message, 'role') !== 'assistant') return []
  const reports = objectsAt(message, 'content').flatMap(blockReports)
  const told = usageOf(objectAt(message, 'usage'))
  const reason = textAt(message, 'stopReason')
  const isCut = reason === 'error' || reason === 'aborted' || isUnfinished(message)
  state.usage = sumUsage(
    state.usage,
    isCut && saysSomething(message) ? { ...told, atLeast: true } : told,
  )
  reports.push({ kind: 'usage', usage: state.usage })
  return [...reports, ...onStop(state, message, at)]
}

/**
 * A stream that closes without its end mark looks like one that ended well, for `stop` is what it begins with. Its tokens come after
 * everything else, so they are not told then.
 */
const isUnfinished = (message: JsonObject | null): boolean =>
  textAt(message, 'api') === 'openai-completions' &&
  numberAt(objectAt(message, 'usage'), 'totalTokens') === 0

const saysSomething = (message: JsonObject | null): boolean =>
  objectsAt(message, 'content').length > 0

function blockReports(block: JsonObject): OutputReport[] {
  const type = textAt(block, 'type')
  if (type === 'text') return [{ kind: 'text', text: clip(textAt(block, 'text') ?? '') }]
  if (type === 'thinking')
    return [{ kind: 'thinking', text: clip(textAt(block, 'thinking') ?? '') }]
  return []
}

function onStop(state: State, message: JsonObject | null, at: number): readonly OutputReport[] {
  const reason = textAt(message, 'stopReason') ?? 'unknown'
  // It goes on, so nothing that was said before is its last word.
  state.final = null
  state.failure = null
  if (reason === 'toolUse') return []
  if (reason === 'stop' && !isUnfinished(message)) {
    const texts = objectsAt(message, 'content').map((block) => textAt(block, 'text') ?? '')
    const text = texts.join('')
    state.final = { ok: true, text }
    return [{ kind: 'result', ok: true, text: clip(text) }]
  }
  const said =
    reason === 'stop'
      ? 'its answer broke off before its end: its provider closed the stream'
      : (textAt(message, 'errorMessage') ?? `its model stopped before its end (${reason})`)
  state.final = { ok: false, text: said }
  state.failure =
    reason === 'error'
      ? providerFailure({ code: null, resetAt: null, at, ...apiErrorIn(said) })
      : workFailure('crash', oneLine(said))
  // No result: whether another try follows is told only afterwards.
  return [{ kind: 'error', message: clip(said), class: state.failure.class }]
}

function onToolStart(state: State, event: JsonObject): readonly OutputReport[] {
  const id = clip(textAt(event, 'toolCallId') ?? '', MAX_SUMMARY)
  const name = clip(textAt(event, 'toolName') ?? 'tool', MAX_SUMMARY)
  const input = objectAt(event, 'args')
  const line = name === 'bash' ? textAt(input, 'command') : null
  if (EDITING_TOOLS.has(name) || (line !== null && mayChangeThings(line))) state.pending.add(id)
  const summary = summaryOf(input)
  return [{ kind: 'tool-call', id, name, summary, input: clip(JSON.stringify(input ?? {})) }]
}

function onToolEnd(state: State, event: JsonObject): readonly OutputReport[] {
  const id = clip(textAt(event, 'toolCallId') ?? '', MAX_SUMMARY)
  const ok = !isTrueAt(event, 'isError')
  if (state.pending.delete(id) && ok) state.mutatingToolCalls++
  const parts = objectsAt(objectAt(event, 'result'), 'content')
  const text = parts.map((part) => textAt(part, 'text') ?? '').join('\n')
  return [{ kind: 'tool-result', id, ok, text: clip(text) }]
}

/** The failure stays until something else is heard: the reason if it dies meanwhile. */
function onRetry(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  state.final = null
  const delayMs = numberAt(event, 'delayMs')
  const said = oneLine(textAt(event, 'errorMessage') ?? 'an error')
  const tries = `try ${numberAt(event, 'attempt') ?? '?'} of ${numberAt(event, 'maxAttempts') ?? '?'}`
  const until = delayMs === null ? null : Math.round(at + delayMs)
  return [{ kind: 'waiting', until, why: clip(`its provider answered: ${said}; ${tries}`) }]
}

function usageOf(usage: JsonObject | null): Usage {
  const fresh = numberAt(usage, 'input')
  const cached = numberAt(usage, 'cacheRead')
  const written = numberAt(usage, 'cacheWrite')
  // A price of 0 means that it knows none.
  const cost = numberAt(objectAt(usage, 'cost'), 'total')
  return {
    inputTokens: fresh === null ? null : fresh + (cached ?? 0) + (written ?? 0),
    outputTokens: numberAt(usage, 'output'),
    cachedTokens: cached,
    reasoningTokens: null,
    costUsd: cost === 0 ? null : cost,
  }
}
