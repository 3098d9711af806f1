import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutputReport } from '../../../src/domain/output.ts'
import { editDiff } from '../../../src/renderer/output/tool-card.tsx'
import {
  foldOutput,
  foldText,
  linkBlocks,
  MAX_BLOCK_CHARS,
  type OutputBlock,
} from '../../../src/renderer/output/fold-output.ts'
import {
  KEPT_BYTES,
  openOutputReader,
  STEP_BYTES,
  type OutputReader,
  type OutputShown,
  type OutputWindow,
} from '../../../src/renderer/output/output-reader.ts'

const line = (text: string): OutputReport => ({ kind: 'raw', stream: 'stdout', text })
const call: OutputReport = { kind: 'tool-call', id: '1', name: 'Bash', summary: 'ls', input: '{}' }
const answer: OutputReport = { kind: 'tool-result', id: '1', ok: false, text: 'no' }
const place = { prefix: '0', at: null }

test('lines join to one terminal, and words of the agent stand between', () => {
  const reports = [line('one'), line('two'), { kind: 'text', text: 'hm' } as const, line('x')]
  const blocks = foldOutput([], reports, place)
  expect(blocks).toMatchObject([
    { kind: 'terminal', text: 'one\ntwo\n', lines: [{ line: 0 }, { line: 0 }] },
    { kind: 'text', text: 'hm' },
    { kind: 'terminal', text: 'x\n' },
  ])
  expect(new Set(blocks.map((block) => block.key)).size).toBe(3)
})

test('a result joins its call, and keys stay as more comes', () => {
  const running = foldOutput([], [call, { kind: 'text', text: 'meanwhile' }], place)
  expect(running[0]).toMatchObject({ kind: 'tool', result: null })
  const ended = foldOutput(running, [answer], place)
  expect(ended[0]).toMatchObject({ kind: 'tool', key: running[0]?.key, result: { ok: false } })
  expect(ended[1]).toBe(running[1])
})

test('a result of a later piece joins its call; the same call told twice is one; one without a call stands alone', () => {
  const first = foldOutput([], [call], { prefix: '0', at: null })
  const second = foldOutput([], [call, answer], { prefix: '9', at: null })
  const linked = linkBlocks([first, second])
  expect(linked).toMatchObject([{ key: '0:0', result: { text: 'no' } }])
  expect(linkBlocks([first, second])[0]).toBe(linked[0])
  expect(linkBlocks([foldOutput([], [answer], place)])).toMatchObject([{ kind: 'tool-result' }])
})

test('a reader tells that only the end of an old output is kept', async () => {
  const compacted = { at: '2026-01-02T12:00:00.000Z', bytes: 300_000 }
  const seen = new Promise<OutputShown>((done) =>
    openOutputReader({
      read: async () => ({
        reports: [],
        text: 'end\n',
        start: 0,
        next: 4,
        size: 4,
        isEnd: true,
        compacted,
      }),
      lineAt: async () => null,
      onShown: done,
      now: () => 1000,
    }).more(),
  )
  expect((await seen).compacted).toEqual(compacted)
})

test('how long a thought took is known only when both ends were seen', () => {
  const seen = foldOutput([], [{ kind: 'text', text: 'a' }], { prefix: '0', at: 1000 })
  const thought: OutputReport = { kind: 'thinking', text: 'hm' }
  expect(foldOutput(seen, [thought], { prefix: '0', at: 39_000 })[1]).toMatchObject({
    tookMs: 38_000,
  })
  expect(foldOutput(seen, [thought], place)[1]).toMatchObject({ tookMs: null })
})

test('raw text is cut into blocks that make the same text, no character broken', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a\n', '😀', 'é', 'x'.repeat(3000)), { maxLength: 40 }),
      (parts) => {
        const text = parts.join('')
        const blocks = foldText([], text, place)
        expect(blocks.map((block) => ('text' in block ? block.text : '')).join('')).toBe(text)
        for (const block of blocks) {
          const shown = 'text' in block ? block.text : ''
          expect(shown.length).toBeLessThanOrEqual(MAX_BLOCK_CHARS)
          expect(shown.isWellFormed()).toBe(true)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('an edit is shown as lines, with what stays the same between', () => {
  const input = JSON.stringify({ old_string: 'a\nb\nc\nd', new_string: 'a\nx\nc\ny\nd' })
  const diff = editDiff('Edit', input)
  expect(diff).toMatchObject({ added: 2, removed: 1 })
  expect(diff?.lines.map((each) => `${each.kind[0]}${each.text}`)).toEqual([
    'sa',
    'rb',
    'ax',
    'sc',
    'ay',
    'sd',
  ])
  expect(editDiff('Write', JSON.stringify({ content: 'one\ntwo\n' }))).toMatchObject({
    added: 2,
    removed: 0,
  })
  expect(editDiff('Edit', input.slice(0, -4))).toBeNull()
  expect(editDiff('Bash', input)).toBeNull()
})

test('a diff always leads from the one text to the other', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const input = { old_string: before.join('\n'), new_string: after.join('\n') }
      const lines = editDiff('Edit', JSON.stringify(input))?.lines ?? []
      const side = (left: string): string[] =>
        lines.filter(({ kind }) => kind !== left).map(({ text }) => text)
      expect(side('added')).toEqual(before)
      expect(side('removed')).toEqual(after)
    }),
  )
})

interface File {
  text: string
}

/** A host that serves lines of that file, as the real one does. */
function serve(file: File, isRaw = false) {
  const windows: { from: number; maxBytes: number }[] = []
  let latest: OutputShown | null = null
  let running = Promise.resolve()
  const read = async (window: { from: number; maxBytes: number }): Promise<OutputWindow> => {
    windows.push(window)
    const { from, maxBytes } = window
    const size = file.text.length
    const piece = file.text.slice(from, from + maxBytes)
    if (isRaw) {
      const next = from + piece.length
      return { reports: [], text: piece, start: from, next, size, isEnd: next >= size }
    }
    const skipped = from === 0 || file.text[from - 1] === '\n' ? 0 : piece.indexOf('\n') + 1
    if (skipped === 0 && from > 0 && file.text[from - 1] !== '\n') {
      const next = from + piece.length
      return { reports: [], text: null, start: next, next, size, isEnd: next >= size }
    }
    const end = Math.max(skipped, piece.lastIndexOf('\n') + 1)
    const reports = piece
      .slice(skipped, end)
      .split('\n')
      .slice(0, -1)
      .map((text) => ({ ...line(text) }))
    const next = from + end
    const lines = { of: reports.map((_, index) => index), count: reports.length }
    return { reports, text: null, lines, start: from + skipped, next, size, isEnd: next >= size }
  }
  const reader = openOutputReader({
    read: (window) => {
      const answer = read(window)
      running = running.then(async () => void (await answer))
      return answer
    },
    lineAt: async (offset) => file.text.slice(0, offset).split('\n').length,
    onShown: (shown) => {
      latest = shown
    },
    now: () => 1000,
  })
  /** Does it, and waits until the reader has come to rest. */
  const after = async (act: (reader: OutputReader) => void): Promise<OutputShown> => {
    act(reader)
    for (let before = -1; before !== windows.length;) {
      before = windows.length
      for (let turn = 0; turn < 20; turn += 1) await running.then(() => undefined)
    }
    if (latest === null) throw new Error('nothing was shown')
    return latest
  }
  return { after, windows }
}

const textOf = ({ pieces }: OutputShown): string =>
  linkBlocks(pieces.map((piece) => piece.blocks))
    .map((block: OutputBlock) => ('text' in block ? block.text : ''))
    .join('')
const numbered = (count: number): string =>
  Array.from({ length: count }, (_, n) => `line ${n} ${'.'.repeat(40)}\n`).join('')
const hasNoGap = ({ pieces }: OutputShown): boolean =>
  pieces.every((piece, index) => index === 0 || pieces[index - 1]?.end === piece.start)

/** `numbered` begins at 0, the numbers of lines at 1. */
function expectNumbers({ pieces, firstLine }: OutputShown): void {
  const numbers: [number, number][] = []
  let first = firstLine ?? NaN
  for (const { blocks, lines } of pieces) {
    for (const block of blocks) {
      if (block.kind !== 'terminal') continue
      for (const [index, text] of block.text.split('\n').entries())
        if (text.startsWith('line '))
          numbers.push([Number(text.split(' ')[1]), first + (block.lines[index]?.line ?? NaN) - 1])
    }
    first += lines
  }
  expect(numbers.every(([named, counted]) => named === counted)).toBe(true)
}

test('begins near the end, reads back to the beginning without a gap, and keeps a bounded part', async () => {
  const file = { text: numbered(60_000) }
  const { after } = serve(file)
  let shown = await after((reader) => reader.more())
  expect(shown.isAtEnd).toBe(true)
  expect(textOf(shown).endsWith('59999 ' + '.'.repeat(40) + '\n')).toBe(true)
  await after((reader) => reader.jump(file.text.length - 10))
  while ((shown.pieces[0]?.start ?? 0) > 0) {
    shown = await after((reader) => reader.earlier())
    expect(hasNoGap(shown)).toBe(true)
    const loaded = (shown.pieces.at(-1)?.end ?? 0) - (shown.pieces[0]?.start ?? 0)
    expect(loaded).toBeLessThanOrEqual(KEPT_BYTES + STEP_BYTES)
    const from = shown.pieces[0]?.start ?? 0
    expect(textOf(shown)).toBe(file.text.slice(from, shown.pieces.at(-1)?.end))
    expectNumbers(shown)
  }
  expect(shown.isAtEnd).toBe(false)
  while (!shown.isAtEnd) shown = await after((reader) => reader.later())
  expectNumbers(shown)
  expect(textOf(shown).endsWith('59999 ' + '.'.repeat(40) + '\n')).toBe(true)
})

test('goes on from where it was when there is more, and counts what a reader has not seen', async () => {
  const file = { text: 'a\nb\n' }
  const { after, windows } = serve(file)
  await after((reader) => reader.more())
  file.text += 'c\n'
  windows.length = 0
  expect(textOf(await after((reader) => reader.more()))).toBe('a\nb\nc\n')
  expect(windows).toEqual([{ from: 4, maxBytes: STEP_BYTES }])
  await after((reader) => reader.follow(false))
  file.text += 'd\ne\n'
  const shown = await after((reader) => reader.more())
  expect(shown).toMatchObject({ news: 2, isAtEnd: true })
  expect(shown.pieces.at(-1)?.blocks.at(-1)).toMatchObject({ kind: 'terminal' })
  expect(await after((reader) => reader.follow(true))).toMatchObject({ news: 0 })
})

test('who reads an early part is not moved by what comes; who follows is at the end at once', async () => {
  const file = { text: numbered(60_000) }
  const { after } = serve(file)
  await after((reader) => reader.more())
  const before = await after((reader) => reader.jump(0))
  file.text += numbered(20_000)
  const later = await after((reader) => reader.more())
  expect(later.pieces).toBe(before.pieces)
  expect(later.size).toBe(file.text.length)
  const end = await after((reader) => reader.follow(true))
  expect(end.isAtEnd).toBe(true)
  expect(end.pieces.at(-1)?.end).toBe(file.text.length)
})

test.each([false, true])('a jump leads to the line of that place, raw %s', async (isRaw) => {
  const file = { text: numbered(20_000) }
  const { after } = serve(file, isRaw)
  await after((reader) => reader.more())
  const offset = file.text.indexOf('line 7777') + 5
  const shown = await after((reader) => reader.jump(offset))
  const target = shown.pieces.find(({ start }) => start === shown.target?.start)
  expect(target?.blocks[0]).toMatchObject({ kind: 'terminal' })
  expect(textOf({ ...shown, pieces: target ? [target] : [] })).toMatch(/^line 7777 /)
  expect(hasNoGap(shown)).toBe(true)
  expectNumbers(shown)
})

test('reports of an unknown kind are shown as they came', async () => {
  const shown = await new Promise<OutputShown>((resolve) => {
    const reports = [line('whole'), { kind: 'new-kind', x: 1 }]
    const reader = openOutputReader({
      lineAt: async () => null,
      onShown: resolve,
      now: () => 0,
      read: async () => ({ reports, text: null, start: 0, next: 9, size: 9, isEnd: true }),
    })
    reader.more()
  })
  expect(textOf(shown)).toBe('whole\n{"kind":"new-kind","x":1}\n')
})
