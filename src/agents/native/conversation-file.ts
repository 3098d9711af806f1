/**
 * A conversation as lines of JSON: a head, then each message as it came. It is only ever added to, so that a kill at any instruction
 * costs at most the message that was being written.
 */
import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { ModelMessage } from 'ai'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { errorText } from '../../base/text.ts'
import { parseJson } from '../executors/readers/reader.ts'

const VERSION = 1

const headSchema = z.object({ type: z.literal('conversation'), v: z.literal(VERSION) })
const blockSchema = z.looseObject({ type: z.string() })
/** Only what the loop itself looks at; the rest is the provider's and goes back as it came. */
const messageSchema = z.object({
  type: z.literal('message'),
  message: z.looseObject({
    role: z.enum(['user', 'assistant', 'tool']),
    content: z.union([z.string(), z.array(blockSchema)]),
  }),
})

export interface ConversationFile extends Pick<Kept, 'messages'> {
  append(message: ModelMessage): void
  close(): void
}

/** A new one, or the one that is there to be gone on with. The error is a sentence for people. */
export function openConversation(
  path: string,
  isResumed: boolean,
): Result<ConversationFile, string> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = openSync(path, isResumed ? 'r+' : 'wx', 0o600)
    const read = isResumed ? readMessages(file) : ok({ messages: [], end: 0 })
    if (!read.ok) {
      closeSync(file)
      return read
    }
    let { end } = read.value
    const write = (line: object): void => {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
      for (let done = 0; done < bytes.length;)
        done += writeSync(file, bytes, done, bytes.length - done, end + done)
      end += bytes.length
    }
    if (!isResumed) write({ type: 'conversation', v: VERSION })
    return ok({
      messages: read.value.messages,
      append: (message) => write({ type: 'message', message }),
      close: () => {
        fdatasyncSync(file)
        closeSync(file)
      },
    })
  } catch (error) {
    const why = errorText(error)
    return err(
      isResumed
        ? `the conversation to go on with cannot be opened: ${why}`
        : `its conversation cannot be kept: ${why}`,
    )
  }
}

interface Kept {
  /** What was said before, oldest first. */
  readonly messages: readonly ModelMessage[]
  /** Where the next line is written. */
  readonly end: number
}

/** A last line without its end is what a kill left of it: it is cut off. */
function readMessages(file: number): Result<Kept, string> {
  const bytes = readFileSync(file)
  const end = bytes.lastIndexOf(10) + 1
  ftruncateSync(file, end)
  const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1)
  const head = headSchema.safeParse(parseJson(lines[0] ?? ''))
  if (!head.success) return err('the conversation to go on with was kept by another version')
  const messages: ModelMessage[] = []
  for (const line of lines.slice(1)) {
    const kept = messageSchema.safeParse(parseJson(line)).data
    if (kept === undefined) return err('the conversation to go on with is damaged')
    messages.push(kept.message as ModelMessage)
  }
  return ok({ messages, end })
}

// What the loop itself does with the messages of a conversation.

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
