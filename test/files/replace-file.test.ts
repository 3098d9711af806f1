import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
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

test('old drafts of dead processes go with the next write, and nothing else does', () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  const draft = (name: string, ageSec: number) => {
    const path = join(folder, name)
    writeFileSync(path, 'half')
    const at = Date.now() / 1000 - ageSec
    utimesSync(path, at, at)
    return name
  }
  draft(`a.toml.${pid}.0123abcd`, 3600)
  const kept = [
    draft(`a.toml.${pid}.young.bak`, 3600),
    draft(`a.toml.${pid}.4567cdef`, 1),
    draft(`a.toml.${process.ppid}.0123abcd`, 3600),
    draft(`b.toml.${pid}.0123abcd`, 3600),
  ]
  replaceFile(join(folder, 'a.toml'), 'x = 1')
  expect(readdirSync(folder).toSorted()).toEqual(['a.toml', ...kept].toSorted())
})
