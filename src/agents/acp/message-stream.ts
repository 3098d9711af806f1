/**
 * The two ends of an agent's pipe as the protocol's messages. What is no message (a warning, a banner) is handed out and passed over,
 * where the stream of the SDK would answer each such line with an error; a line without an end cannot fill the memory.
 */
import type { Readable, Writable } from 'node:stream'
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk'
import { objectIn } from '../executors/readers/json-event.ts'
import { createLineSplitter } from '../output/line-splitter.ts'

/** A message may carry a file or an image. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

export interface MessagePipes {
  readonly stdin: Writable
  readonly stdout: Readable
  /** A line that is no message. */
  onNoise(line: string): void
}

export function messageStream({ stdin, stdout, onNoise }: MessagePipes): Stream {
  const splitter = createLineSplitter(MAX_MESSAGE_BYTES)
  const readable = new ReadableStream<AnyMessage>({
    async start(controller) {
      const take = (line: string): void => {
        if (line.trim() === '') return
        const message = messageIn(line)
        if (message) controller.enqueue(message)
        else onNoise(line)
      }
      try {
        for await (const bytes of stdout) for (const { text } of splitter.push(bytes)) take(text)
      } catch {
        // a broken pipe is an end like any other
      }
      const rest = splitter.rest()
      if (rest) take(rest.text)
      controller.close()
    },
  })
  const writable = new WritableStream<AnyMessage>({
    write: (message) =>
      new Promise((resolve, reject) => {
        stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()))
      }),
  })
  return { readable, writable }
}

/** Any object with the protocol's mark; the SDK judges the rest. */
function messageIn(line: string): AnyMessage | null {
  try {
    const value: unknown = JSON.parse(line)
    return isMessage(value) ? value : null
  } catch {
    return null
  }
}

const isMessage = (value: unknown): value is AnyMessage => objectIn(value)?.['jsonrpc'] === '2.0'
