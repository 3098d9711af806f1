// Plays Codex for the pictures: an account whose usage limit is reached, and the time at which it is given back.
import { text } from 'node:stream/consumers'

if (process.argv.includes('--version')) {
  console.log('codex-cli 0.118.0')
  process.exit(0)
}
await text(process.stdin)
const at = new Date(Date.now() + 102 * 60_000)
const time = at.toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit' })
const message = `You’ve hit your usage limit. Visit https://chatgpt.com/settings/usage to purchase more credits or try again at ${time}.`
const print = (event) => console.log(JSON.stringify(event))
print({ type: 'thread.started', thread_id: '0199b1c4-6d0e-7b7a-9f57-3f7f9d0a4f11' })
print({ type: 'turn.started' })
print({ type: 'error', message })
print({ type: 'turn.failed', error: { message } })
process.exitCode = 1
