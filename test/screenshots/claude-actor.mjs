// Plays Claude Code for the pictures: prints the events of a short piece of work in its own format, then ends; asked for the
// restore test, it goes on for as long as it may.
import { readFile, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'

if (process.argv.includes('--version')) {
  console.log('2.1.12 (Claude Code)')
  process.exit(0)
}
const prompt = await text(process.stdin)
const session = process.argv.find((word) => word.startsWith('--session-id='))?.slice(13) ?? ''
process.on('SIGINT', () => process.exit(130))

let tokens = 1200
const print = (event) =>
  process.stdout.write(`${JSON.stringify({ ...event, session_id: session })}\n`)
const says = (content) => {
  tokens += 900
  const usage = { input_tokens: tokens, output_tokens: 140, cache_read_input_tokens: tokens * 6 }
  print({ type: 'assistant', message: { role: 'assistant', content: [content], usage } })
}
const calls = (id, name, input) => says({ type: 'tool_use', id, name, input })
const answers = (id, content, is_error = false) =>
  print({
    type: 'user',
    message: {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: id, content, is_error }],
    },
  })

/** The work that the Changes tab shows. */
async function edit() {
  const file = 'src/agents/adopt.ts'
  const before = await readFile(file, 'utf8')
  const [pid, isNew, exit, isOver] = before.split('\n').slice(5, 9)
  const after = [
    '  // A rename is atomic for readers: whoever sees no exit may still see an old pid, so the exit is read first.',
    ...[exit, isOver, pid, isNew],
  ]
  const lines = before.split('\n')
  lines.splice(5, 4, ...after)
  await writeFile(file, lines.join('\n'))
  await writeFile('src/agents/store-version.ts', 'export const STORE_VERSION = 14\n')
  await writeFile(
    'src/agents/migrate-14.ts',
    `import type { Store } from './store.ts'\n\n/** Agents know when their folder was made. */\nexport function migrate(store: Store): void {\n  store.exec('ALTER TABLE agent ADD COLUMN made_at INTEGER')\n}\n`,
  )
}

print({
  type: 'system',
  subtype: 'init',
  model: 'claude-opus-4-6',
  tools: ['Bash', 'Read', 'Edit'],
})
says({
  type: 'text',
  text: 'The restore test fails about one time in six. I will make it fail on purpose first.',
})
calls('t1', 'Bash', { command: 'vitest restore --repeat 60' })
await wait(150)
answers(
  't1',
  '✓ adopts a live agent       51 of 60\n✗ adopts after a slow rename  9 of 60\n  expected "ended", got "lost"  adopt.ts:84',
  true,
)
calls('t2', 'Read', { file_path: 'src/agents/adopt.ts' })
await wait(80)
answers('t2', Array.from({ length: 142 }, (_, n) => `${n + 1}  // …`).join('\n'))
says({
  type: 'text',
  text: 'Found it: `adopt()` reads `pid` before the rename lands, so a slow disk looks like a dead agent. Reading `exit.json` **first** closes the gap.',
})
calls('t3', 'Edit', {
  file_path: 'src/agents/adopt.ts',
  old_string: 'const pid = await readPid(folder)\n',
  new_string:
    'const exit = await readExit(folder)\nif (exit) return settle(agent, exit)\nconst pid = await readPid(folder)\n',
})
await wait(80)
answers('t3', 'The file has been updated.')
says({
  type: 'thinking',
  thinking:
    'A rename is atomic for readers, so whoever sees no exit.json may still see an old pid. The order of the two reads is what matters.',
})
calls('t4', 'Bash', { command: 'vitest restore --repeat 200' })
await wait(80)
answers('t4', '200 of 200 clean')
if (prompt.includes('Fix flaky restore test')) {
  says({ type: 'text', text: '200 clean tries so far. Running the whole suite before I report.' })
  calls('t5', 'Bash', { command: 'pnpm check' })
  for (;;) await wait(60_000)
}
if (prompt.includes('Migrate store')) await edit()
else await writeFile('NOTES.md', '# What has changed\n')
print({
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'The race is closed; 200 clean tries.',
  total_cost_usd: 0.86,
  usage: { input_tokens: tokens * 7, output_tokens: 2100 },
})
