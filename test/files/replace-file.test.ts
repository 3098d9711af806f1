import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceFile } from '../../src/files/replace-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replace-file-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a file is written whole, for its owner alone unless a mode says otherwise', () => {
  const file = join(folder, 'a')
  replaceFile(file, 'one')
  replaceFile(file, 'two', { flush: true })
  expect(readFileSync(file, 'utf8')).toBe('two')
  replaceFile(join(folder, 'b'), 'x', { mode: 0o755 })
  expect(readdirSync(folder)).toEqual(['a', 'b'])
  if (process.platform === 'win32') return
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'b')).mode & 0o777).toBe(0o755)
})

test('one that cannot be written leaves no draft and what was there', () => {
  const target = join(folder, 'is-a-folder')
  mkdirSync(join(target, 'inside'), { recursive: true })
  expect(() => replaceFile(target, 'x')).toThrow(/EISDIR|EPERM|ENOTEMPTY|EEXIST/)
  expect(readdirSync(folder)).toEqual(['is-a-folder'])
})
