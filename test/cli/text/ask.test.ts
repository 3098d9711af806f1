/** What a person types, and the ways in which they end it. */
import { createInterface } from 'node:readline/promises'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { askLine } from '../../../src/cli/text/ask.ts'

function open(isTerminal = false) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  return { input, terminal: createInterface({ input, output, terminal: isTerminal }) }
}

it('is the line, trimmed', async () => {
  const { input, terminal } = open()
  const asked = askLine(terminal, '? ')
  input.write(' 0.8 \n')
  expect(await asked).toBe('0.8')
  terminal.close()
})

it.each([
  ['^D', '\u0004'],
  ['^C', '\u0003'],
])('is nothing at %s', async (_, key) => {
  const { input, terminal } = open(true)
  const asked = askLine(terminal, '? ')
  input.write(key)
  expect(await asked).toBeNull()
})

it('is nothing at the end of the input, before the question and after it', async () => {
  const { input, terminal } = open()
  const asked = askLine(terminal, '? ')
  input.end()
  expect(await asked).toBeNull()
  expect(await askLine(terminal, '? ')).toBeNull()
})
