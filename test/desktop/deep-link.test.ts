import { expect, test } from 'vitest'
import { hashOfLink, readStartArguments } from '../../src/desktop/outside.ts'

test.each([
  ['yard://task/paint', '#/task/paint'],
  ['YARD://task/paint.v2-1/', '#/task/paint.v2-1'],
  ['yard://attention', '#/attention'],
  ['yard://graph/', '#/graph'],
])('%s leads to %s', (link, hash) => {
  expect(hashOfLink(link)).toBe(hash)
})

test.each([
  'yard://task/',
  'yard://task/..',
  'yard://task/../../x',
  'yard://task/a/kill',
  'yard://task/a?do=kill',
  'yard://task/a#b',
  'yard://task/%2e%2e',
  'yard://task/a%0Ab',
  'yard://task/-rf',
  `yard://task/${'a'.repeat(101)}`,
  `yard://${'a'.repeat(1000)}`,
  'yard://kill',
  'yard:task/a',
  'yard://evil.example/x',
  'https://example.com',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '',
])('%s leads nowhere', (link) => {
  expect(hashOfLink(link)).toBeNull()
})

test('the words of a start name a folder, a link or a graph', () => {
  const none = { folder: null, link: null, graphFile: null }
  expect(readStartArguments([])).toEqual(none)
  expect(readStartArguments(['--no-sandbox', '/a', '/b'])).toEqual({ ...none, folder: '/b' })
  expect(readStartArguments(['--allow=1', 'yard://task/a'])).toEqual({
    ...none,
    link: 'yard://task/a',
  })
  expect(readStartArguments(['/a/plan.Yard.toml'])).toEqual({
    ...none,
    graphFile: '/a/plan.Yard.toml',
  })
})
