/**
 * Reads the events of `codex exec --json`. `error` is no end: every retry is one ("Reconnecting… 1/5"); only `turn.completed` and
 * `turn.failed` are. It gives no codes and no reset times as fields, so the words of those events are all there is to sort by.
 */
import type { ToldUsage, Usage } from '../../domain/agent.ts'
import type { WorkFailure } from '../../domain/failure.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../domain/output.ts'
import type { OutputReader, OutputSummary } from './executor.ts'
import { numberAt, objectAt, objectsAt, parseEvent, textAt, type JsonObject } from './json-event.ts'
import { providerFailure } from './provider-failure.ts'
import { mayChangeThings } from './tool-effect.ts'
import { atLeast, estimatedTokens, sumUsage } from './usage-sum.ts'

interface State {
  final: OutputSummary['final']
  failure: WorkFailure | null
  usage: ToldUsage | null
  /** Of the turn under way, which tells its tokens at its end only. */
  turn: { readonly read: number; readonly said: number } | null
  /** A stream broke off and its request was sent again, or sub-agents worked: what those used is told nowhere. */
  hasUntold: boolean
  conversation: string | null
  mutatingToolCalls: number
  lastMessage: string | null
  /** Ids of the items that were shown as started. */
  readonly started: Set<string>
}

export function createCodexReader(): OutputReader {
  const state: State = {
    final: null,
    failure: null,
    usage: null,
    turn: null,
    hasUntold: false,
    conversation: null,
    mutatingToolCalls: 0,
    lastMessage: null,
    started: new Set(),
  }
  return {
    read(line, writtenAt) {
      const event = parseEvent(line)
      if (!event) return line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]
      return onEvent(state, event, writtenAt)
    },
    finish: () => ({
      final: state.final,
      failure: state.failure,
      usage: usageSoFar(state),
      conversation: state.conversation,
      mutatingToolCalls: state.mutatingToolCalls,
    }),
  }
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  switch (textAt(event, 'type')) {
    case 'thread.started':
      state.conversation = textAt(event, 'thread_id')
      return state.conversation === null
        ? []
        : [{ kind: 'conversation', id: clip(state.conversation, MAX_SUMMARY) }]
    case 'turn.started':
      state.turn = { read: 0, said: 0 }
      return []
    case 'item.started':
      return onItem(state, objectAt(event, 'item'), false)
    case 'item.completed':
      return onItem(state, objectAt(event, 'item'), true)
    case 'error':
      return onError(state, textAt(event, 'message') ?? '', at)
    case 'turn.completed':
      return onCompleted(state, event)
    case 'turn.failed':
      return onFailed(state, textAt(objectAt(event, 'error'), 'message') ?? 'its turn failed', at)
    default:
      return []
  }
}

function onItem(state: State, item: JsonObject | null, isDone: boolean): readonly OutputReport[] {
  const text = textAt(item, 'text') ?? ''
  if (isDone && item) measure(state, item)
  // Something was heard from the model again, so an earlier error was got over.
  if (textAt(item, 'type') !== 'error') state.failure = null
  switch (textAt(item, 'type')) {
    case 'agent_message':
      if (!isDone) return []
      state.lastMessage = text
      return [{ kind: 'text', text: clip(text) }]
    case 'reasoning':
      return isDone ? [{ kind: 'thinking', text: clip(text) }] : []
    case 'error':
      return [{ kind: 'error', message: clip(textAt(item, 'message') ?? ''), class: null }]
    case 'collab_tool_call':
      if (textAt(item, 'tool') === 'spawn_agent') state.hasUntold = true
      return item ? onTool(state, item, isDone) : []
    case 'command_execution':
    case 'file_change':
    case 'mcp_tool_call':
    case 'web_search':
      return item ? onTool(state, item, isDone) : []
    default:
      return []
  }
}

/** What an item shows of the tokens of its turn: what it says was written by the model, what a command printed is read by it. */
function measure(state: State, item: JsonObject): void {
  if (textAt(item, 'type') === 'error') return
  const call = textAt(item, 'command') ?? (item.changes ? JSON.stringify(item.changes) : '')
  const said = (textAt(item, 'text') ?? call).length
  const { turn } = state
  state.turn = { read: (turn?.read ?? 0) + outputOf(item).length, said: (turn?.said ?? 0) + said }
}

/** A turn that was cut off counts with what was seen of it. */
function usageSoFar({ usage, turn, hasUntold }: State): ToldUsage | null {
  const isCut = turn !== null && turn.read + turn.said > 0
  if (!isCut) return hasUntold ? atLeast(usage) : usage
  const seen = {
    inputTokens: estimatedTokens(turn.read + turn.said),
    outputTokens: estimatedTokens(turn.said),
    cachedTokens: null,
    reasoningTokens: null,
    costUsd: null,
  }
  return atLeast({ ...usage, ...sumUsage(usage, seen) })
}

function onTool(state: State, item: JsonObject, isDone: boolean): readonly OutputReport[] {
  const id = clip(textAt(item, 'id') ?? '', MAX_SUMMARY)
  const reports: OutputReport[] = []
  if (!state.started.has(id)) {
    state.started.add(id)
    reports.push(callOf(id, item))
  }
  if (!isDone) return reports
  state.started.delete(id)
  const isOk = isSuccess(item)
  if (isOk && changesThings(item)) state.mutatingToolCalls++
  return [...reports, { kind: 'tool-result', id, ok: isOk, text: clip(outputOf(item)) }]
}

function callOf(id: string, item: JsonObject): OutputReport {
  const line = textAt(item, 'command')
  if (line !== null)
    return { kind: 'tool-call', id, name: 'shell', summary: oneLine(line), input: clip(line) }
  const paths = objectsAt(item, 'changes').map(
    (change) => `${textAt(change, 'kind') ?? 'change'} ${textAt(change, 'path') ?? ''}`,
  )
  if (paths.length > 0) {
    return {
      kind: 'tool-call',
      id,
      name: 'edit',
      summary: oneLine(paths.join(', ')),
      input: clip(paths.join('\n')),
    }
  }
  const server = textAt(item, 'server')
  const tool = textAt(item, 'tool') ?? textAt(item, 'type') ?? 'tool'
  const name = clip(server === null ? tool : `${server}/${tool}`, MAX_SUMMARY)
  const input = JSON.stringify(item.arguments ?? item.query ?? item.prompt ?? {})
  return {
    kind: 'tool-call',
    id,
    name,
    summary: oneLine(textAt(item, 'query') ?? textAt(item, 'prompt') ?? input),
    input: clip(input),
  }
}

function isSuccess(item: JsonObject): boolean {
  const status = textAt(item, 'status')
  if (status !== null && status !== 'completed') return false
  return textAt(item, 'type') !== 'command_execution' || item.exit_code === 0
}

function changesThings(item: JsonObject): boolean {
  if (textAt(item, 'type') === 'file_change') return true
  return (
    textAt(item, 'type') === 'command_execution' &&
    mayChangeThings(innerLine(textAt(item, 'command') ?? ''))
  )
}

/** It wraps what the model asked for: `/bin/bash -lc 'echo hi > out.txt'`. */
function innerLine(line: string): string {
  const inner = /^\S*\/?(?:ba|z|da)?sh -l?c (['"]?)([\s\S]*)\1$/.exec(line.trim())?.[2]
  return inner ?? line
}

function outputOf(item: JsonObject): string {
  const result = textAt(item, 'aggregated_output') ?? textAt(objectAt(item, 'error'), 'message')
  if (result !== null) return result
  const parts = objectsAt(objectAt(item, 'result'), 'content')
  return parts.map((part) => textAt(part, 'text') ?? '').join('\n')
}

function onError(state: State, message: string, at: number): readonly OutputReport[] {
  const retry = /^Reconnecting\.\.\.\s*(.*)$/s.exec(message)?.[1]
  if (/stream disconnected/i.test(message)) state.hasUntold = true
  const failure = providerFailure({
    code: null,
    status: null,
    message: retry ?? message,
    resetAt: null,
    at,
  })
  state.failure = failure
  if (retry !== undefined)
    return [
      { kind: 'waiting', until: null, why: clip(`its provider does not answer; try ${retry}`) },
    ]
  return [{ kind: 'error', message: clip(message), class: failure.class }]
}

function onCompleted(state: State, event: JsonObject): readonly OutputReport[] {
  state.final = { ok: true, text: state.lastMessage }
  state.failure = null
  state.turn = null
  // Of the whole conversation, also of what an earlier agent used of it.
  const told: ToldUsage = { ...usageOf(objectAt(event, 'usage')), ofConversation: true }
  state.usage = state.hasUntold ? { ...told, atLeast: true } : told
  return [
    { kind: 'usage', usage: state.usage },
    { kind: 'result', ok: true, text: clip(state.lastMessage ?? '') },
  ]
}

/** The `error` before it said the same, so only the result is told. */
function onFailed(state: State, message: string, at: number): readonly OutputReport[] {
  state.final = { ok: false, text: message }
  state.failure = providerFailure({
    code: codeIn(message),
    status: null,
    message: plainOf(message),
    resetAt: null,
    at,
  })
  return [{ kind: 'result', ok: false, text: clip(message) }]
}

/** Some messages are the provider's whole error body. */
const codeIn = (message: string): string | null => {
  const error = objectAt(parseEvent(message), 'error')
  return textAt(error, 'code') ?? textAt(error, 'type')
}
const plainOf = (message: string): string =>
  textAt(objectAt(parseEvent(message), 'error'), 'message') ?? message

function usageOf(usage: JsonObject | null): Usage {
  return {
    inputTokens: numberAt(usage, 'input_tokens'),
    outputTokens: numberAt(usage, 'output_tokens'),
    cachedTokens: numberAt(usage, 'cached_input_tokens'),
    reasoningTokens: numberAt(usage, 'reasoning_output_tokens'),
    costUsd: null,
  }
}
