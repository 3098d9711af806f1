// Electron's installer is played by a small script: the real one would download.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  downloadElectron,
  electronBinary,
  hasDisplay,
  isKnownUnavailable,
} from '../../scripts/electron-binary.mjs'
import { eventually } from '../support/eventually.ts'
import { isAlive } from '../support/is-alive.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'electron-binary-'))
  mkdirSync(join(folder, 'node_modules/electron/dist'), { recursive: true })
  setVersion('45.4.1')
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

describe('the binary', () => {
  test('is the one that path.txt names, if it is there', () => {
    write('path.txt', 'electron')
    expect(electronBinary({ folder, env: {} })).toBeNull()
    write('dist/electron', '')
    expect(electronBinary({ folder, env: {} })).toBe(
      join(folder, 'node_modules/electron/dist/electron'),
    )
  })

  test('may be elsewhere by ELECTRON_OVERRIDE_DIST_PATH', () => {
    const env = { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'elsewhere') }
    expect(electronBinary({ folder, env })).toBeNull()
    mkdirSync(join(folder, 'elsewhere'))
    writeFileSync(join(folder, 'elsewhere/electron'), '')
    expect(electronBinary({ folder, env })).toBe(join(folder, 'elsewhere/electron'))
  })
})

describe('the download', () => {
  test('gives the binary that the installer leaves', async () => {
    write(
      'install.js',
      'const fs = require("fs"); fs.writeFileSync("dist/e", ""); fs.writeFileSync("path.txt", "e")',
    )
    expect(await downloadElectron({ folder })).toBe(join(folder, 'node_modules/electron/dist/e'))
    expect(isKnownUnavailable(folder)).toBe(false)
  })

  test('that fails is remembered until the version changes or the note is deleted', async () => {
    write('install.js', 'console.error("HTTPError: 404"); process.exit(1)')
    expect(await downloadElectron({ folder })).toBeNull()
    expect(said()).toContain('HTTPError: 404')
    expect(isKnownUnavailable(folder)).toBe(true)
    setVersion('46.0.0')
    expect(isKnownUnavailable(folder)).toBe(false)
    setVersion('45.4.1')
    rmSync(join(folder, '.cache/electron-unavailable'))
    expect(isKnownUnavailable(folder)).toBe(false)
  })

  test('that gets no answer is ended, and leaves nothing but the note', async () => {
    write(
      'install.js',
      'require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)',
    )
    ownTime()
    const download = downloadElectron({ folder, noAnswerMs: 3_600_000 })
    const pid = await eventually(() => {
      const noted = Number(readFileSync(join(folder, 'node_modules/electron/pid'), 'utf8'))
      expect(noted).toBeGreaterThan(0)
      return noted
    })
    vi.advanceTimersByTime(3_700_000)
    expect(await download).toBeNull()
    expect(said()).toContain('no answer for 3600 s')
    expect(readdirSync(join(folder, '.cache'))).toEqual(['electron-unavailable'])
    expect(isAlive(pid)).toBe(false)
  })

  test('that is interrupted ends with its installer, and is not held against Electron', async () => {
    write(
      'install.js',
      'require("fs").writeFileSync("pid", ""); process.kill(process.ppid, "SIGHUP"); setInterval(() => {}, 1000)',
    )
    await expect(downloadElectron({ folder })).rejects.toMatchObject({ exitCode: 130 })
    expect(readdirSync(join(folder, '.cache'))).toEqual([])
  })

  test('that is slow but grows is waited for', async () => {
    write(
      'install.js',
      `const fs = require("fs"); let n = 0
      const timer = setInterval(() => {
        if (!fs.existsSync("grow" + n)) return
        fs.appendFileSync(process.env.TMPDIR + "/zip", "x".repeat(100))
        fs.writeFileSync("grown" + n, "")
        if (++n < 5) return
        clearInterval(timer); fs.writeFileSync("dist/e", ""); fs.writeFileSync("path.txt", "e")
      }, 10)`,
    )
    ownTime()
    const download = downloadElectron({ folder, noAnswerMs: 100_000 })
    for (let piece = 0; piece < 5; piece += 1) {
      vi.advanceTimersByTime(60_000)
      write(`grow${piece}`, '')
      const grown = join(folder, `node_modules/electron/grown${piece}`)
      await eventually(() => expect(existsSync(grown)).toBe(true))
    }
    expect(await download).not.toBeNull()
    expect(existsSync(join(folder, '.cache/electron-unavailable'))).toBe(false)
  })
})

/** From now on its time passes as this test says, and a little while something is waited for. */
function ownTime(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
}

test('a window needs a display', () => {
  expect(hasDisplay({ env: {}, platform: 'linux' })).toBe(false)
  expect(hasDisplay({ env: { DISPLAY: ':0' }, platform: 'linux' })).toBe(true)
  expect(hasDisplay({ env: { WAYLAND_DISPLAY: 'wayland-0' }, platform: 'linux' })).toBe(true)
  expect(hasDisplay({ env: {}, platform: 'darwin' })).toBe(true)
})

function write(path: string, text: string): void {
  writeFileSync(join(folder, 'node_modules/electron', path), text)
}

function setVersion(version: string): void {
  write('package.json', JSON.stringify({ version }))
}

function said(): string {
  return vi
    .mocked(process.stderr.write)
    .mock.calls.map(([text]) => String(text))
    .join('')
}
