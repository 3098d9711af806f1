/** What agents and tasks say reaches a terminal as text, and a program as the value that it is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPrinter } from '../../../src/cli/text/print.ts'
import { openServedYard, type ServedYard } from '../../headless/served-yard.ts'
import { readByCommand } from '../../headless/read-every-view.ts'

/** Clears a screen, sets a title, rings, goes back in the line, C1, bidi overrides and isolates, line separators. */
const HOSTILE =
  '\u001b[2J\u001b]0;title\u0007a\rb\u0008\u007f\u009b31m\u202eevil\u202c\u2066x\u2069\u200f\u061c\u2028z\ufdd0'
// oxlint-disable-next-line no-control-regex -- that is what must not come out
const OBEYED = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef]/u

function printerOn(how: { readonly isTTY: boolean; readonly isJson?: boolean }) {
  const said = { out: '', err: '' }
  const sink = (to: 'out' | 'err') => ({
    isTTY: how.isTTY,
    columns: 120,
    write: (text: string) => void (said[to] += text),
  })
  const print = createPrinter({
    stdout: sink('out'),
    stderr: sink('err'),
    isJson: how.isJson ?? false,
    env: {},
  })
  return { print, said }
}

describe.each([true, false])('a printer, on a terminal: %s', (isTTY) => {
  it('makes visible what a terminal would obey', () => {
    const { print, said } = printerOn({ isTTY })
    print.line(`why: ${HOSTILE}`)
    print.item(null, () => HOSTILE)
    print.table(['ID', 'TITLE'], [['a', HOSTILE]])
    print.progress(HOSTILE)
    print.error({ kind: 'io', message: HOSTILE, hint: HOSTILE })
    const plain = isTTY
      ? said.out.replaceAll('\u001b[2m', '').replaceAll('\u001b[0m', '')
      : said.out
    expect(plain).not.toMatch(OBEYED)
    expect(said.err).not.toMatch(OBEYED)
    expect(plain).toContain('\\u001b[2J\\u001b]0;title\\u0007a')
    expect(plain).toContain('\\u202eevil\\u202c')
  })

  it('prints JSON that is the same value, without a control character', () => {
    const { print, said } = printerOn({ isTTY, isJson: true })
    print.result({ [HOSTILE]: HOSTILE }, () => {})
    print.item({ a: HOSTILE }, () => '')
    const [first = '', second = ''] = said.out.split('\n')
    expect(said.out).not.toMatch(OBEYED)
    expect([JSON.parse(first), JSON.parse(second)]).toEqual([
      { [HOSTILE]: HOSTILE },
      { a: HOSTILE },
    ])
  })
})

it('colours on a terminal only, whatever stands in the text', () => {
  const text = (isTTY: boolean): string => {
    const { print, said } = printerOn({ isTTY })
    print.line(`a ${print.paint('red', 'b\u001b[0m')} c`)
    return said.out
  }
  expect(text(true)).toBe('a \u001b[31mb\\u001b[0m\u001b[0m c\n')
  expect(text(false)).toBe('a b\\u001b[0m c\n')
})

it('leaves a graph or a script as it is for a pipe, and makes it visible on a terminal', () => {
  const raw = (isTTY: boolean): string => {
    const { print, said } = printerOn({ isTTY })
    print.raw('a\u202e\r\n')
    return said.out
  }
  expect([raw(false), raw(true)]).toEqual(['a\u202e\r\n', 'a\\u202e\\u000d\n'])
})

describe('the command line', () => {
  let host: ServedYard
  beforeEach(async () => void (host = await openServedYard()))
  afterEach(() => host.close())

  it('tells of a task in words that no terminal obeys', async () => {
    const task = { title: `T ${HOSTILE}`, id: 'a', description: HOSTILE, tags: ['x'] }
    await host.call('/api/task', { method: 'POST', body: { ...task, executor: 'manual' } })
    const failed = { reason: `because ${HOSTILE}` }
    await host.call('/api/task/a/fail', { method: 'POST', body: failed })
    for (const words of [['why', 'a'], ['show', 'a'], ['list']]) {
      const said = await readByCommand(host, words)
      expect(said).toMatch(/\\u202e/)
      expect(said).not.toMatch(OBEYED)
    }
  })
})
