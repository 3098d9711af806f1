import { array, assert, nat, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineSplitter, type LineSplitter } from '../../../src/agents/output/output-file.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textsOf = (splitter: LineSplitter, pieces: readonly Uint8Array[]): readonly string[] => {
  const lines = pieces.flatMap((piece) => splitter.push(piece))
  const rest = splitter.rest()
  return [...lines, ...(rest ? [rest] : [])].map((line) => line.text)
}

it('gives the same lines wherever the bytes are cut', () => {
  const text = 'plain\nÄpfel 🚀 日本語\r\n\n{"a":"…"}\nhalf a line 🧵'
  const whole = textsOf(createLineSplitter(), [bytes(text)])
  expect(whole).toEqual(['plain', 'Äpfel 🚀 日本語', '', '{"a":"…"}', 'half a line 🧵'])
  const one = [...bytes(text)].map((byte) => Uint8Array.of(byte))
  expect(textsOf(createLineSplitter(), one)).toEqual(whole)
  assert(
    property(array(nat(bytes(text).length)), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes(text).length]
      const pieces = at.slice(1).map((end, index) => bytes(text).subarray(at[index] ?? 0, end))
      expect(textsOf(createLineSplitter(), pieces)).toEqual(whole)
    }),
  )
})

it('survives bytes that are no text', () => {
  const noise = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)
  for (const line of textsOf(createLineSplitter(), [noise])) expect(line.isWellFormed()).toBe(true)
})

it('keeps what it holds when the caller reads into the same buffer again', () => {
  const buffer = bytes('ab')
  const splitter = createLineSplitter()
  splitter.push(buffer)
  buffer.set(bytes('c\n'))
  expect(splitter.push(buffer)).toEqual([{ text: 'abc', isCut: false }])
})

describe('a line over the bound', () => {
  it('is told once by its beginning, and the next line is whole again', () => {
    const splitter = createLineSplitter(10)
    const lines = ['0123456789', 'AB', 'CD\nnext\n'].flatMap((text) => splitter.push(bytes(text)))
    expect(lines).toEqual([
      { text: '0123456789AB', isCut: true },
      { text: 'next', isCut: false },
    ])
  })

  it('is not held in memory', () => {
    const splitter = createLineSplitter(1024)
    const piece = new Uint8Array(1024 * 1024).fill(120)
    const before = process.memoryUsage().arrayBuffers
    for (let n = 0; n < 100; n++) splitter.push(piece)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024)
    expect(splitter.rest()).toBeNull()
  })
})
