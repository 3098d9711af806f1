/** The OpenAI Chat Completions protocol, as far as opencode, Qwen Code, pi and Copilot use it. */
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
  type Turn,
} from './behaviour.ts'
import { openAiError, openAiOverflow, openAiQuota } from './openai-errors.ts'
import type { Protocol } from './protocol.ts'
import { newId, openStream, streamText } from './stream.ts'

export const chat: Protocol = {
  name: 'chat',
  parse,
  answer,
  error: openAiError,
  quota: openAiQuota,
  overflow: () => openAiOverflow('messages'),
}

function parse(body: unknown): ModelRequest {
  const messages = listOf(field(body, 'messages'))
  let markedText = ''
  let toolResults = 0
  const userTexts: string[] = []
  for (const message of messages) {
    const role = field(message, 'role')
    if (role === 'tool') toolResults++
    if (role !== 'user') continue
    const text = textOf(field(message, 'content'))
    userTexts.push(text)
    if (parseMarker(text)) {
      markedText = text
      toolResults = 0
    }
  }
  const tools = listOf(field(body, 'tools')).map((tool) => ({
    name: String(field(field(tool, 'function'), 'name')),
    schema: field(field(tool, 'function'), 'parameters'),
  }))
  return {
    model: String(field(body, 'model')),
    isStream: field(body, 'stream') === true,
    markedText,
    toolResults,
    tools,
    inputTokens: countTokens(messages),
    userTexts,
  }
}

async function answer(
  behaviour: Behaviour,
  request: ModelRequest,
  response: ServerResponse,
): Promise<void> {
  const turn = planTurn(behaviour, request)
  const usage = usageOf(request, turn)
  const finish_reason = turn.call ? 'tool_calls' : 'stop'
  const base = {
    id: newId('chatcmpl-'),
    created: Math.floor(Date.now() / 1000),
    model: request.model,
  }
  if (!request.isStream) {
    const message = messageOf(turn)
    const choices = [{ index: 0, message, finish_reason }]
    const whole = { ...base, object: 'chat.completion', choices, usage }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole))
    return
  }
  const stream = openStream(response)
  const chunk = (delta: object, finish: string | null = null): void =>
    stream.send(null, {
      ...base,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
  chunk({ role: 'assistant', content: '' })
  for (const reasoning_content of turn.thinking === null ? [] : piecesOf(turn.thinking))
    chunk({ reasoning_content })
  if (turn.text !== '') {
    const overloaded = {
      message: 'The server is overloaded',
      type: 'server_error',
      code: 'overloaded',
    }
    const isWhole = await streamText(behaviour, response, turn.text, {
      piece: (content) => chunk({ content }),
      fail: () => stream.send(null, { error: overloaded }),
    })
    if (!isWhole) return
  }
  for (const tool_call of turn.call ? callPieces(turn.call) : []) chunk({ tool_calls: [tool_call] })
  chunk({}, finish_reason)
  stream.send(null, { ...base, object: 'chat.completion.chunk', choices: [], usage })
  stream.send(null, '[DONE]')
  stream.end()
}

function usageOf(request: ModelRequest, turn: Turn): object {
  const completion_tokens = countTokens(turn)
  return {
    prompt_tokens: request.inputTokens,
    completion_tokens,
    total_tokens: request.inputTokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: turn.thinking === null ? 0 : countTokens(turn.thinking),
    },
  }
}

function messageOf({ text, thinking, call }: Turn): object {
  return {
    role: 'assistant',
    content: text || null,
    ...(thinking === null ? {} : { reasoning_content: thinking }),
    ...(call
      ? { tool_calls: [{ id: newId('call_'), type: 'function', function: functionOf(call) }] }
      : {}),
  }
}

const functionOf = ({ tool, args }: NonNullable<Turn['call']>) => ({
  name: tool.name,
  arguments: JSON.stringify(args),
})

function callPieces(call: NonNullable<Turn['call']>): readonly object[] {
  const { name, arguments: whole } = functionOf(call)
  const start = {
    index: 0,
    id: newId('call_'),
    type: 'function',
    function: { name, arguments: '' },
  }
  const pieces = piecesOf(whole, 20)
  return [start, ...pieces.map((piece) => ({ index: 0, function: { arguments: piece } }))]
}
