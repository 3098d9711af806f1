import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { withFileLockSync } from '../../src/config/file-lock.ts'

it.each([
  ['an hour ago', -3600],
  ['on a clock that was a day ahead', 86_400],
])('a lock that was left %s holds nobody up', (_, seconds) => {
  const folder = mkdtempSync(join(tmpdir(), 'yard-turn-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'trust.json')
  writeFileSync(`${file}.lock`, '')
  const at = Date.now() / 1000 + seconds
  utimesSync(`${file}.lock`, at, at)
  expect(withFileLockSync(file, () => 'written')).toBe('written')
  expect(existsSync(`${file}.lock`)).toBe(false)
})
