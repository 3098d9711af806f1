/**
 * `kimi`: Kimi Code CLI from npm, headless (`kimi --prompt`), which approves all. It takes a prompt as an argument alone, and no text
 * of a prompt may be one: it is told where to read it. It chooses the conversation's id, and tells it at the end of a good run.
 */
import { err, ok } from '../../base/result.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip, oneLine, type OutputReport } from '../../domain/output.ts'
import type { Profile } from '../../domain/settings.ts'
import type { Executor, OutputReader } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findAgentCli, firstPrompt, resumedOf } from './launch/program.ts'
import { providerFailure } from './readers/provider-failure.ts'
import {
  createEventReader,
  emptyState,
  failureReport,
  isChange,
  joinedText,
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

const DEFAULTS = {
  /** Its program must not change under agents that run side by side. */
  KIMI_CODE_NO_AUTO_UPDATE: '1',
}

export const kimi: Executor = {
  type: 'kimi',
  plan(input) {
    const { order } = input
    const { profile, modelId } = order
    const program = findAgentCli(input, 'kimi')
    if (!program.ok) return program
    const unfit = unsupported(order)
    if (unfit) return err(unfit)
    const isOwn = isElsewhere(profile)
    const resumed = resumedOf(input)
    const argv: [string, ...string[]] = [
      ...program.value,
      '--output-format=stream-json',
      ...(modelId === null || isOwn ? [] : [`--model=${modelId}`]),
      ...(resumed === null ? [] : [`--session=${resumed}`]),
      `--prompt=${firstPrompt(input)}`,
    ]
    const env = agentEnvironment(profile, input.inheritedEnv, DEFAULTS)
    const set = isOwn && modelId !== null ? { KIMI_MODEL_NAME: modelId, ...env.set } : env.set
    return ok({ argv, env: { ...env, set }, stdin: 'none', conversationId: resumed })
  },
  createReader: createKimiReader,
  stopSignal: 'SIGINT',
  graceMs: 5_000,
  givesFinal: true,
}

/** With an address or a key of its own it is told its model beside them; else by its name in the user's config. */
const isElsewhere = ({ baseUrl, apiKeyEnv }: Profile): boolean =>
  baseUrl !== null || apiKeyEnv !== null

function unsupported({ profile, task, modelId }: LaunchOrder): WorkFailure | null {
  const isNarrow = task.mode === 'light' || task.mode === 'bare'
  if (profile.permissions !== 'bypass' || isNarrow)
    return workFailure('launch', 'kimi without a person approves everything: it takes only bypass')
  if (modelId !== null || !isElsewhere(profile)) return null
  const reason = `executor ${profile.name} has a base_url or api_key_env of its own, so it needs a model`
  return workFailure('bad-model', reason)
}

// Reads the messages that `kimi --output-format stream-json` prints, one per line. An answer without tool calls is its final one. There
// is no error event: the cause of a failure is the last line of stderr, with a code of its own.

const TOOLS = { editing: new Set(['Write', 'Edit']), shell: new Set(['Shell', 'Bash']) }

export function createKimiReader(): OutputReader {
  const state = emptyState()
  return createEventReader(state, {
    onEvent: (message, at) => onMessage(state, message, at),
    readError: (line, at) => onErrorLine(state, line, at),
    // Tools print on stderr too, so a failure from there counts only without a final answer.
    summary: () => ({ failure: state.final === null ? state.failure : null }),
  })
}

function onMessage(state: ReaderState, message: JsonObject, at: number): readonly OutputReport[] {
  const text = textAt(message, 'content') ?? joinedText(message)
  switch (textAt(message, 'role')) {
    case 'assistant':
      return onAnswer(state, message, text)
    case 'tool':
      // It does not say whether a call failed.
      return [onToolResult(state, { id: textAt(message, 'tool_call_id'), ok: true, text })]
    case 'meta':
      return onMeta(state, message, at)
    default:
      return []
  }
}

function onMeta(state: ReaderState, message: JsonObject, at: number): readonly OutputReport[] {
  if (textAt(message, 'type') === 'turn.step.retrying') {
    const status = numberAt(message, 'status_code')
    const tries = `try ${numberAt(message, 'failed_attempt') ?? '?'} of ${numberAt(message, 'max_attempts') ?? '?'}`
    const why = `its provider answered ${status ?? 'with an error'}; ${tries} failed`
    return [waitingReport(why, at, numberAt(message, 'delay_ms'))]
  }
  const id = textAt(message, 'session_id')
  return textAt(message, 'type') !== 'session.resume_hint' || id === null
    ? []
    : onConversation(state, id)
}

const CODES: Readonly<Record<string, string>> = {
  'provider.auth_error': 'authentication_error',
  'context.overflow': 'context_length_exceeded',
}

/** `error: failed to run prompt: provider.auth_error: 401 Invalid API key`. */
function onErrorLine(state: ReaderState, line: string, at: number): readonly OutputReport[] {
  const error = /^error: failed to run prompt: (.+)$/.exec(line)?.[1]
  if (error === undefined) return []
  const [, code = '', status, message] =
    /^([a-z_]+(?:\.[a-z_]+)+): (?:(\d{3}) )?(.*)$/.exec(error) ?? []
  state.failure =
    message === undefined
      ? workFailure('crash', oneLine(error))
      : providerFailure({
          code: CODES[code] ?? null,
          status: status === undefined ? null : Number(status),
          message,
          at,
        })
  return [failureReport(state.failure, error)]
}

function onAnswer(state: ReaderState, message: JsonObject, text: string): readonly OutputReport[] {
  const calls = objectsAt(message, 'tool_calls')
  const thoughts = objectsAt(message, 'content').flatMap((part): OutputReport[] => {
    const thought = textAt(part, 'think')
    return thought === null ? [] : [{ kind: 'thinking', text: clip(thought) }]
  })
  const texts: OutputReport[] = text === '' ? [] : [{ kind: 'text', text: clip(text) }]
  const reports = [...thoughts, ...texts, ...calls.map((call) => onCall(state, call))]
  if (calls.length === 0) return [...reports, onFinal(state, true, text)]
  state.final = null
  return reports
}

function onCall(state: ReaderState, event: JsonObject): OutputReport {
  const called = objectAt(event, 'function')
  const inputText = textAt(called, 'arguments') ?? '{}'
  const input = parseEvent(inputText)
  const call = { id: textAt(event, 'id'), name: textAt(called, 'name'), input, inputText }
  return onToolCall(state, call, isChange(TOOLS, nameOfCall(call), input))
}
