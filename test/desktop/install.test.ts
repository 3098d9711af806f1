import { execFile } from 'node:child_process'
import {
  existsSync,
  linkSync,
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
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type CommandParts,
  installCommand,
  installPrograms,
  refreshCommand,
} from '../../src/desktop/install.ts'
import { keepPrograms } from '../../src/headless/run-host.ts'
import { createManualClock } from '../support/manual-clock.ts'

const run = promisify(execFile)
let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'yard-install-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function put(path: string, text = path): void {
  const file = join(folder, 'app', path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
}

describe('the programs of a packed app', () => {
  const NOW = 1_800_000_000_000
  const parts = () => ({
    source: join(folder, 'app'),
    dataFolder: join(folder, 'data'),
    version: '1.2.3',
    platform: 'linux' as const,
    now: NOW,
  })
  beforeEach(() => {
    for (const path of ['package.json', 'bin/yard', 'out/built-from', 'out/main/cli.js']) put(path)
    put('out/main/cli.js.map')
    put('out/main/chunks/a.js')
    put('out/preload/index.cjs')
    put('out/renderer/index.html')
    put('resources/supervise.sh')
    for (const name of ['better-sqlite3', 'electron-log', 'ws', 'electron-updater'])
      put(`node_modules/${name}/package.json`)
    for (const system of ['linux-x64', 'linuxmusl-x64', 'darwin-arm64', 'win32-x64'])
      put(`node_modules/better-sqlite3/prebuilds/${system}/better_sqlite3.node`)
  })
  const files = (root: string): string[] =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(root, path)).isFile())
      .toSorted()

  test('are copied whole into a folder of their version, without what others need', () => {
    const target = installPrograms(parts())
    expect(target).toMatch(/\/data\/programs\/1\.2\.3-[0-9a-f]{12}$/)
    expect(files(target)).toEqual([
      'bin/yard',
      'node_modules/better-sqlite3/package.json',
      'node_modules/better-sqlite3/prebuilds/linux-x64/better_sqlite3.node',
      'node_modules/better-sqlite3/prebuilds/linuxmusl-x64/better_sqlite3.node',
      'node_modules/electron-log/package.json',
      'node_modules/ws/package.json',
      'out/main/chunks/a.js',
      'out/main/cli.js',
      'out/renderer/index.html',
      'package.json',
      'resources/supervise.sh',
    ])
    for (const program of ['bin/yard', 'resources/supervise.sh'])
      expect(statSync(join(target, program)).mode & 0o111).not.toBe(0)
  })

  test('are found by the next start, and made anew by another build of the same version', () => {
    const first = installPrograms(parts())
    writeFileSync(join(first, 'mark'), '')
    expect(installPrograms(parts())).toBe(first)
    expect(existsSync(join(first, 'mark'))).toBe(true)
    put('out/built-from', 'another')
    expect(installPrograms(parts())).not.toBe(first)
  })

  test('a start that failed half way leaves nothing that the next one would take for whole', () => {
    rmSync(join(folder, 'app/node_modules/ws'), { recursive: true })
    expect(() => installPrograms(parts())).toThrow(/ENOENT/)
    expect(readdirSync(join(folder, 'data/programs'))).toEqual([])
    put('node_modules/ws/package.json')
    expect(existsSync(join(installPrograms(parts()), 'node_modules/ws'))).toBe(true)
  })

  test('four starts at once end with one whole folder', async () => {
    const entry = new URL('../../src/desktop/install.ts', import.meta.url).href
    const code = `import(${JSON.stringify(entry)}).then(({ installPrograms }) =>
      require('node:worker_threads').parentPort.postMessage(installPrograms(${JSON.stringify(parts())})))`
    const starts = Array.from(
      { length: 4 },
      () =>
        new Promise<string>((resolve, reject) => {
          const worker = new Worker(code, { eval: true })
          worker.once('message', resolve)
          worker.once('error', reject)
        }),
    )
    const targets = new Set(await Promise.all(starts))
    expect(targets.size).toBe(1)
    expect(readdirSync(join(folder, 'data/programs'))).toHaveLength(1)
    expect(files([...targets][0] ?? '')).toHaveLength(11)
  })

  test('stay while a service runs from them, however long ago their app was there', () => {
    const DAY = 24 * 3_600_000
    const clock = createManualClock(NOW)
    const old = installPrograms(parts())
    const stop = keepPrograms(join(old, 'out/main/headless.js'), clock)
    clock.advance(90 * DAY)
    installPrograms({ ...parts(), version: '1.2.4', now: clock.now() })
    expect(existsSync(old)).toBe(true)
    stop()
    clock.advance(90 * DAY)
    installPrograms({ ...parts(), version: '1.2.4', now: clock.now() })
    expect(existsSync(old)).toBe(false)
    const other = join(folder, 'app')
    const { mtimeMs } = statSync(other)
    keepPrograms(join(other, 'out/main/headless.js'), clock)()
    expect(statSync(other).mtimeMs).toBe(mtimeMs)
  })

  test('versions that nobody has used for two months are removed', () => {
    const first = installPrograms(parts())
    put('out/built-from', 'second')
    const second = installPrograms(parts())
    const old = NOW / 1000 - 61 * 24 * 3600
    utimesSync(first, old, old)
    put('out/built-from', 'third')
    const third = installPrograms(parts())
    expect([first, second, third].map((path) => existsSync(path))).toEqual([false, true, true])
  })
})

describe('the command line', () => {
  const parts = (more: Partial<CommandParts> = {}): CommandParts => ({
    platform: 'linux',
    home: folder,
    env: { PATH: '/usr/bin' },
    node: { command: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1' } },
    program: join(folder, "it's/bin/yard"),
    ...more,
  })
  const file = () => join(folder, '.local/bin/yard')

  test('is written where shells find it, runs, and says what was done', async () => {
    mkdirSync(join(folder, "it's/bin"), { recursive: true })
    writeFileSync(
      join(folder, "it's/bin/yard"),
      'console.log(process.env.ELECTRON_RUN_AS_NODE, ...process.argv.slice(2))',
    )
    const report = installCommand(parts())
    expect(report).toMatchObject({ ok: true })
    expect(report.message).toContain(`Wrote ${file()}`)
    expect(report.message).toContain('not on your PATH yet')
    expect((await run(file(), ['a b', '$c'])).stdout).toBe('1 a b $c\n')
  })

  test('is written again over its own, and says nothing of a PATH that holds it', () => {
    installCommand(parts())
    const again = installCommand(parts({ env: { PATH: join(folder, '.local/bin') } }))
    expect(again.message).toBe(`Wrote ${file()}. Type \`yard help\` in a new terminal.`)
  })

  test('takes the place of its older self at once, under whoever reads that', () => {
    installCommand(parts())
    const before = readFileSync(file(), 'utf8')
    linkSync(file(), join(folder, 'as-it-was'))
    refreshCommand(parts({ program: '/next/bin/yard' }))
    expect(readFileSync(file(), 'utf8')).toContain('/next/bin/yard')
    expect(readFileSync(join(folder, 'as-it-was'), 'utf8')).toBe(before)
    expect(readdirSync(join(folder, '.local/bin'))).toEqual(['yard'])
  })

  test('never takes the place of another program', () => {
    mkdirSync(join(folder, '.local/bin'), { recursive: true })
    writeFileSync(file(), '#!/bin/sh\necho mine\n')
    expect(installCommand(parts())).toMatchObject({ ok: false })
    refreshCommand(parts())
    expect(readFileSync(file(), 'utf8')).toContain('mine')
  })

  test('follows the app to its next version, where it was installed', () => {
    refreshCommand(parts())
    expect(existsSync(file())).toBe(false)
    installCommand(parts())
    refreshCommand(parts({ program: '/next/bin/yard' }))
    expect(readFileSync(file(), 'utf8')).toContain('/next/bin/yard')
  })

  test('says why it could not be written', () => {
    writeFileSync(join(folder, '.local'), '')
    expect(installCommand(parts()).message).toMatch(/cannot be written/)
  })

  test('is a batch file on Windows', () => {
    const report = installCommand(parts({ platform: 'win32', env: { LOCALAPPDATA: folder } }))
    expect(report.ok).toBe(true)
    const text = readFileSync(join(folder, 'yard/bin/yard.cmd'), 'utf8')
    expect(text).toContain('@set "ELECTRON_RUN_AS_NODE=1"\r\n')
  })
})
