/**
 * Reads the `stream-json` events of Qwen Code, which are those of Claude Code but for its failures: a provider's error ends in a clean
 * `result` and exit code 0, and stands as `[API Error: …]` at the end of an answer. An agent may write such words too; only an answer
 * that no model gave has cost no tokens. While it tries again, for minutes, it says nothing anywhere.
 */
import type { OutputReport } from '../../domain/output.ts'
import { apiErrorIn, endsInApiError } from './api-error.ts'
import { createClaudeReader } from './claude-reader.ts'
import type { Dialect } from './claude-usage.ts'
import type { OutputReader } from './executor.ts'
import { numberAt, objectAt, objectsAt, parseEvent, textAt, type JsonObject } from './json-event.ts'

/** Its tries were seen to go on for over three minutes; silence beyond this is no waiting any more. */
const LONGEST_WAIT_MS = 10 * 60_000

const QWEN: Dialect = {
  tools: {
    shell: 'run_shell_command',
    editing: new Set(['edit', 'write_file', 'replace', 'notebook_edit']),
  },
  // As OpenAI's protocol has it.
  input: 'all',
  tellsOutput: true,
  tellsConversation: true,
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
      // The result repeats its words.
      if (type === 'assistant' && failed !== null) return []
      const told = type === 'result' && failed !== null ? asFailure(event, failed) : line
      return [...inner.read(told, writtenAt), ...waitingAfter(event, writtenAt)]
    },
    finish: () => inner.finish(),
  }
}

function errorIn(event: JsonObject): string | null {
  const message = objectAt(event, 'message')
  const usage = objectAt(message, 'usage')
  const text = objectsAt(message, 'content')
    .map((block) => textAt(block, 'text') ?? '')
    .join('')
  const isFree = numberAt(usage, 'input_tokens') === 0 && numberAt(usage, 'output_tokens') === 0
  return isFree && endsInApiError(text) ? text : null
}

function asFailure(event: JsonObject, said: string): string {
  const { status, message } = apiErrorIn(said)
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
