import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fingerprintOf, whyStale, writeStamp } from '../../scripts/build-if-stale.mjs'
import { whatIsMissing } from '../../scripts/install-missing.mjs'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staleness-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('a build', () => {
  beforeEach(() => {
    mkdirSync(join(folder, 'src/deep'), { recursive: true })
    mkdirSync(join(folder, 'out/main'), { recursive: true })
    writeFileSync(join(folder, 'src/deep/a.ts'), 'one')
    writeFileSync(join(folder, 'out/main/cli.js'), '')
  })

  test('is fresh when it was made from these sources, whatever their times', () => {
    writeStamp(folder, fingerprintOf(folder))
    const later = new Date(Date.now() + 60_000)
    utimesSync(join(folder, 'src/deep/a.ts'), later, later)
    expect(whyStale(folder)).toBeNull()
  })

  test.each([
    ['an edit', () => writeFileSync(join(folder, 'src/deep/a.ts'), 'two')],
    ['a new file', () => writeFileSync(join(folder, 'src/b.ts'), '')],
    ['a deletion', () => rmSync(join(folder, 'src/deep/a.ts'))],
    ['a changed configuration', () => writeFileSync(join(folder, 'electron.vite.config.ts'), 'x')],
    ['a changed resource', () => writeAt('resources/a.sh', 'x')],
  ])('is stale after %s', (_, change) => {
    writeStamp(folder, fingerprintOf(folder))
    change()
    expect(whyStale(folder)).toMatch(/changed/)
  })

  test('is stale when nothing is there, or when it is unknown what it was made from', () => {
    expect(whyStale(folder)).toMatch(/unknown/)
    rmSync(join(folder, 'out'), { recursive: true })
    expect(whyStale(folder)).toMatch(/nothing/)
  })

  test('moving text from one file to another changes the fingerprint', () => {
    const before = fingerprintOf(folder)
    rmSync(join(folder, 'src/deep/a.ts'))
    writeFileSync(join(folder, 'src/deep/b.ts'), 'one')
    expect(fingerprintOf(folder)).not.toBe(before)
  })
})

describe('an installation', () => {
  const lock = (version: string, more = {}): string =>
    JSON.stringify({ packages: { '': {}, 'node_modules/@a/b': { version }, ...more } })

  test('is due when there is none', () => {
    writeAt('package-lock.json', lock('1.0.0'))
    expect(whatIsMissing(folder)).toMatch(/no node_modules/)
  })

  test('is due when a newer lockfile names another version', () => {
    install(lock('1.0.0'))
    writeNewer(lock('2.0.0'))
    expect(whatIsMissing(folder)).toMatch(/^@a\/b /)
  })

  test('is not due when a newer lockfile says the same, or more that is optional here', () => {
    install(lock('1.0.0'))
    writeNewer(lock('1.0.0', { 'node_modules/c': { version: '1.0.0', optional: true } }))
    expect(whatIsMissing(folder)).toBeNull()
  })

  test('is due when a newer lockfile has a package more', () => {
    install(lock('1.0.0'))
    writeNewer(lock('1.0.0', { 'node_modules/c': { version: '1.0.0' } }))
    expect(whatIsMissing(folder)).toMatch(/^c /)
  })

  function install(text: string): void {
    writeAt('node_modules/.package-lock.json', text)
  }

  function writeNewer(text: string): void {
    writeAt('package-lock.json', text)
    const later = new Date(Date.now() + 60_000)
    utimesSync(join(folder, 'package-lock.json'), later, later)
  }
})

function writeAt(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}
