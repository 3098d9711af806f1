import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { DEFAULT_CONFIG_TEXT } from '../../src/config/default-config.ts'
import { initYard } from '../../src/yard/init-yard.ts'

it('a yard that is made on a full disk has no half config, and is whole once there is room', async (context) => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'yard-full-')))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const folder = join(home, 'project')
  mkdirSync(folder)
  const mount = (options: string): void =>
    void execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
  try {
    mount('size=8k')
  } catch {
    return context.skip('nothing can be mounted here')
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]))
  const data = join(home, 'data')
  expect(await initYard(folder, data)).toMatchObject({ ok: false, error: { kind: 'io' } })
  execFileSync('mount', ['-o', 'remount,size=4m', folder])
  expect(await initYard(folder, data)).toMatchObject({ ok: true })
  expect(readFileSync(join(folder, '.yard', 'config.toml'), 'utf8')).toBe(DEFAULT_CONFIG_TEXT)
})
