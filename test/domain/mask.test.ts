/** Texts of any length lose their secrets, in time that grows with their length alone: who wrote them may want the mask to fail. */
import { expect, it } from 'vitest'
import { createMask } from '../../src/domain/mask.ts'

const mask = createMask({ SERVICE_TOKEN: 'the-value-of-a-variable' })
const LONG = 10_000_000
const SECRETS = [
  'ghp_AbCdEfGhIjKlMnOpQrStUvWxYz',
  'the-value-of-a-variable',
  'PASSWORD = "hunter2"',
]

it.each([
  ...['sk-', 'eyJaaaaaaaaaa.', 'yat_', 'Bearer ', 'TOKEN', 'TOKEN=', '://', '://a:', '?code='],
  ...['A_', ' ', '\\', 'some words of a line\n'],
])('ten million characters of %j, and what stands behind them', (part) => {
  const hostile = [part.repeat(LONG / part.length), part + 'a'.repeat(LONG)]
  for (const text of hostile) {
    const masked = mask(`${text}\n${SECRETS.join('\n')}\nthe end`)
    expect(masked).not.toMatch(/AbCdEf|the-value|hunter2/)
    expect(masked.endsWith('\nthe end')).toBe(true)
  }
})

it('a text of several pieces is the same but for its secrets', () => {
  expect(mask('')).toBe('')
  const line = `some words ${SECRETS[0]} of a line\n`
  const times = Math.ceil((3 * 1_000_000) / line.length)
  expect(mask(line.repeat(times))).toBe('some words *** of a line\n'.repeat(times))
})

it('tokens and codes of each kind are known by how they begin', () => {
  const kinds = ['yat_agent-1_1', 'yot', 'yps_0123456789ab', 'ymt', 'ydt', 'yjc']
  for (const kind of kinds) expect(mask(`it was ${kind}_aB3-xY9_zzzz.`)).toBe('it was ***.')
  expect(mask('a payment_of_something and a ydt_x')).toBe('a payment_of_something and a ydt_x')
})
