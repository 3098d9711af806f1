import { describe, expect, it } from 'vitest'
import { errorLine, formatTable, shownWidth } from '../../../src/cli/text/print.ts'

describe('what is printed', () => {
  it('is aligned by what a terminal shows', () => {
    const lines = formatTable(
      ['ID', 'TITLE'],
      [
        ['日本', 'x'],
        ['a', null],
      ],
      null,
    )
    expect(lines).toEqual(['ID    TITLE', '日本  x', 'a     -'])
    expect(lines.map((line) => shownWidth(line.slice(0, line.lastIndexOf(' ') + 1)))).toEqual([
      6, 6, 6,
    ])
  })
  it('has no escape sequences of others', () => {
    expect(formatTable(['A'], [['\u001b[31mred\nline']], null)[1]).toBe('\\u001b[31mred line')
  })
  it('is one line for an error', () => {
    expect(errorLine({ kind: 'io', message: 'a\nb', hint: 'c' })).toBe('a b; c')
  })
})
