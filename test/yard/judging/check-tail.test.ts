/** The end of what a check printed, cut through a secret. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { outputTailOf } from '../../../src/agents/runtime/stages/line-stage.ts'
import { createMask } from '../../../src/domain/mask.ts'
import { checkTail } from '../../../src/yard/judging/check-tail.ts'
import { cleanerOf } from '../../../src/yard/judging/packet.ts'

const clean = cleanerOf(createMask({}), { redact: ['-----BEGIN[\\s\\S]+?-----END[^-]+-----'] })
const key = (lines: number): string =>
  `-----BEGIN KEY-----\n${'kLmNoPqRsTuVwXyZ0123456789\n'.repeat(lines)}-----END KEY-----`

async function shown(printed: string, isThere = true): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'yard-tail-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['check-1', 'check-2']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'check-1', 'stdout.log'), 'of another check')
  writeFileSync(join(folder, 'check-2', 'stdout.log'), printed)
  const tail = await outputTailOf(join(folder, 'check-2'))
  if (!isThere) rmSync(join(folder, 'check-2'), { recursive: true })
  return checkTail(tail, clean, { folder, stage: 'check-' })
}

it.each([60, 70, 72, 200, 2000])('shows nothing of a key of %i lines', async (lines) => {
  const text = await shown(`begun\n${key(lines)}\nthe tests fail\nin two places\n`)
  expect(text).not.toContain('kLmNo')
  expect(text).toMatch(/the tests fail\nin two places$/)
})

it('shows what stood there else, from a whole line on', async () => {
  const line = 'a line of what it printed\n'
  const text = await shown(line.repeat(1000))
  expect(text).toBe(`…\n${line.repeat(76).trim()}`)
  expect(await shown('short')).toBe('short')
})

it('leaves more out where its output is not there any more', async () => {
  const text = await shown('a line of what it printed\n'.repeat(1000), false)
  expect(text.length).toBeLessThan(1800)
})
