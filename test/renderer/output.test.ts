import { expect, test } from 'vitest'
import type { OutputReport } from '../../src/domain/output.ts'
import { foldOutput, foldText, MAX_BLOCKS } from '../../src/renderer/task/fold-output.ts'
import {
  openOutputReader,
  type OutputShown,
  type OutputWindow,
} from '../../src/renderer/task/output-reader.ts'

const line = (text: string): OutputReport => ({ kind: 'raw', stream: 'stdout', text })
const call: OutputReport = { kind: 'tool-call', id: '1', name: 'Shell', summary: 'ls', input: '{}' }

test('lines join to one terminal, and words of the agent stand between', () => {
  const blocks = foldOutput([], [line('one'), line('two'), { kind: 'text', text: 'hm' }, line('x')])
  expect(blocks).toMatchObject([
    { kind: 'terminal', text: 'one\ntwo\n' },
    { kind: 'text', text: 'hm' },
    { kind: 'terminal', text: 'x\n' },
  ])
  expect(new Set(blocks.map((block) => block.key)).size).toBe(3)
})

test('a result joins its call, also when it comes later', () => {
  const running = foldOutput([], [call, { kind: 'text', text: 'meanwhile' }])
  expect(running[0]).toMatchObject({ kind: 'tool', result: null })
  const ended = foldOutput(running, [{ kind: 'tool-result', id: '1', ok: false, text: 'no' }])
  expect(ended[0]).toMatchObject({ kind: 'tool', result: { ok: false, text: 'no' } })
  expect(ended[1]).toBe(running[1])
})

test('no more than the newest blocks are kept, and keys are never used twice', () => {
  const many = Array.from({ length: MAX_BLOCKS + 10 }, (_, n): OutputReport => ({
    kind: 'text',
    text: `${n}`,
  }))
  const blocks = foldOutput([], many)
  expect(blocks).toHaveLength(MAX_BLOCKS)
  expect(blocks[0]).toMatchObject({ text: '10' })
  const more = foldOutput(blocks, [{ kind: 'text', text: 'last' }])
  expect(more.at(-1)?.key).toBe((blocks.at(-1)?.key ?? 0) + 1)
})

test('a block of text has a bound', () => {
  const once = foldText([], 'a'.repeat(60_000))
  expect(foldText(once, 'b'.repeat(10_000))).toHaveLength(2)
})

/** A file of raw text, given out in windows of at most 4 bytes. */
function readerOf(file: { text: string }, tailBytes: number) {
  const windows: { from: number; maxBytes: number }[] = []
  let onShown = (_shown: OutputShown): void => {}
  const reader = openOutputReader({
    tailBytes,
    onShown: (shown) => onShown(shown),
    async read(window): Promise<OutputWindow> {
      windows.push(window)
      const text = file.text.slice(window.from, window.from + Math.min(4, window.maxBytes))
      const next = window.from + text.length
      const size = file.text.length
      return { reports: [], text, next, size, isEnd: next >= size }
    },
  })
  const isRead = (): Promise<OutputShown> =>
    new Promise((resolve) => {
      onShown = (shown) => shown.isRead && resolve(shown)
    })
  return { reader, windows, isRead }
}

test('reads window by window to the end, and goes on from there when there is more', async () => {
  const file = { text: 'abcdefghij' }
  const { reader, windows, isRead } = readerOf(file, 1000)
  const all = isRead()
  reader.more()
  expect((await all).blocks).toMatchObject([{ kind: 'terminal', text: 'abcdefghij' }])
  file.text += 'KL'
  windows.length = 0
  const more = isRead()
  reader.more()
  expect((await more).blocks).toMatchObject([{ text: 'abcdefghijKL' }])
  expect(windows.map((window) => window.from)).toEqual([10])
})

test('begins near the end of a long output', async () => {
  const { reader, isRead } = readerOf({ text: 'abcdefghij' }, 6)
  const shown = isRead()
  reader.more()
  expect(await shown).toMatchObject({ start: 4, size: 10, blocks: [{ text: 'efghij' }] })
})

test('half a line at the cut is not shown, and reports of an unknown kind are shown as they came', async () => {
  const reports = [line('alf of a line'), line('whole'), { kind: 'new-kind', x: 1 }]
  const shown = await new Promise<OutputShown>((resolve) => {
    const reader = openOutputReader({
      tailBytes: 10,
      onShown: resolve,
      read: async ({ from }) => ({ reports, text: null, next: from + 1, size: 100, isEnd: true }),
    })
    reader.more()
  })
  expect(shown.blocks).toMatchObject([{ text: 'whole\n{"kind":"new-kind","x":1}\n' }])
})
