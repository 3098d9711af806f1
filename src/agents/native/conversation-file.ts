/**
 * A conversation as lines of JSON: a head, then each message as it came. It is only ever added to, so that a kill at any instruction
 * costs at most the message that was being written.
 */
import type { ModelMessage } from 'ai'
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
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { errorText } from '../../base/text.ts'

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

export interface ConversationFile {
  /** What was said before, oldest first. */
  readonly messages: readonly ModelMessage[]
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
  const head = headSchema.safeParse(parsed(lines[0] ?? ''))
  if (!head.success) return err('the conversation to go on with was kept by another version')
  const messages: ModelMessage[] = []
  for (const line of lines.slice(1)) {
    const kept = messageSchema.safeParse(parsed(line)).data
    if (kept === undefined) return err('the conversation to go on with is damaged')
    messages.push(kept.message as ModelMessage)
  }
  return ok({ messages, end })
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
