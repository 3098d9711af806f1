import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLoginItem } from '../../src/desktop/login-item.ts'
import { app } from '../fakes/electron.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'yard-login-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('opening at login on Linux', () => {
  test('is a file in autostart, with the program quoted as it must be', () => {
    const item = createLoginItem({
      system: app,
      platform: 'linux',
      home: folder,
      env: { XDG_CONFIG_HOME: 'relative' },
      program: '/opt/a b/100%/"yard"',
    })
    expect(item.isSet()).toBe(false)
    item.set(true)
    const file = join(folder, '.config/autostart/yardmaster.desktop')
    expect(item.isSet()).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain('Exec="/opt/a b/100%%/\\\\"yard\\\\"" --hidden\n')
    item.set(false)
    item.set(false)
    expect(existsSync(file)).toBe(false)
  })

  test('is asked of the system elsewhere', () => {
    const item = createLoginItem({
      system: app,
      platform: 'darwin',
      home: folder,
      env: {},
      program: '/x',
    })
    item.set(true)
    expect([item.isSet(), app.loginItem]).toEqual([true, { openAtLogin: true }])
  })
})
