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

/** For whoever reads the last words. */
const LAST_WORDS_MS = 5000

/** As if the signal had ended it. */
const STOPPED = 143

const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => stop.abort())

const order = acpOrderSchema.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')))
const env = { ...process.env }
// Ours alone: it says that this program, which may be an app, is to be Node.
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
// A file has it at once, a pipe may not.
await Promise.all([process.stdout, process.stderr].map((each) => flushed(each, LAST_WORDS_MS)))
// What the agent left behind, or a pipe that it still holds, must not keep us.
process.exit(isOk ? 0 : stop.signal.aborted ? STOPPED : 1)
