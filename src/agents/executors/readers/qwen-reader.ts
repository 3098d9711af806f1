/**
 * Reads the `stream-json` events of Qwen Code, which differ from those of Claude Code in failures: a provider's error ends in a clean
 * `result` and exit code 0, and stands as `[API Error: …]` at the end of an answer. A model may write such a text too; only an answer
 * that no model gave has cost no tokens. Retries, which take minutes, are reported nowhere.
 */
import type { OutputReport } from '../../../domain/output.ts'
import type { OutputReader } from '../executor.ts'
import { createClaudeReader } from './claude-reader.ts'
import type { Dialect } from './claude-usage.ts'
import {
  joinedText,
  numberAt,
  objectAt,
  parseEvent,
  textAt,
  type JsonObject,
} from './json-event.ts'
import { endsInApiError, parseApiError } from './provider-failure.ts'

/** Its retries were seen to take over three minutes; a longer silence is no retry. */
const LONGEST_WAIT_MS = 10 * 60_000

const QWEN: Dialect = {
  tools: {
    shell: new Set(['run_shell_command']),
    editing: new Set(['edit', 'write_file', 'replace', 'notebook_edit']),
  },
  // As in OpenAI's protocol.
  input: 'all',
  reportsOutput: true,
  reportsConversation: true,
}

export function createQwenReader(): OutputReader {
  const inner = createClaudeReader(QWEN)
  /** The provider's error in the last answer. */
  let failed: string | null = null
  return {
    read(line, writtenAt) {
      const event = parseEvent(line)
      if (!event) return inner.read(line, writtenAt)
      const type = textAt(event, 'type')
      if (type === 'assistant') failed = errorIn(event)
      // The result repeats its text.
      if (type === 'assistant' && failed !== null) return []
      const read = type === 'result' && failed !== null ? asFailure(event, failed) : line
      return [...inner.read(read, writtenAt), ...waitingAfter(event, writtenAt)]
    },
    finish: () => inner.finish(),
  }
}

function errorIn(event: JsonObject): string | null {
  const message = objectAt(event, 'message')
  const usage = objectAt(message, 'usage')
  const text = joinedText(message)
  const isFree = numberAt(usage, 'input_tokens') === 0 && numberAt(usage, 'output_tokens') === 0
  return isFree && endsInApiError(text) ? text : null
}

function asFailure(event: JsonObject, text: string): string {
  const { status, message } = parseApiError(text)
  return JSON.stringify({
    ...event,
    is_error: true,
    is_api_error: true,
    api_error_status: status,
    result: message,
  })
}

/** Its model's turn: after its start, and after the last result of its tools. */
function waitingAfter(event: JsonObject, at: number): readonly OutputReport[] {
  const type = textAt(event, 'type')
  const isStart = type === 'system' && textAt(event, 'subtype') === 'init'
  if (!isStart && type !== 'user') return []
  return [{ kind: 'waiting', until: at + LONGEST_WAIT_MS, why: 'its model has not answered yet' }]
}
