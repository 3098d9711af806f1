/** The Anthropic Messages protocol, as far as Claude Code uses it. */
import type { ServerResponse } from 'node:http'
import {
  countTokens,
  field,
  listOf,
  parseMarker,
  piecesOf,
  planTurn,
  textOf,
  type Behaviour,
  type ModelRequest,
} from './behaviour.ts'
import type { ErrorAnswer, Protocol } from './protocol.ts'
import { newId, openStream, streamText, type EventStream } from './stream.ts'

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

export const anthropic: Protocol = { name: 'anthropic', parse, answer, error, quota, overflow }

function parse(body: unknown): ModelRequest {
  const messages = listOf(field(body, 'messages'))
  let markedText = ''
  let toolResults = 0
  const userTexts: string[] = []
  for (const message of messages) {
    if (field(message, 'role') !== 'user') continue
    const content = field(message, 'content')
    const text = textOf(content)
    userTexts.push(text)
    if (parseMarker(text)) {
      markedText = text
      toolResults = 0
    }
    toolResults += listOf(content).filter((part) => field(part, 'type') === 'tool_result').length
  }
  const tools = listOf(field(body, 'tools')).map((tool) => ({
    name: String(field(tool, 'name')),
    schema: field(tool, 'input_schema'),
  }))
  const model = String(field(body, 'model'))
  const inputTokens = countTokens(messages)
  return {
    model,
    isStream: field(body, 'stream') === true,
    markedText,
    toolResults,
    tools,
    inputTokens,
    userTexts,
  }
}

function error(status: number, message: string): ErrorAnswer {
  const type = ERROR_TYPES[status] ?? 'api_error'
  return {
    status,
    headers: {},
    body: { type: 'error', error: { type, message }, request_id: newId('req_') },
  }
}

/** A subscription's limit, told in the headers that Claude Code reads. */
function quota(resetAtSec: number | null): ErrorAnswer {
  const answer = error(429, 'You exceeded your current quota.')
  if (resetAtSec === null) return answer
  const headers = {
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    'anthropic-ratelimit-unified-5h-status': 'rejected',
    'anthropic-ratelimit-unified-5h-reset': String(resetAtSec),
    'anthropic-ratelimit-unified-reset': String(resetAtSec),
    'x-should-retry': 'false',
  }
  return { ...answer, headers }
}

function overflow(): ErrorAnswer {
  return error(400, 'prompt is too long: 250000 tokens > 200000 maximum')
}

async function answer(
  behaviour: Behaviour,
  request: ModelRequest,
  response: ServerResponse,
): Promise<void> {
  const turn = planTurn(behaviour, request)
  const stop = turn.call ? 'tool_use' : 'end_turn'
  const outputTokens = countTokens(turn)
  const usage = {
    input_tokens: request.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  }
  const message = {
    id: newId('msg_'),
    type: 'message',
    role: 'assistant',
    model: request.model,
    stop_sequence: null,
  }
  if (!request.isStream) {
    const content = [{ type: 'text', text: turn.text }]
    const whole = {
      ...message,
      content,
      stop_reason: stop,
      usage: { ...usage, output_tokens: outputTokens },
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole))
    return
  }
  const stream = openStream(response)
  const start = {
    ...message,
    content: [],
    stop_reason: null,
    usage: { ...usage, output_tokens: 1 },
  }
  stream.send('message_start', { type: 'message_start', message: start })
  const blocks = createBlocks(stream)
  if (turn.thinking !== null) {
    const pieces = piecesOf(turn.thinking).map((thinking) => ({ type: 'thinking_delta', thinking }))
    const signature = { type: 'signature_delta', signature: 'bW9jaw==' }
    blocks.whole({ type: 'thinking', thinking: '', signature: '' }, [...pieces, signature])
  }
  if (turn.text !== '') {
    blocks.open({ type: 'text', text: '' })
    const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    const isWhole = await streamText(behaviour, response, turn.text, {
      piece: (text) => blocks.delta({ type: 'text_delta', text }),
      fail: () => stream.send('error', overloaded),
    })
    if (!isWhole) return
    blocks.close()
  }
  if (turn.call) {
    const json = piecesOf(JSON.stringify(turn.call.args), 20)
    const pieces = json.map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    blocks.whole(
      { type: 'tool_use', id: newId('toolu_'), name: turn.call.tool.name, input: {} },
      pieces,
    )
  }
  const delta = { stop_reason: stop, stop_sequence: null }
  stream.send('message_delta', {
    type: 'message_delta',
    delta,
    usage: { output_tokens: outputTokens },
  })
  stream.send('message_stop', { type: 'message_stop' })
  stream.end()
}

function createBlocks(stream: EventStream) {
  let index = 0
  const send = (type: string, more: object): void => stream.send(type, { type, index, ...more })
  const open = (content_block: object): void => send('content_block_start', { content_block })
  const delta = (piece: object): void => send('content_block_delta', { delta: piece })
  const close = (): void => {
    send('content_block_stop', {})
    index++
  }
  const whole = (block: object, pieces: readonly object[]): void => {
    open(block)
    for (const piece of pieces) delta(piece)
    close()
  }
  return { open, delta, close, whole }
}
