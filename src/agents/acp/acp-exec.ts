/**
 * The program between a supervisor and an agent that speaks the Agent Client Protocol: `acp-exec ORDER`, the prompt on stdin, our own
 * events on stdout, the agent's stderr on ours. Asked to stop, it has the agent give up its turn first.
 */
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import pack from '../../../package.json' with { type: 'json' }
import { flushed } from '../../base/flushed.ts'
import { execEventLine } from '../executors/readers/exec-events.ts'
import { acpOrderSchema } from './acp-order.ts'
import { runAcp } from './run-acp.ts'

/** Until the end of the output is read. */
const LAST_WORDS_MS = 5000

/** The exit code of a program that TERM has ended. */
const STOPPED = 143

const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => stop.abort())

const order = acpOrderSchema.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')))
const env = { ...process.env }
// Set for this program only: it makes an Electron app run as Node.
delete env['ELECTRON_RUN_AS_NODE']

const isOk = await runAcp({
  order,
  env,
  prompt: await text(process.stdin),
  wholePrompt: order.wholePromptFile === null ? null : readFileSync(order.wholePromptFile, 'utf8'),
  version: pack.version,
  emit: (event) => void process.stdout.write(execEventLine(event)),
  toStderr: (words) => void process.stderr.write(words),
  now: () => Date.now(),
  stop: stop.signal,
})
// A file is written at once, a pipe may need time.
await Promise.all([process.stdout, process.stderr].map((each) => flushed(each, LAST_WORDS_MS)))
// A process that the agent left behind, or a pipe that it keeps open, must not keep this program alive.
process.exit(isOk ? 0 : stop.signal.aborted ? STOPPED : 1)
