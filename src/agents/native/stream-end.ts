/** Whether a provider's stream came to its end, and what it told of its tokens until then: read from its own events. */
import type { Usage } from '../../domain/agent.ts'
import { estimatedTokens, JsonObject } from '../executors/readers/reader.ts'
import type { Wire } from './native-order.ts'

export interface StreamWatch {
  /** An event of the provider, as it came. */
  note(event: unknown): void
  /** What the model said or called. */
  said(text: string): void
  /** Null where no event was seen, so that nobody can tell. */
  isWhole(): boolean | null
  /** A lower bound; null where the model was not heard. */
  usage(): Usage | null
}

interface ReportedUsage {
  readonly input: number | null
  readonly output: number | null
  readonly cached: number | null
}

export function watchStream(wire: Wire): StreamWatch {
  let events = 0
  let isWhole = false
  let characters = 0
  let reported: ReportedUsage | null = null
  return {
    note(event) {
      events += 1
      const object = new JsonObject(event)
      isWhole ||= isEnd(wire, event)
      reported = tokensIn(object, reported)
    },
    said: (text) => void (characters += text.length),
    isWhole: () => (events === 0 ? null : isWhole),
    usage() {
      if (reported === null && characters === 0) return null
      return {
        inputTokens: reported?.input ?? null,
        outputTokens: Math.max(reported?.output ?? 0, estimatedTokens(characters)),
        cachedTokens: reported?.cached ?? null,
        reasoningTokens: null,
        costUsd: null,
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

function isEnd(wire: Wire, event: unknown): boolean {
  const object = new JsonObject(event)
  const type = object.text('type') ?? ''
  switch (wire) {
    case 'messages':
      return type === 'message_stop'
    case 'responses':
      return /^response\.(?:completed|incomplete|failed)$/.test(type)
    case 'chat':
      return object.objects('choices').some((one) => one.text('finish_reason') !== null)
  }
}
