/** `codex`: the Codex CLI, headless (`codex exec --json`). Prompt on stdin; it chooses the conversation's id. */
import { ok } from '../../base/result.ts'
import type { RuntimeUsage } from '../../domain/agent.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../domain/output.ts'
import type { Permissions, Profile } from '../../domain/settings.ts'
import type { Executor, OutputReader } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import {
  findAgentCli,
  firstPrompt,
  nativeCodex,
  programOf,
  resumedOf,
  YARD_ARGUMENTS,
  YARD_PROGRAM,
  YARD_SERVER,
  YARD_START_MS,
  YARD_VARIABLES,
} from './launch/program.ts'
import { codeOfBody, providerFailure } from './readers/provider-failure.ts'
import {
  atLeast,
  createEventReader,
  emptyState,
  estimatedUsage,
  failureReport,
  joinedText,
  mayChangeThings,
  numberAt,
  objectAt,
  objectsAt,
  onConversation,
  onFinal,
  onToolResult,
  parseEvent,
  sumUsage,
  textAt,
  waitingReport,
  type JsonObject,
  type ReaderState,
} from './readers/reader.ts'

/** As settings and not as `--sandbox`, which `exec resume` does not know. */
const PERMISSION_FLAGS = {
  bypass: ['--dangerously-bypass-approvals-and-sandbox'],
  workspace: ['-c', 'sandbox_mode="workspace-write"'],
  ask: ['-c', 'sandbox_mode="read-only"'],
} as const satisfies Record<Permissions, readonly string[]>

/** It ignores variables for an address; a provider of its config is the only way. */
function endpointFlags({ baseUrl, apiKeyEnv }: Profile): readonly string[] {
  if (baseUrl === null) return []
  const key = apiKeyEnv === null ? '' : ',env_key="CODEX_API_KEY"'
  const provider = `{name="yard",base_url=${JSON.stringify(baseUrl)},wire_api="responses"${key}}`
  return ['-c', 'model_provider="yard"', '-c', `model_providers.yard=${provider}`]
}

/** Of its environment it hands on only what is named; our tools change nothing but the yard, which keeps its own rules. */
const TOOLS = [
  `command=${JSON.stringify(YARD_PROGRAM)}`,
  `args=${JSON.stringify(YARD_ARGUMENTS)}`,
  `env_vars=${JSON.stringify(YARD_VARIABLES)}`,
  `startup_timeout_sec=${YARD_START_MS / 1000}`,
  'default_tools_approval_mode="approve"',
  // Else it waits for about a second, and begins without them.
  'required=true',
].join(',')

/** What its sub-agents use it does not tell, so no cap could hold them. */
const ALONE = ['-c', 'features.multi_agent=false', '-c', 'features.multi_agent_v2=false'] as const

const commonFlags = ({ task, isCapped, profile, modelId }: LaunchOrder): readonly string[] => [
  // A task's mode narrows what its profile permits: `light` and `bare` change no files.
  ...PERMISSION_FLAGS[task.mode === 'light' || task.mode === 'bare' ? 'ask' : profile.permissions],
  // On by default it waits for the network for ever and never fails; backing off is the coordinator's.
  '-c',
  'features.unbounded_connection_retries=false',
  '-c',
  `mcp_servers.${YARD_SERVER}={${TOOLS}}`,
  ...(isCapped ? ALONE : []),
  ...(modelId === null ? [] : [`--model=${modelId}`]),
]

/** It runs commands in a login shell. */
const PROMPTED = { hasTools: true, namesYardByPath: true } as const

export const codex: Executor = {
  type: 'codex',
  plan(input) {
    const { order } = input
    const found = findAgentCli(input, 'codex')
    if (!found.ok) return found
    const [path, ...leading] = found.value
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      nativeCodex(path, input.platform),
      ...leading,
      ...endpointFlags(order.profile),
      'exec',
      ...(resumed === null ? [] : ['resume']),
      '--json',
      '--skip-git-repo-check',
      ...commonFlags(order),
      ...(resumed === null ? [] : [resumed]),
      '-',
    ]
    const env = agentEnvironment(order.profile, input.inheritedEnv)
    return ok({ argv, env, ...PROMPTED, stdin: 'prompt', conversationId: resumed })
  },
  pilot(input) {
    const { order } = input
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...programOf(order.profile, 'codex'),
      ...endpointFlags(order.profile),
      ...(resumed === null ? [] : ['resume']),
      ...commonFlags(order),
      ...(resumed === null ? [] : [resumed]),
      firstPrompt(input),
    ]
    return ok({ argv, defaults: {}, set: {}, ...PROMPTED, conversationId: resumed })
  },
  createReader: createCodexReader,
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
  // It keeps a journal of its own in a database: 4 kB a second were seen, and 8 in the worst.
  idleIo: 16 * 1024,
}

// Reads the events of `codex exec --json`. `error` is no end: every retry is one ("Reconnecting… 1/5"); only `turn.completed` and
// `turn.failed` are. It has no fields for codes and reset times, so failures are sorted by the text of those events.

interface State extends ReaderState {
  /** Characters of the turn under way, whose tokens are reported at its end only. */
  turn: { readonly read: number; readonly written: number } | null
  /** A stream broke off and its request was sent again, or sub-agents worked: the tokens of those are reported nowhere. */
  hasUncounted: boolean
  lastMessage: string | null
  /** Ids of the items that were reported as started. */
  readonly started: Set<string>
}

export function createCodexReader(): OutputReader {
  const state: State = {
    ...emptyState(),
    turn: null,
    hasUncounted: false,
    lastMessage: null,
    started: new Set(),
  }
  return createEventReader(state, {
    onEvent: (event, at) => onEvent(state, event, at),
    summary: () => ({ usage: usageSoFar(state) }),
  })
}

function onEvent(state: State, event: JsonObject, at: number): readonly OutputReport[] {
  switch (textAt(event, 'type')) {
    case 'thread.started':
      return onConversation(state, textAt(event, 'thread_id'))
    case 'turn.started':
      state.turn = { read: 0, written: 0 }
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
  // The model answers again, so an earlier error is over.
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
      if (textAt(item, 'tool') === 'spawn_agent') state.hasUncounted = true
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

/** Adds an item to the characters of its turn: the model wrote its text, and reads what a command printed. */
function measure(state: State, item: JsonObject): void {
  if (textAt(item, 'type') === 'error') return
  const call = textAt(item, 'command') ?? (item.changes ? JSON.stringify(item.changes) : '')
  const written = (textAt(item, 'text') ?? call).length
  const { turn } = state
  state.turn = {
    read: (turn?.read ?? 0) + outputOf(item).length,
    written: (turn?.written ?? 0) + written,
  }
}

/** A turn that was cut off counts with an estimate. */
function usageSoFar({ usage, turn, hasUncounted }: State): RuntimeUsage | null {
  if (turn === null || turn.read + turn.written === 0) return hasUncounted ? atLeast(usage) : usage
  return atLeast({ ...usage, ...sumUsage(usage, estimatedUsage(turn.read, turn.written)) })
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
  return [...reports, onToolResult(state, { id, ok: isOk, text: outputOf(item) })]
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

/** Codex wraps the line of the model: `/bin/bash -lc 'echo hi > out.txt'`. */
function innerLine(line: string): string {
  const inner = /^\S*\/?(?:ba|z|da)?sh -l?c (['"]?)([\s\S]*)\1$/.exec(line.trim())?.[2]
  return inner ?? line
}

function outputOf(item: JsonObject): string {
  const result = textAt(item, 'aggregated_output') ?? textAt(objectAt(item, 'error'), 'message')
  return result ?? joinedText(objectAt(item, 'result'), '\n')
}

function onError(state: State, message: string, at: number): readonly OutputReport[] {
  const retry = /^Reconnecting\.\.\.\s*(.*)$/s.exec(message)?.[1]
  if (/stream disconnected/i.test(message)) state.hasUncounted = true
  state.failure = providerFailure({ message: retry ?? message, at })
  return retry === undefined
    ? [failureReport(state.failure, message)]
    : [waitingReport(`its provider does not answer; try ${retry}`)]
}

function onCompleted(state: State, event: JsonObject): readonly OutputReport[] {
  state.failure = null
  state.turn = null
  const usage = objectAt(event, 'usage')
  state.usage = {
    inputTokens: numberAt(usage, 'input_tokens'),
    outputTokens: numberAt(usage, 'output_tokens'),
    cachedTokens: numberAt(usage, 'cached_input_tokens'),
    reasoningTokens: numberAt(usage, 'reasoning_output_tokens'),
    costUsd: null,
    // Including what earlier agents used of the same conversation.
    ofConversation: true,
    ...(state.hasUncounted ? { atLeast: true } : {}),
  }
  return [{ kind: 'usage', usage: state.usage }, onFinal(state, true, state.lastMessage)]
}

/** The `error` before it had the same message, so only the result is reported. */
function onFailed(state: State, message: string, at: number): readonly OutputReport[] {
  // Some messages are the provider's whole error body.
  const body = objectAt(parseEvent(message), 'error')
  state.failure = providerFailure({
    code: codeOfBody(body),
    message: textAt(body, 'message') ?? message,
    at,
  })
  return [onFinal(state, false, message)]
}
