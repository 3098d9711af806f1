import { describe, expect, it } from 'vitest'
import { reportError, reportIn } from '../../src/agents/tool-rules.ts'

describe('a line that only reports', () => {
  it.each([
    ['yard log t hi', ['log', 't', 'hi']],
    [' yard\tdone  t ', ['done', 't']],
    ['yard msg reply M "it is; done"', ['msg', 'reply', 'M', 'it is; done']],
    ['yard log t "it is; done"', ['log', 't', 'it is; done']],
    [`yard fail t --reason='no "x" && y'`, ['fail', 't', '--reason=no "x" && y']],
    [`yard add "a""b"'c' -d ""`, ['add', 'abc', '-d', '']],
  ])('%s comes to its arguments', (line, args) => {
    expect(reportIn(line)).toEqual(args)
  })

  it.each([
    'yard log hi\ntouch X',
    'yard log hi\r\ntouch X',
    'yard\nlog t x',
    'yard log "a\nb"',
    "yard log 'a\u0000b'",
    'yard log t x; rm -rf ~',
    'yard log t x && y',
    'yard log t x | y',
    'yard log t x > y',
    'yard log t $(id)',
    'yard log t "$(id)"',
    'yard log t `id`',
    'yard log t *',
    'yard show {--dir,/tmp/z}',
    'yard show ~/x',
    "yard log t 'a\\' ; id '",
    'yard log t \\',
    'yard',
    'yardx log t',
    'x yard log t',
    '"yard" log t',
    'yard init',
    'yard init --dir /tmp/z',
    "yard add x --dir /tmp/z --exec 'id'",
    'yard add x --dir=/tmp/z',
    'yard add x --d"ir" /tmp/z',
    `yard add x '--dir' /tmp/z`,
    'yard --dir /tmp/z add x',
    'yard run',
    'yard service start',
    `yard log t ${'x'.repeat(10_000)}`,
  ])('%j is none', (line) => {
    expect(reportIn(line)).toBeNull()
  })
})

it('arguments that are not for agents are told', () => {
  expect(reportError(['log', 't', 'hi'])).toBeNull()
  expect(reportError(['add', 'x', '--deliverable', 'a', '--delay', '1h'])).toBeNull()
  expect(reportError(['msg', 'send', 'front', 'hi'])).toBeNull()
  expect(reportError(['member', 'list'])).toContain('"member" is not for agents')
  expect(reportError([])).toContain('is not for agents')
  expect(reportError(['run'])).toContain('"run" is not for agents')
  expect(reportError(['add', 'n', '--dir', '/tmp/z', '--exec', 'id'])).toContain('"--dir"')
})
