/**
 * A provider that bills. It speaks four protocols of model APIs, answers each request as the test says, may break off at any point,
 * and writes a line into its bill for every request by the bytes that it was sent and the characters that it has really sent.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface Reply {
  readonly think?: string
  readonly say?: string
  /** A call of the tool whose name fits, with these arguments. */
  readonly call?: {
    readonly tool: RegExp
    readonly with: Readonly<Record<string, unknown>>
    /** Of the Responses protocol: the group of tools that holds it. */
    readonly namespace?: string
  }
  /**
   * Where the stream closes, cleanly: `said` after its words, `calling` within the arguments of its call, `unmarked` after everything
   * but the event that ends it.
   */
  readonly cut?: 'said' | 'calling' | 'unmarked'
  /** The part of its input that the provider had kept. */
  readonly cached?: number
  /** An error instead. */
  readonly refuse?: Refusal
  /** How long its model thinks first, ms. */
  readonly afterMs?: number
  /** It never answers. */
  readonly hangs?: boolean
}

interface Refusal {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly code?: string
  readonly message?: string
}

export interface Asked {
  readonly model: string
  /** Everything that was sent, as text. */
  readonly body: string
  readonly tools: readonly string[]
  /** How many results of tools it holds. */
  readonly results: number
  /** How many requests came before it. */
  readonly before: number
}

export interface BillLine {
  readonly model: string
  /** All that was read, the cached part included. */
  readonly input: number
  readonly cached: number
  readonly output: number
  /** It was answered to its end. */
  readonly isWhole: boolean
}

export interface BillingLlm {
  readonly url: string
  readonly bill: readonly BillLine[]
  /** Of all lines, or of those that fit. */
  total(fits?: (line: BillLine) => boolean): { input: number; cached: number; output: number }
  close(): Promise<void>
}

type Json = Readonly<Record<string, unknown>>
const CHARACTERS_PER_TOKEN = 4
const tokens = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN)
const fresh = (prefix: string): string => `${prefix}${randomUUID().replaceAll('-', '')}`
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])

/** One answer on its way: what it says, and what it costs so far. */
interface Sending {
  readonly reply: Reply
  readonly call: { readonly name: string; readonly args: string } | null
  readonly input: number
  readonly cached: number
  readonly model: string
  /** Counts what it sends as output. */
  write(text: string): string
  output(): number
  event(data: object, name?: string): void
}

/** Each gives false where it broke off. */
const WIRES: Readonly<Record<string, (sending: Sending) => boolean>> = {
  messages: sendMessages,
  chat: sendChat,
  responses: sendResponses,
  gemini: sendGemini,
}

const ROUTES: readonly (readonly [RegExp, string])[] = [
  [/\/messages$/, 'messages'],
  [/\/chat\/completions$/, 'chat'],
  [/\/responses$/, 'responses'],
  [/:(?:streamG|g)enerateContent$/, 'gemini'],
]

export async function startBillingLlm(answer: (asked: Asked) => Reply): Promise<BillingLlm> {
  const bill: BillLine[] = []
  const server = createServer((request, response) => {
    serve(request, response, { bill, answer }).catch((error: unknown) =>
      response.destroy(error as Error),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    bill,
    total(fits = () => true) {
      const sum = { input: 0, cached: 0, output: 0 }
      for (const line of bill.filter(fits)) {
        sum.input += line.input
        sum.cached += line.cached
        sum.output += line.output
      }
      return sum
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { bill, answer }: { bill: BillLine[]; answer: (asked: Asked) => Reply },
): Promise<void> {
  const path = (request.url ?? '').split('?', 1).join('')
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const wire = ROUTES.find(([pattern]) => pattern.test(path))?.[1]
  const send = wire === undefined ? undefined : WIRES[wire]
  if (send === undefined) return void response.writeHead(404).end('{}')
  const asked = askedIn(text, path, bill.length)
  const reply = answer(asked)
  if (reply.hangs) return
  if (reply.afterMs !== undefined) await delay(reply.afterMs)
  if (reply.refuse) return refuse(response, reply.refuse)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const sending = sendingOf(asked, reply, response)
  const isWhole = send(sending)
  const { model, input, cached } = sending
  bill.push({ model, input, cached, output: sending.output(), isWhole })
  response.end()
}

function askedIn(text: string, path: string, before: number): Asked {
  const body = JSON.parse(text || '{}') as Json
  return {
    body: text,
    before,
    tools: toolNames(body),
    model: String(body['model'] ?? /models\/([^:]+):/.exec(path)?.[1] ?? ''),
    results: text.split(/"tool_result"|"role":"tool"|_call_output"|"functionResponse"/).length - 1,
  }
}

function sendingOf({ body, model, tools }: Asked, reply: Reply, response: ServerResponse): Sending {
  const name = reply.call && tools.find((one) => reply.call?.tool.test(one))
  const input = tokens(body)
  let output = ''
  return {
    reply,
    model,
    input,
    cached: Math.floor(input * (reply.cached ?? 0)),
    call: name ? { name, args: JSON.stringify(reply.call?.with ?? {}) } : null,
    write(words) {
      output += words
      return words
    },
    output: () => tokens(output),
    event: (data, type) =>
      void response.write(`${type ? `event: ${type}\n` : ''}data: ${JSON.stringify(data)}\n\n`),
  }
}

function refuse(response: ServerResponse, { status, headers, code, message }: Refusal): void {
  const error = {
    message: message ?? `status ${status}`,
    type: code ?? 'refused',
    ...(code === undefined ? {} : { code }),
  }
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify({ type: 'error', error }))
}

const toolNames = (body: Json): string[] =>
  list(body['tools']).flatMap((tool) => {
    const declared = list(tool['functionDeclarations'])
    const inner = tool['function'] as Json | undefined
    return [...declared, ...list(tool['tools']), inner ?? tool].flatMap(({ name }) =>
      typeof name === 'string' ? [name] : [],
    )
  })

function sendMessages({ reply, call, write, event, output, ...sent }: Sending): boolean {
  const { input, cached, model } = sent
  const usage = { input_tokens: input - cached, cache_read_input_tokens: cached }
  const typed = (type: string, more: object): void => event({ type, ...more }, type)
  typed('message_start', {
    message: {
      id: fresh('msg_'),
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, cache_creation_input_tokens: 0, output_tokens: 1 },
    },
  })
  let index = 0
  const block = (content_block: object, delta: object, isCut = false): void => {
    typed('content_block_start', { index, content_block })
    typed('content_block_delta', { index, delta })
    if (!isCut) typed('content_block_stop', { index })
    index += 1
  }
  if (reply.say !== undefined)
    block({ type: 'text', text: '' }, { type: 'text_delta', text: write(reply.say) })
  if (reply.cut === 'said') return false
  if (call) {
    const isCut = reply.cut === 'calling'
    const args = isCut ? call.args.slice(0, call.args.length / 2) : call.args
    block(
      { type: 'tool_use', id: fresh('toolu_'), name: call.name, input: {} },
      { type: 'input_json_delta', partial_json: write(args) },
      isCut,
    )
    if (isCut) return false
  }
  typed('message_delta', {
    delta: { stop_reason: call ? 'tool_use' : 'end_turn', stop_sequence: null },
    usage: { output_tokens: output() },
  })
  if (reply.cut === 'unmarked') return false
  typed('message_stop', {})
  return true
}

function sendChat({ reply, call, write, event, output, ...sent }: Sending): boolean {
  const { input, cached, model } = sent
  const head = { id: fresh('chatcmpl-'), object: 'chat.completion.chunk', created: 1, model }
  const chunk = (delta: object, finish_reason: string | null = null): void =>
    event({ ...head, choices: [{ index: 0, delta, finish_reason }] })
  chunk({ role: 'assistant', content: '' })
  if (reply.say !== undefined) chunk({ content: write(reply.say) })
  if (reply.cut === 'said') return false
  if (call) {
    const isCut = reply.cut === 'calling'
    const args = isCut ? call.args.slice(0, call.args.length / 2) : call.args
    const named = { name: call.name, arguments: write(args) }
    chunk({ tool_calls: [{ index: 0, id: fresh('call_'), type: 'function', function: named }] })
    if (isCut) return false
  }
  if (reply.cut === 'unmarked') return false
  chunk({}, call ? 'tool_calls' : 'stop')
  const usage = {
    prompt_tokens: input,
    completion_tokens: output(),
    total_tokens: input + output(),
    prompt_tokens_details: { cached_tokens: cached },
  }
  event({ ...head, choices: [], usage })
  return true
}

function sendResponses({ reply, call, write, event, output, ...sent }: Sending): boolean {
  const { input, cached, model } = sent
  const base = { id: fresh('resp_'), object: 'response', created_at: 1, model, output: [] }
  const typed = (type: string, more: object): void => event({ type, ...more }, type)
  typed('response.created', { response: { ...base, status: 'in_progress' } })
  let output_index = 0
  const item = (one: Json, stream: () => void, isCut = false): void => {
    typed('response.output_item.added', { output_index, item: { ...one, status: 'in_progress' } })
    stream()
    if (!isCut)
      typed('response.output_item.done', { output_index, item: { ...one, status: 'completed' } })
    output_index += 1
  }
  if (reply.say !== undefined) {
    const text = write(reply.say)
    const id = fresh('msg_')
    const content = [{ type: 'output_text', text, annotations: [] }]
    item({ type: 'message', id, role: 'assistant', content }, () =>
      typed('response.output_text.delta', {
        item_id: id,
        output_index,
        content_index: 0,
        delta: text,
      }),
    )
  }
  if (reply.cut === 'said') return false
  if (call) {
    const isCut = reply.cut === 'calling'
    const id = fresh('fc_')
    const delta = write(isCut ? call.args.slice(0, call.args.length / 2) : call.args)
    const { namespace } = reply.call ?? {}
    const called = {
      type: 'function_call',
      id,
      call_id: fresh('call_'),
      name: call.name,
      namespace,
    }
    item(
      { ...called, arguments: call.args },
      () => typed('response.function_call_arguments.delta', { item_id: id, output_index, delta }),
      isCut,
    )
    if (isCut) return false
  }
  if (reply.cut === 'unmarked') return false
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output(),
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output(),
  }
  typed('response.completed', { response: { ...base, status: 'completed', usage } })
  return true
}

function sendGemini({ reply, call, write, event, output, ...sent }: Sending): boolean {
  const { input, cached, model: modelVersion } = sent
  const part = (parts: readonly object[], more: object = {}, usage: object = {}): void =>
    event({
      candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
      modelVersion,
      ...usage,
    })
  if (reply.say !== undefined) part([{ text: write(reply.say) }])
  if (reply.cut === 'said' || reply.cut === 'calling') return false
  if (call) {
    write(call.args)
    part([{ functionCall: { name: call.name, args: JSON.parse(call.args) as object } }])
  }
  if (reply.cut === 'unmarked') return false
  const usageMetadata = {
    promptTokenCount: input,
    cachedContentTokenCount: cached,
    candidatesTokenCount: output(),
    totalTokenCount: input + output(),
  }
  part([{ text: '' }], { finishReason: 'STOP' }, { usageMetadata })
  return true
}
