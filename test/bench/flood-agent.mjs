// An agent that talks without end: flood-agent.mjs KIND SECONDS BYTES_PER_SECOND. KIND raw prints lines, stream prints
// what Claude Code prints with `--output-format stream-json`, tool calls and a result included.
import { writeSync } from 'node:fs'

const [kind, seconds, bytesPerSecond] = process.argv.slice(2)
const STEP_MS = 50
const until = Date.now() + Number(seconds) * 1000
const message = (content) =>
  JSON.stringify({ type: 'assistant', message: { role: 'assistant', content: [content] } })
const text = message({ type: 'text', text: 'What I have found so far. '.repeat(16) })
const call = message({ type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls -l' } })
const line = kind === 'raw' ? 'x'.repeat(511) : text
const count = Math.round((Number(bytesPerSecond) * STEP_MS) / 1000 / (line.length + 1))
const block = Buffer.from(`${line}\n`.repeat(count))

if (kind === 'stream') print(JSON.stringify({ type: 'system', subtype: 'init', session_id: 's' }))
const timer = setInterval(() => {
  for (let rest = block; rest.length > 0;) rest = rest.subarray(writeSync(1, rest))
  if (kind === 'stream') print(call)
  if (Date.now() < until) return
  clearInterval(timer)
  if (kind === 'stream')
    print(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'done' }))
}, STEP_MS)

function print(one) {
  writeSync(1, `${one}\n`)
}
