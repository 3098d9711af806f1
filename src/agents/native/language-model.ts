/** The model of an order, over the wire that it speaks. Only the SDK of that wire is loaded. */
import type { LanguageModel } from 'ai'
import type { NativeOrder } from './native-order.ts'

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
