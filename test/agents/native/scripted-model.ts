/** A model that plays a script, for tests of the loop: each answer is one request. */
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test'

type Answer = NonNullable<ConstructorParameters<typeof MockLanguageModelV4>[0]>
type Stream = Exclude<NonNullable<Answer['doStream']>, readonly unknown[]>
type Result = Awaited<ReturnType<Extract<Stream, (...args: never[]) => unknown>>>
type Part = Result['stream'] extends ReadableStream<infer P> ? P : never

export interface Scripted {
  readonly text?: string
  readonly calls?: readonly { readonly name: string; readonly input: object | string }[]
  readonly finish?: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'other'
  readonly input?: number
  readonly output?: number
  readonly error?: Error
  /** It answers only then. */
  readonly after?: Promise<void>
}

/** What it was asked, as the provider would get it. */
export interface Script {
  readonly model: MockLanguageModelV4
  /** The messages of each request, as JSON. */
  readonly requests: readonly string[]
}

export function scriptedModel(...answers: readonly Scripted[]): Script {
  const requests: string[] = []
  const model = new MockLanguageModelV4({
    doStream: async ({ prompt }) => {
      const answer = answers[requests.length]
      requests.push(JSON.stringify(prompt))
      if (!answer) throw new Error('the script has no more answers')
      if (answer.error) throw answer.error
      await answer.after
      return {
        stream: simulateReadableStream({
          chunks: partsOf(answer, requests.length),
          initialDelayInMs: null,
          chunkDelayInMs: null,
        }),
      }
    },
  })
  return { model, requests }
}

function partsOf(answer: Scripted, request: number): Part[] {
  const { text = '', calls = [], input = 10, output = 5 } = answer
  const unified = answer.finish ?? (calls.length > 0 ? 'tool-calls' : 'stop')
  const words: Part[] =
    text === ''
      ? []
      : [
          { type: 'text-start', id: 't' },
          { type: 'text-delta', id: 't', delta: text },
          { type: 'text-end', id: 't' },
        ]
  return [
    { type: 'stream-start', warnings: [] },
    ...words,
    ...calls.map((call, index): Part => ({
      type: 'tool-call',
      toolCallId: `call-${request}-${index}`,
      toolName: call.name,
      input: typeof call.input === 'string' ? call.input : JSON.stringify(call.input),
    })),
    {
      type: 'finish',
      finishReason: { unified, raw: unified },
      usage: {
        inputTokens: { total: input, noCache: input, cacheRead: 2, cacheWrite: 0 },
        outputTokens: { total: output, text: output, reasoning: 1 },
      },
    },
  ]
}
