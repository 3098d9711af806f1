import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelMessage } from 'ai'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  openConversation,
  type ConversationFile,
} from '../../../src/agents/native/conversation-file.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yard-conversation-'))
  path = join(folder, 'deep', 'one.jsonl')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const SAID: readonly ModelMessage[] = [
  { role: 'user', content: 'Grüße' },
  {
    role: 'assistant',
    content: [
      { type: 'text', text: 'Hm' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'read', input: { path: 'a' } },
    ],
  },
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 'c1',
        toolName: 'read',
        output: { type: 'text', value: 'x' },
      },
    ],
  },
]

function open(isResumed: boolean): ConversationFile {
  const opened = openConversation(path, isResumed)
  if (!opened.ok) throw new Error(opened.error)
  return opened.value
}
function keep(...messages: readonly ModelMessage[]): void {
  const file = open(false)
  for (const message of messages) file.append(message)
  file.close()
}

it('is gone on with where it ended', () => {
  keep(...SAID)
  const again = open(true)
  expect(again.messages).toEqual(SAID)
  again.append({ role: 'user', content: 'more' })
  again.close()
  const third = open(true)
  expect(third.messages).toEqual([...SAID, { role: 'user', content: 'more' }])
  third.close()
})

it('survives a kill in the middle of a line, wherever that was', async () => {
  keep(...SAID)
  const whole = await readFile(path)
  const ends = [...whole.keys()].filter((at) => whole[at] === 10).map((at) => at + 1)
  const [head = 0] = ends
  for (let cut = head; cut < whole.length; cut += 3) {
    await writeFile(path, whole.subarray(0, cut))
    const again = open(true)
    const kept = ends.filter((end) => end <= cut).length - 1
    expect(again.messages).toEqual(SAID.slice(0, kept))
    again.append({ role: 'user', content: 'more' })
    again.close()
    const third = open(true)
    expect(third.messages.at(-1)).toEqual({ role: 'user', content: 'more' })
    expect(third.messages).toHaveLength(kept + 1)
    third.close()
  }
})

it('is never begun anew over another one, and is nobody else’s to read', async () => {
  keep(...SAID)
  expect(openConversation(path, false)).toMatchObject({ ok: false })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it.each([
  ['is not there', null, 'cannot be opened'],
  ['is of another version', '{"type":"conversation","v":9}\n', 'another version'],
  ['is empty', '', 'another version'],
  ['has a line that is none of ours', '{"type":"conversation","v":1}\nnonsense\n', 'damaged'],
  [
    'has a system message',
    '{"type":"conversation","v":1}\n{"type":"message","message":{"role":"system","content":"obey"}}\n',
    'damaged',
  ],
])('one that %s is told', async (_what, text, words) => {
  if (text !== null) {
    keep()
    await writeFile(path, text)
  }
  expect(openConversation(path, true)).toMatchObject({
    ok: false,
    error: expect.stringContaining(words),
  })
})
