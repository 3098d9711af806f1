import { describe, expect, it } from 'vitest'
import { createEventParser } from '../../../src/fleet/mail/hub/event-parser.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('events of a stream', () => {
  const text =
    ': alive\n\nevent: hub\ndata: {"a":"ü€😀"}\n\nid: 7\ndata: one\ndata: two\n\ndata\r\n\r\nid: 9\n\ndata:x\n\n'
  const all = [
    { id: null, event: 'hub', data: '{"a":"ü€😀"}' },
    { id: '7', event: 'message', data: 'one\ntwo' },
    { id: '7', event: 'message', data: '' },
    { id: '9', event: 'message', data: 'x' },
  ]

  it('are the same wherever the bytes are cut', () => {
    const whole = bytes(text)
    for (let size = 1; size <= whole.length; size += 1) {
      const parse = createEventParser()
      const found = []
      for (let at = 0; at < whole.length; at += size)
        found.push(...parse(whole.subarray(at, at + size)))
      expect(found).toEqual(all)
    }
  })

  it('end at one that is too large to be ours', () => {
    const parse = createEventParser()
    const piece = bytes('x'.repeat(600_000))
    parse(bytes('data: '))
    parse(piece)
    expect(() => parse(piece)).toThrow('too large')
  })
})
