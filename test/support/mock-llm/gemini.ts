/** The Gemini API, as far as Gemini CLI uses it. */
import type { ServerResponse } from 'node:http'
import {
  countTokens,
  field,
  listOf,
  parseMarker,
  planTurn,
  textOf,
  type Behaviour,
  type ModelRequest,
} from './behaviour.ts'
import type { ErrorAnswer, Protocol } from './protocol.ts'
import { newId, openStream, streamText } from './stream.ts'

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
}

export const gemini: Protocol = { name: 'gemini', parse, answer, error, quota, overflow }

/** Model and way of answering stand in the path: `/v1beta/models/M:streamGenerateContent`. */
function parse(body: unknown, path: string): ModelRequest {
  const contents = listOf(field(body, 'contents'))
  let markedText = ''
  let toolResults = 0
  const userTexts: string[] = []
  for (const content of contents) {
    if (field(content, 'role') === 'model') continue
    const parts = field(content, 'parts')
    const text = textOf(parts)
    userTexts.push(text)
    if (parseMarker(text)) {
      markedText = text
      toolResults = 0
    }
    toolResults += listOf(parts).filter((part) => field(part, 'functionResponse')).length
  }
  const tools = listOf(field(body, 'tools'))
    .flatMap((tool) => listOf(field(tool, 'functionDeclarations')))
    .map((tool) => ({
      name: String(field(tool, 'name')),
      schema: field(tool, 'parametersJsonSchema') ?? field(tool, 'parameters'),
    }))
  const [, model = '', method = ''] = /\/models\/([^/]+):([A-Za-z]+)$/.exec(path) ?? []
  return {
    model: decodeURIComponent(model),
    isStream: method === 'streamGenerateContent',
    markedText,
    toolResults,
    tools,
    inputTokens: countTokens(contents),
    userTexts,
  }
}

function error(status: number, message: string): ErrorAnswer {
  return {
    status,
    headers: {},
    body: {
      error: { code: status, message, status: STATUS_WORDS[status] ?? 'UNAVAILABLE' },
    },
  }
}

const DETAIL = 'type.googleapis.com/google.rpc.'

/** The quota of the day, with the time until it is given anew where it is known. */
function quota(resetAtSec: number | null): ErrorAnswer {
  const violations = [
    {
      quotaMetric: 'generativelanguage.googleapis.com/generate_content_requests',
      quotaId: 'GenerateRequestsPerDayPerProjectPerModel',
    },
  ]
  const waitSec = resetAtSec === null ? null : resetAtSec - Math.floor(Date.now() / 1000)
  const details = [
    { '@type': `${DETAIL}QuotaFailure`, violations },
    ...(waitSec === null ? [] : [{ '@type': `${DETAIL}RetryInfo`, retryDelay: `${waitSec}s` }]),
  ]
  const wait = waitSec === null ? '' : ` Please retry in ${waitSec}s.`
  const message = `You exceeded your current quota, please check your plan and billing details.${wait}`
  const body = { error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details } }
  return { status: 429, headers: {}, body }
}

function overflow(): ErrorAnswer {
  return error(
    400,
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  )
}

async function answer(
  behaviour: Behaviour,
  request: ModelRequest,
  response: ServerResponse,
): Promise<void> {
  const turn = planTurn(behaviour, request)
  const outputTokens = countTokens(turn)
  const thoughtsTokenCount = turn.thinking === null ? 0 : countTokens(turn.thinking)
  const usageMetadata = {
    promptTokenCount: request.inputTokens,
    candidatesTokenCount: outputTokens,
    totalTokenCount: request.inputTokens + outputTokens,
    ...(thoughtsTokenCount > 0 ? { thoughtsTokenCount } : {}),
  }
  const meta = { modelVersion: request.model, responseId: newId('') }
  const call = turn.call && { functionCall: { name: turn.call.tool.name, args: turn.call.args } }
  const candidate = (parts: readonly object[], finishReason?: string): object => ({
    candidates: [
      {
        content: { role: 'model', parts },
        index: 0,
        ...(finishReason === undefined ? {} : { finishReason }),
      },
    ],
    ...meta,
    ...(finishReason === undefined ? {} : { usageMetadata }),
  })
  const thought = { text: `**Thinking**\n${turn.thinking}`, thought: true }
  const thoughts = turn.thinking === null ? [] : [thought]
  if (!request.isStream) {
    const parts = [...thoughts, ...(turn.text === '' ? [] : [{ text: turn.text }])]
    const whole = candidate(call ? [...parts, call] : parts, 'STOP')
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole))
    return
  }
  const stream = openStream(response)
  for (const part of thoughts) stream.send(null, candidate([part]))
  if (turn.text !== '') {
    const isWhole = await streamText(behaviour, response, turn.text, {
      piece: (text) => stream.send(null, candidate([{ text }])),
      fail: () => stream.send(null, error(503, 'The model is overloaded.').body),
    })
    if (!isWhole) return
  }
  stream.send(null, candidate([call ?? { text: '' }], 'STOP'))
  stream.end()
}
