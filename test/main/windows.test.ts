import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { createWindows, revivePage, type Windows } from '../../src/main/windows.ts'
import { BrowserWindow } from '../fakes/electron.ts'
import { createManualClock } from '../support/manual-clock.ts'

const kept = { x: 100, y: 50, width: 1000, height: 700, isMaximized: false }

describe('windows', () => {
  const clock = createManualClock()
  let folder: string
  let windows: Windows
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'yard-windows-'))
    const stateFile = join(folder, 'window.json')
    writeFileSync(stateFile, JSON.stringify({ ...kept, isMaximized: true }))
    windows = createWindows({
      preload: '/p',
      icon: '/i',
      stateFile,
      clock,
      log: silentLog,
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const last = () => BrowserWindow.opened.at(-1) as BrowserWindow

  test('keep their place from one start to the next', () => {
    windows.show('/atlas')
    expect(last().options).toMatchObject({ x: 100, y: 50, width: 1000, titleBarStyle: 'hidden' })
    expect(last().maximized).toBe(true)
    last().bounds = { x: 5, y: 6, width: 800, height: 600 }
    last().maximized = false
    last().emit('move')
    last().emit('resize')
    clock.advance(500)
    const state = JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))
    expect(state).toEqual({ x: 5, y: 6, width: 800, height: 600, isMaximized: false })
  })

  test('open again with their usual size when the file is broken', () => {
    writeFileSync(join(folder, 'window.json'), '{"x":')
    windows.add('/atlas')
    expect(last().options).toMatchObject({ width: 1440, height: 900 })
    expect(last().options).not.toHaveProperty('x')
  })

  test('the one that had the focus last is asked', () => {
    const [one, two] = BrowserWindow.opened.slice(-2) as [BrowserWindow, BrowserWindow]
    for (const window of [one, two]) windows.pageIsReady(window as never)
    one.emit('focus')
    windows.ask({ kind: 'command', id: 'palette' })
    expect([one.webContents.sent.length, two.webContents.sent.length]).toEqual([1, 0])
    one.close()
    windows.ask({ kind: 'command', id: 'palette' })
    expect(two.webContents.sent).toHaveLength(1)
  })
})

describe('a page that crashes', () => {
  test('is loaded again, a little later each time, and at once when it was sound for a while', () => {
    const clock = createManualClock()
    const window = new BrowserWindow({})
    revivePage(window as never, { clock, log: silentLog })
    const { webContents } = window
    const crash = (reason = 'crashed'): number | null => {
      webContents.emit('render-process-gone', {}, { reason })
      return clock.nextInMs()
    }
    for (const pause of [500, 1000, 2000, 4000]) {
      expect(crash()).toBe(pause)
      clock.advance(pause)
    }
    expect(webContents.calls).toEqual(['reload', 'reload', 'reload', 'reload'])
    clock.advance(61_000)
    expect(crash()).toBe(500)
    clock.advance(500)
    for (let n = 0; n < 12; n++) {
      crash()
      clock.advance(60_000)
    }
    expect(crash()).toBeLessThanOrEqual(60_000)
    clock.advance(60_000)
    expect(crash('clean-exit')).toBeNull()
  })

  test('or hangs is ended and loaded again, unless it comes back by itself', () => {
    const clock = createManualClock()
    const window = new BrowserWindow({})
    revivePage(window as never, { clock, log: silentLog })
    window.emit('unresponsive')
    clock.advance(14_000)
    window.emit('responsive')
    clock.advance(60_000)
    expect(window.webContents.calls).toEqual([])
    window.emit('unresponsive')
    clock.advance(15_500)
    expect(window.webContents.calls).toEqual(['crash', 'reload'])
    window.emit('unresponsive')
    window.close()
    clock.advance(60_000)
    expect(window.webContents.calls).toHaveLength(2)
  })
})
