/** What the loop itself does with the messages of a conversation. */
import type { ModelMessage } from 'ai'

const INTERRUPTED = 'It was interrupted before it had ended; what it did until then is not known.'
const LEFT_OUT = '[left out to make room]'
/** A result shorter than this makes no room worth speaking of. */
const SHORT = 500

export const resultMessage = (
  call: { readonly id: string; readonly name: string },
  outcome: { readonly ok: boolean; readonly text: string },
): ModelMessage => ({
  role: 'tool',
  content: [
    {
      type: 'tool-result',
      toolCallId: call.id,
      toolName: call.name,
      output: { type: outcome.ok ? 'text' : 'error-text', value: outcome.text },
    },
  ],
})

/** Results for calls that a kill has left without one: no provider takes a conversation with such. */
export function missingResults(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'assistant')
  const answered = new Set(
    messages
      .slice(last + 1)
      .flatMap((message) =>
        message.role === 'tool'
          ? message.content.flatMap((part) => (part.type === 'tool-result' ? part.toolCallId : []))
          : [],
      ),
  )
  const content = messages[last]?.content ?? []
  if (typeof content === 'string') return []
  return content
    .flatMap((part) => (part.type === 'tool-call' ? part : []))
    .filter((part) => !answered.has(part.toolCallId))
    .map(({ toolCallId: id, toolName: name }) =>
      resultMessage({ id, name }, { ok: false, text: INTERRUPTED }),
    )
}

/** The same without the long results of all but the last messages; null where that makes no room. */
export function shortened(
  messages: readonly ModelMessage[],
  keep: number,
): readonly ModelMessage[] | null {
  let isShorter = false
  const result = messages.map((message, index): ModelMessage => {
    if (message.role !== 'tool' || index >= messages.length - keep) return message
    const content = message.content.map((part) => {
      if (part.type !== 'tool-result') return part
      const { output } = part
      const isLong =
        (output.type === 'text' || output.type === 'error-text') && output.value.length > SHORT
      if (!isLong) return part
      isShorter = true
      return { ...part, output: { ...output, value: LEFT_OUT } }
    })
    return { ...message, content }
  })
  return isShorter ? result : null
}

/** Whether there is anything in it that can be sent again. */
export const hasText = ({ content }: ModelMessage): boolean =>
  typeof content === 'string'
    ? content !== ''
    : content.some(
        (part) => part.type === 'tool-call' || (part.type === 'text' && part.text !== ''),
      )
