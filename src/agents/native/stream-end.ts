/** Whether a provider's stream came to its end, and what it told of its tokens until then: read from its own events. */
import type { Usage } from '../../domain/agent.ts'
import { numberAt, objectAt, objectIn, objectsAt, textAt } from '../executors/json-event.ts'
import { estimatedTokens } from '../executors/usage-sum.ts'
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

export function watchStream(wire: Wire): StreamWatch {
  let events = 0
  let isWhole = false
  let characters = 0
  let told: { input: number | null; output: number | null; cached: number | null } | null = null
  return {
    note(event) {
      events += 1
      const object = objectIn(event)
      isWhole ||= isEnd(wire, event)
      const message = objectAt(object, 'message') ?? objectAt(object, 'response') ?? object
      const usage = objectAt(message, 'usage')
      if (usage === null) return
      const fresh = numberAt(usage, 'input_tokens') ?? numberAt(usage, 'prompt_tokens')
      const cached = numberAt(usage, 'cache_read_input_tokens')
      const written = numberAt(usage, 'cache_creation_input_tokens')
      const output = numberAt(usage, 'output_tokens') ?? numberAt(usage, 'completion_tokens')
      told = {
        input: fresh === null ? (told?.input ?? null) : fresh + (cached ?? 0) + (written ?? 0),
        output: output ?? told?.output ?? null,
        cached: cached ?? told?.cached ?? null,
      }
    },
    said: (text) => void (characters += text.length),
    isWhole: () => (events === 0 ? null : isWhole),
    usage() {
      if (told === null && characters === 0) return null
      return {
        inputTokens: told?.input ?? null,
        outputTokens: Math.max(told?.output ?? 0, estimatedTokens(characters)),
        cachedTokens: told?.cached ?? null,
        reasoningTokens: null,
        costUsd: null,
        atLeast: true,
      }
    },
  }
}

function isEnd(wire: Wire, event: unknown): boolean {
  const object = objectIn(event)
  const type = textAt(object, 'type') ?? ''
  switch (wire) {
    case 'messages':
      return type === 'message_stop'
    case 'responses':
      return /^response\.(?:completed|incomplete|failed)$/.test(type)
    case 'chat':
      return objectsAt(object, 'choices').some((one) => textAt(one, 'finish_reason') !== null)
  }
}
