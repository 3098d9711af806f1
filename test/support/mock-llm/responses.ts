/** The OpenAI Responses protocol, as far as Codex uses it. */
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
  type Tool,
  type Turn,
} from './behaviour.ts'
import { openAiError, openAiOverflow, openAiQuota } from './openai-errors.ts'
import type { Protocol } from './protocol.ts'
import { newId, openStream, streamText } from './stream.ts'

export const responses: Protocol = {
  name: 'responses',
  parse,
  answer,
  error: openAiError,
  quota: openAiQuota,
  overflow: () => openAiOverflow('input'),
}

function parse(body: unknown): ModelRequest {
  const input = listOf(field(body, 'input'))
  let markedText = ''
  let toolResults = 0
  const userTexts: string[] = []
  for (const item of input) {
    if (field(item, 'role') === 'user') {
      const text = textOf(field(item, 'content'))
      userTexts.push(text)
      if (parseMarker(text)) {
        markedText = text
        toolResults = 0
      }
    }
    if (String(field(item, 'type')).endsWith('_call_output')) toolResults++
  }
  const model = String(field(body, 'model'))
  const tools = listOf(field(body, 'tools')).flatMap(toolsOf)
  const inputTokens = countTokens(input)
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

/** Plain functions, and functions grouped in a namespace. */
function toolsOf(tool: unknown): readonly Tool[] {
  const named = (one: unknown): Tool => ({
    name: String(field(one, 'name')),
    schema: field(one, 'parameters'),
  })
  if (field(tool, 'type') === 'function') return [named(tool)]
  if (field(tool, 'type') !== 'namespace') return []
  const namespace = String(field(tool, 'name'))
  return listOf(field(tool, 'tools')).map((one) => ({ ...named(one), namespace }))
}

async function answer(
  behaviour: Behaviour,
  request: ModelRequest,
  response: ServerResponse,
): Promise<void> {
  const turn = planTurn(behaviour, request)
  const outputTokens = countTokens(turn)
  const usage = {
    input_tokens: request.inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: turn.thinking ? countTokens(turn.thinking) : 0 },
    total_tokens: request.inputTokens + outputTokens,
  }
  const created_at = Math.floor(Date.now() / 1000)
  const base = {
    id: newId('resp_'),
    object: 'response',
    created_at,
    model: request.model,
    error: null,
  }
  const stream = openStream(response)
  let sequence_number = 0
  const send: Send = (type, data) =>
    stream.send(type, { type, sequence_number: sequence_number++, ...data })
  send('response.created', {
    response: { ...base, status: 'in_progress', output: [], usage: null },
  })
  const output: object[] = []
  if (turn.thinking !== null) output.push(sendReasoning(send, turn.thinking))
  if (turn.text !== '') {
    const overloaded = { code: 'server_is_overloaded', message: 'The server is overloaded.' }
    const message = await sendMessage(send, output.length, (piece) =>
      streamText(behaviour, response, turn.text, {
        piece,
        fail: () =>
          send('response.failed', { response: { ...base, status: 'failed', error: overloaded } }),
      }),
    )
    if (!message) return
    output.push(message)
  }
  if (turn.call) output.push(sendCall(send, output.length, turn.call))
  send('response.completed', { response: { ...base, status: 'completed', output, usage } })
  stream.end()
}

type Send = (type: string, data: object) => void

function sendReasoning(send: Send, text: string): object {
  const item = { type: 'reasoning', id: newId('rs_'), summary: [{ type: 'summary_text', text }] }
  send('response.output_item.added', { output_index: 0, item: { ...item, summary: [] } })
  for (const delta of piecesOf(text)) {
    send('response.reasoning_summary_text.delta', {
      item_id: item.id,
      output_index: 0,
      summary_index: 0,
      delta,
    })
  }
  send('response.output_item.done', { output_index: 0, item })
  return item
}

async function sendMessage(
  send: Send,
  output_index: number,
  stream: (piece: (text: string) => void) => Promise<boolean>,
): Promise<object | null> {
  const item = { type: 'message', id: newId('msg_'), role: 'assistant' }
  send('response.output_item.added', {
    output_index,
    item: { ...item, status: 'in_progress', content: [] },
  })
  let text = ''
  const isWhole = await stream((delta) => {
    text += delta
    send('response.output_text.delta', { item_id: item.id, output_index, content_index: 0, delta })
  })
  if (!isWhole) return null
  const whole = {
    ...item,
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  }
  send('response.output_item.done', { output_index, item: whole })
  return whole
}

function sendCall(send: Send, output_index: number, call: NonNullable<Turn['call']>): object {
  const { name, namespace } = call.tool
  const ids = { id: newId('fc_'), call_id: newId('call_') }
  const whole = {
    type: 'function_call',
    ...ids,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    status: 'completed',
  }
  const item = { ...whole, arguments: JSON.stringify(call.args) }
  send('response.output_item.added', {
    output_index,
    item: { ...item, status: 'in_progress', arguments: '' },
  })
  for (const delta of piecesOf(item.arguments, 20)) {
    send('response.function_call_arguments.delta', { item_id: item.id, output_index, delta })
  }
  send('response.output_item.done', { output_index, item })
  return item
}
