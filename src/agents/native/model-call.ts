/** One request to the model: told while it streams, and given whole when it has ended. */
import {
  APICallError,
  jsonSchema,
  type JSONSchema7,
  type LanguageModel,
  type ModelMessage,
  Output,
  streamText,
  tool as sdkTool,
  type ToolSet,
} from 'ai'
import { z } from 'zod'
import { errorText } from '../../base/text.ts'
import type { Usage } from '../../domain/agent.ts'
import type { ExecEventInput } from '../executors/readers/exec-events.ts'
import { estimatedTokens, JsonObject, UNKNOWN_USAGE } from '../executors/readers/reader.ts'
import type { NativeOrder, Wire } from './native-order.ts'
import type { Tool } from './tools/tool.ts'

export interface ModelCallParts {
  readonly model: LanguageModel
  readonly wire: NativeOrder['wire']
  readonly instructions: string
  readonly tools: readonly Tool[]
  readonly messages: readonly ModelMessage[]
  /** What its answer must fit; null = it is free. */
  readonly schema?: Readonly<Record<string, unknown>> | null
  readonly signal: AbortSignal
  readonly emit: (event: ExecEventInput) => void
  readonly now: () => number
  /** What a request used whose stream broke off: at least so much. */
  readonly onLost?: (usage: Usage) => void
}

export interface WantedCall {
  readonly id: string
  readonly name: string
  readonly input: unknown
  /** The SDK found that it does not fit its tool. */
  readonly problem: string | null
}

export interface ModelAnswer {
  readonly text: string
  readonly calls: readonly WantedCall[]
  /** stop, length, content-filter or tool-calls. */
  readonly finish: string
  readonly usage: Usage
  /** What goes into the conversation. */
  readonly message: ModelMessage | null
}

/** A silence longer than this is told, for nothing else says that the agent lives. */
const SILENCE_MS = 30_000
/** Then fetch itself gives up. */
const LONGEST_SILENCE_MS = 5 * 60_000

/** Throws what the provider answered, or the reason of the signal. */
export async function callModel(parts: ModelCallParts): Promise<ModelAnswer> {
  try {
    return await callOnce(parts)
  } catch (error) {
    if (!mayRefuseSchema(parts, error)) throw error
    return callOnce({ ...parts, schema: null })
  }
}

/** Not all that speak the common protocol know schemas. They stand in the prompt as well. */
const mayRefuseSchema = ({ wire, schema }: ModelCallParts, error: unknown): boolean =>
  wire === 'chat' &&
  schema != null &&
  APICallError.isInstance(error) &&
  (error.statusCode === 400 || error.statusCode === 422)

async function callOnce(parts: ModelCallParts): Promise<ModelAnswer> {
  const seen = watchStream(parts.wire)
  try {
    return await readAnswer(parts, seen)
  } catch (error) {
    const lost = seen.usage()
    if (lost !== null) parts.onLost?.(lost)
    throw error
  }
}

function request(parts: ModelCallParts) {
  const { wire } = parts
  return streamText({
    model: parts.model,
    instructions: { role: 'system', content: parts.instructions, ...KEPT },
    messages: withKeptEnd(parts.messages),
    tools: toolsFor(parts.tools),
    ...(parts.schema ? { output: Output.object({ schema: jsonSchema(parts.schema) }) } : {}),
    providerOptions: REQUEST_OPTIONS[wire],
    maxRetries: 0,
    abortSignal: parts.signal,
    // Only the provider's own events tell whether a stream came to its end.
    includeRawChunks: true,
    ...MAX_OUTPUT_TOKENS[wire],
    // Errors are thrown below; without this they are printed, too.
    onError: () => {},
  })
}

async function readAnswer(
  parts: ModelCallParts,
  seen: ReturnType<typeof watchStream>,
): Promise<ModelAnswer> {
  const { emit } = parts
  const result = request(parts)
  const answer = { text: '', calls: new Array<WantedCall>(), finish: 'other', usage: UNKNOWN_USAGE }
  const silence = watchSilence(parts)
  const words = gatherWords(emit)
  try {
    for await (const part of result.fullStream) {
      silence.heard()
      switch (part.type) {
        case 'raw':
          seen.note(part.rawValue)
          break
        case 'text-delta':
          seen.said(part.text)
          answer.text += part.text
          words.add('text', part.text)
          break
        case 'reasoning-delta':
          seen.said(part.text)
          words.add('thinking', part.text)
          break
        case 'tool-input-delta':
          seen.said(part.delta)
          break
        case 'tool-call':
          answer.calls.push({
            id: part.toolCallId,
            name: part.toolName,
            input: part.input,
            problem: part.invalid === true ? errorText(part.error) : null,
          })
          break
        case 'finish-step':
          answer.finish = part.finishReason
          answer.usage = usageOf(part.usage)
          break
        case 'abort':
          throw parts.signal.reason
        case 'error':
          throw part.error
      }
    }
    // A stream that breaks off may look as if it had ended, with a call that was cut as well.
    const isBroken = answer.finish === 'other' && answer.calls.length === 0
    if (!(seen.isWhole() ?? !isBroken)) throw new Error('stream ended without its end mark')
  } finally {
    silence.end()
    words.end()
  }
  const { messages } = await result.response
  return { ...answer, message: messages.find(({ role }) => role === 'assistant') ?? null }
}

/** Marks up to where Anthropic keeps the prompt for the next request; other wires take no notice. */
const KEPT = { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } } as const

const withKeptEnd = (messages: readonly ModelMessage[]): ModelMessage[] =>
  messages.map((message, index) =>
    index === messages.length - 1 && message.role !== 'assistant'
      ? { ...message, ...KEPT }
      : message,
  )

/** Without a way to run them: that is the loop's, which keeps each step before it takes the next. */
function toolsFor(tools: readonly Tool[]): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, schema }) => [
      name,
      sdkTool({
        description,
        inputSchema: jsonSchema(schemaOf(schema), {
          validate: (value) => {
            const read = schema.safeParse(value)
            return read.success
              ? { success: true, value: read.data }
              : { success: false, error: read.error }
          },
        }),
      }),
    ]),
  )
}

/** Servers know which version of JSON Schema they take, and some refuse to be told. */
function schemaOf(schema: Tool['schema']): JSONSchema7 {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  return rest as JSONSchema7
}

interface SdkUsage {
  readonly inputTokens?: number | undefined
  readonly inputTokenDetails: { readonly cacheReadTokens?: number | undefined }
  readonly outputTokens?: number | undefined
  readonly outputTokenDetails: { readonly reasoningTokens?: number | undefined }
}

const usageOf = (usage: SdkUsage): Usage => ({
  inputTokens: usage.inputTokens ?? null,
  outputTokens: usage.outputTokens ?? null,
  cachedTokens: usage.inputTokenDetails.cacheReadTokens ?? null,
  reasoningTokens: usage.outputTokenDetails.reasoningTokens ?? null,
  // The price is the registry's to say.
  costUsd: null,
})

function watchSilence({ emit, now }: Pick<ModelCallParts, 'emit' | 'now'>) {
  const tell = (): void => {
    const until = now() + LONGEST_SILENCE_MS
    emit({ type: 'waiting', until, why: 'its model has not answered yet', class: 'overload' })
  }
  let timer = setTimeout(tell, SILENCE_MS)
  return {
    heard() {
      clearTimeout(timer)
      timer = setTimeout(tell, SILENCE_MS)
    },
    end: () => clearTimeout(timer),
  }
}

/** Told in pieces of about a line: models send a word at a time. */
const PIECE = 100

function gatherWords(emit: ModelCallParts['emit']) {
  let kind: 'text' | 'thinking' = 'text'
  let text = ''
  const end = (): void => {
    if (text !== '') emit({ type: kind, text })
    text = ''
  }
  return {
    end,
    add(next: typeof kind, piece: string) {
      if (next !== kind) end()
      kind = next
      text += piece
      if (text.length >= PIECE || piece.includes('\n')) end()
    },
  }
}

/** What a request of each wire is sent with beside its messages. */
const REQUEST_OPTIONS = {
  // A field that the SDK adds to every tool, and that only Anthropic's own servers know.
  messages: { anthropic: { toolStreaming: false } },
  // Nothing is kept there, so that a conversation can be gone on with for as long as its file lives.
  responses: { openai: { store: false } },
  chat: {},
} as const

/** The SDK knows the bound of no model but Anthropic's own, and takes one that is too high for others. */
const MAX_OUTPUT_TOKENS = {
  messages: { maxOutputTokens: 32_000 },
  responses: {},
  chat: {},
} as const

// Whether a provider's stream came to its end, and what it told of its tokens until then: read from its own events.

interface ReportedUsage {
  readonly input: number | null
  readonly output: number | null
  readonly cached: number | null
}

function watchStream(wire: Wire) {
  let events = 0
  let isWhole = false
  let characters = 0
  let reported: ReportedUsage | null = null
  return {
    /** An event of the provider, as it came. */
    note(value: unknown): void {
      const event = new JsonObject(value)
      events += 1
      isWhole ||= isEnd(wire, event)
      reported = tokensIn(event, reported)
    },
    /** What the model said or called. */
    said: (text: string) => void (characters += text.length),
    /** Null where no event was seen, so that nobody can tell. */
    isWhole: (): boolean | null => (events === 0 ? null : isWhole),
    /** A lower bound; null where the model was not heard. */
    usage(): Usage | null {
      if (reported === null && characters === 0) return null
      const { input = null, output = null, cached = null } = reported ?? {}
      return {
        ...UNKNOWN_USAGE,
        inputTokens: input,
        outputTokens: Math.max(output ?? 0, estimatedTokens(characters)),
        cachedTokens: cached,
        atLeast: true,
      }
    },
  }
}

/** What an event says of the tokens, beside what was told before. */
function tokensIn(event: JsonObject, before: ReportedUsage | null): ReportedUsage | null {
  const holder = ['message', 'response'].find((key) => event.object(key).isThere)
  const usage = (holder === undefined ? event : event.object(holder)).object('usage')
  if (!usage.isThere) return before
  const cached = usage.number('cache_read_input_tokens')
  const output = first(usage, 'output_tokens', 'completion_tokens')
  return {
    input: inputIn(usage) ?? before?.input ?? null,
    output: output ?? before?.output ?? null,
    cached: cached ?? before?.cached ?? null,
  }
}

/** Anthropic's protocol tells what a cache gave and took beside it, the others with it. */
function inputIn(usage: JsonObject): number | null {
  const fresh = first(usage, 'input_tokens', 'prompt_tokens')
  const cached = usage.number('cache_read_input_tokens') ?? 0
  const written = usage.number('cache_creation_input_tokens') ?? 0
  return fresh === null ? null : fresh + cached + written
}

const first = (usage: JsonObject, ...keys: readonly string[]): number | null =>
  keys.map((key) => usage.number(key)).find((value) => value !== null) ?? null

function isEnd(wire: Wire, event: JsonObject): boolean {
  const type = event.text('type') ?? ''
  switch (wire) {
    case 'messages':
      return type === 'message_stop'
    case 'responses':
      return /^response\.(?:completed|incomplete|failed)$/.test(type)
    case 'chat':
      return event.objects('choices').some((one) => one.text('finish_reason') !== null)
  }
}
