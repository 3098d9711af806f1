/**
 * The program of a native agent: `native-exec ORDER`, with the prompt on its input. Prints events (`exec-events.ts`). SIGTERM ends it
 * politely. Exit codes: 0 it answered, 1 it failed and said why, 2 its order cannot be read, 143 it was asked to stop.
 */
import { readFileSync } from 'node:fs'
import { flushed } from '../../base/flushed.ts'
import {
  EXEC_EVENTS_VERSION,
  execEventLine,
  type ExecEventInput,
} from '../executors/readers/exec-events.ts'
import { nativeOrderSchema } from './native-order.ts'

/** Until the end of the output is read. */
const LAST_WORDS_MS = 5000

const EXIT_CODES = { done: 0, failed: 1, stopped: 143 } as const

const emit = (event: ExecEventInput): void => void process.stdout.write(execEventLine(event))

function readOrder(path: string | undefined) {
  try {
    return nativeOrderSchema.parse(JSON.parse(readFileSync(path ?? '', 'utf8')))
  } catch (error) {
    process.stderr.write(`native-exec: its order cannot be read: ${String(error)}\n`)
    return null
  }
}

async function main(): Promise<number> {
  const order = readOrder(process.argv[2])
  if (!order) return 2
  emit({ type: 'start', v: EXEC_EVENTS_VERSION, by: 'native-exec' })
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => stop.abort(new Error(`it was asked to stop (${signal})`)))
  const prompt = readFileSync(0, 'utf8')
  // Late, so that it can be asked to stop before the SDK is there.
  const { runNative } = await import('./run-native.ts')
  const { signal } = stop
  const { env } = process
  const end = await runNative({
    order,
    prompt,
    root: process.cwd(),
    env,
    signal,
    emit,
    now: () => Date.now(),
  })
  if (end === 'stopped') emit({ type: 'error', message: 'it was asked to stop', class: null })
  return EXIT_CODES[end]
}

// The SDK prints its warnings where nobody expects them.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
process.exitCode = await main()
await Promise.all([process.stdout, process.stderr].map((each) => flushed(each, LAST_WORDS_MS)))
// An idle connection must not keep it.
process.exit()
