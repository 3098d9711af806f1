/** What is no message is answered as the protocol says, and does not end the conversation. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../cli/yard-command.ts'

let place: TestYard
beforeAll(async () => {
  place = await openTestYard()
})
afterAll(() => place.close())

it('a line that is no JSON, or no request, is refused in the protocol’s own words', async () => {
  const ping = { jsonrpc: '2.0', id: 7, method: 'ping' }
  const lines = ['{"jsonrpc": "2.0", oops', '{"hello": 1}', JSON.stringify(ping)]
  const { code, out } = await place.yard(['mcp'], { stdin: `${lines.join('\n')}\n` })
  const answers = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: unknown; error?: { code: number } })
  expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
    [null, -32700],
    [null, -32600],
    [7, undefined],
  ])
  expect(code).toBe(0)
}, 60_000)

it('an empty line is no message, and is passed over', async () => {
  const ping = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'ping' })
  const { code, out } = await place.yard(['mcp'], { stdin: `\n\r\n  \r\n${ping}\r\n\n\r\n` })
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([{ jsonrpc: '2.0', id: 7, result: {} }])
  expect(code).toBe(0)
}, 60_000)
