/** One request to the model: told while it streams, and given whole when it has ended. */
import {
  jsonSchema,
  streamText,
  tool as sdkTool,
  type JSONSchema7,
  type LanguageModel,
  type ModelMessage,
  type ToolSet,
} from 'ai'
import { z } from 'zod'
import { errorText } from '../../base/text.ts'
import type { Usage } from '../../domain/agent.ts'
import type { ExecEventInput } from '../executors/readers/exec-events.ts'
import type { NativeOrder } from './native-order.ts'
import { watchStream, type StreamWatch } from './stream-end.ts'
import type { Tool } from './tools/tool.ts'

export interface ModelCallParts {
  readonly model: LanguageModel
  readonly wire: NativeOrder['wire']
  readonly instructions: string
  readonly tools: readonly Tool[]
  readonly messages: readonly ModelMessage[]
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
  const limit = maxOutputTokens(wire)
  return streamText({
    model: parts.model,
    instructions: { role: 'system', content: parts.instructions, ...KEPT },
    messages: withKeptEnd(parts.messages),
    tools: toolsFor(parts.tools),
    providerOptions: requestOptions(wire),
    maxRetries: 0,
    abortSignal: parts.signal,
    // Only the provider's own events tell whether a stream came to its end.
    includeRawChunks: true,
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    // Errors are thrown below; without this they are printed, too.
    onError: () => {},
  })
}

async function readAnswer(parts: ModelCallParts, seen: StreamWatch): Promise<ModelAnswer> {
  const { emit } = parts
  const result = request(parts)
  const answer = { text: '', calls: new Array<WantedCall>(), finish: 'other', usage: NOTHING }
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

const NOTHING: Usage = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: null,
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

// The model of an order, over the wire that it speaks. Only the SDK of that wire is loaded.

/** Stands where the SDK wants a key and the server none. */
const NO_KEY = 'none'

export async function languageModel(
  { wire, baseUrl, provider, modelId }: NativeOrder,
  key: string | null,
): Promise<LanguageModel> {
  const apiKey = key ?? NO_KEY
  const at = baseUrl?.replace(/\/+$/, '') ?? null
  switch (wire) {
    case 'messages': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      // Such an address is mostly given without the version, as the makers of that protocol do.
      const base = at === null || /\/v\d+$/.test(at) ? at : `${at}/v1`
      return createAnthropic({ apiKey, baseURL: base ?? 'https://api.anthropic.com/v1' })(modelId)
    }
    case 'responses': {
      const { createOpenAI } = await import('@ai-sdk/openai')
      return createOpenAI({ apiKey, baseURL: at ?? 'https://api.openai.com/v1' }).responses(modelId)
    }
    case 'chat': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const settings = { name: provider, baseURL: at ?? '', includeUsage: true }
      return createOpenAICompatible({ ...settings, ...(key === null ? {} : { apiKey }) })(modelId)
    }
  }
}

/** What a request of this wire is sent with beside its messages. */
export const requestOptions = (wire: NativeOrder['wire']) => REQUEST_OPTIONS[wire]

const REQUEST_OPTIONS = {
  // A field that the SDK adds to every tool, and that only Anthropic's own servers know.
  messages: { anthropic: { toolStreaming: false } },
  // Nothing is kept there, so that a conversation can be gone on with for as long as its file lives.
  responses: { openai: { store: false } },
  chat: {},
} as const

/** The SDK knows the bound of no model but Anthropic's own, and takes one that is too high for others. */
export const maxOutputTokens = (wire: NativeOrder['wire']): number | undefined =>
  wire === 'messages' ? 32_000 : undefined
