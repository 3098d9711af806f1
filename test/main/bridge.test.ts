import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DESKTOP_CALLS } from '../../src/contract/desktop.ts'
import { channelOf } from '../../src/main/bridge.ts'
import {
  app as electron,
  dialog,
  ipcMain,
  nativeTheme,
  shell,
  type BrowserWindow,
} from '../fakes/electron.ts'
import { openApp, senderOf, type AppUnderTest } from './app-under-test.ts'

let app: AppUnderTest
let window: BrowserWindow
let root: string
beforeAll(async () => {
  app = openApp()
  root = app.add('atlas').root
  await app.running.open(root)
  window = app.windows()[0] as BrowserWindow
})
afterAll(() => app.close())
beforeEach(() => {
  shell.opened.length = 0
  shell.shown.length = 0
  shell.outside.length = 0
})

const call = (name: string, ...words: unknown[]) => callFrom(senderOf(window).event, name, ...words)
async function callFrom(event: object, name: string, ...words: unknown[]): Promise<unknown> {
  const handler = ipcMain.handlers.get(channelOf(name as never))
  if (!handler) throw new Error(`nobody answers ${name}`)
  return handler(event, ...words)
}

test('exactly the calls of the contract are answered', () => {
  expect([...ipcMain.handlers.keys()].toSorted()).toEqual(DESKTOP_CALLS.map(channelOf).toSorted())
})

test('nobody but the top frame of our own page is answered', async () => {
  const { event } = senderOf(window)
  const strangers = [
    { ...event, senderFrame: null },
    { ...event, senderFrame: { ...event.senderFrame, parent: {} } },
    { ...event, senderFrame: { ...event.senderFrame, url: 'https://evil.example/' } },
    { ...event, senderFrame: { ...event.senderFrame, url: 'app://yard.evil/index.html' } },
    { ...event, sender: {} },
  ]
  for (const stranger of strangers)
    for (const name of DESKTOP_CALLS)
      await expect(callFrom(stranger, name)).rejects.toThrow('refused')
})

test.each([
  ['setPreferences'],
  ['setPreferences', { notifyFailed: 'yes' }],
  ['setPreferences', { __proto__: null, other: true }],
  ['setPreferences', {}, 'more'],
  ['reveal'],
  ['reveal', ''],
  ['reveal', 7],
  ['reveal', 'x'.repeat(5000)],
  ['openFolder', '/'],
  ['openFolder', '/', 'shell'],
  ['chooseFolder', '/'],
  ['installUpdate', true],
  ['setTheme', 'pink'],
  ['setTheme'],
  ['keys', 'all'],
  ['keepKey', 'LLM_KEY'],
  ['keepKey', 'LLM_KEY', 7],
  ['keepKey', 'LLM_KEY', 'x'.repeat(20_000)],
  ['keepKey', 'X'.repeat(300), 'value'],
  ['removeKey'],
  ['removeKey', { name: 'LLM_KEY' }],
])('refuses %s with %j', async (name, ...words) => {
  await expect(call(name, ...words)).rejects.toThrow('refused')
})

test('a folder is chosen by the person', async () => {
  dialog.folder = '/home/p/atlas'
  expect(await call('chooseFolder')).toBe('/home/p/atlas')
  dialog.folder = null
  expect(await call('chooseFolder')).toBeNull()
})

test('preferences are kept, each on its own', async () => {
  expect(await call('preferences')).toEqual({
    notifyNeedsYou: true,
    notifyFailed: true,
    notifyAllDone: true,
    openAtLogin: false,
  })
  await call('setPreferences', { notifyFailed: false, openAtLogin: true })
  expect(await call('preferences')).toMatchObject({
    notifyNeedsYou: true,
    notifyFailed: false,
    openAtLogin: true,
  })
})

test('the window’s own parts look as the page does, also at the next start', async () => {
  await call('setTheme', 'light')
  expect(nativeTheme.themeSource).toBe('light')
  const kept = JSON.parse(readFileSync(join(app.folder, 'data/app.json'), 'utf8'))
  expect(kept.theme).toBe('light')
})

test('keys are kept and removed, counted at once by the yards, and told by their names', async () => {
  const mine = { refusal: null, problem: null, keys: [{ name: 'LLM_KEY', state: 'used' }] }
  expect(await call('keepKey', 'LLM_KEY', 'value-of-llm-key')).toEqual(mine)
  expect(await call('keys')).toEqual(mine)
  expect(app.env['LLM_KEY']).toBe('value-of-llm-key')
  await expect(call('keepKey', 'LD_PRELOAD', '/tmp/evil.so')).rejects.toThrow('LD_PRELOAD is no')
  expect(await call('removeKey', 'LLM_KEY')).toMatchObject({ keys: [] })
  expect('LLM_KEY' in app.env).toBe(false)
})

test('without a release channel there are no updates', async () => {
  for (const name of ['updateState', 'checkForUpdate', 'downloadUpdate', 'cancelUpdate'])
    expect(await call(name)).toEqual({ kind: 'off' })
  expect(await call('installUpdate')).toBeUndefined()
})

test('the command line is installed and says where', async () => {
  expect(await call('installCommandLine')).toEqual({ ok: true, message: 'Wrote /bin/yard.' })
})

test('only our own text files are opened; everything else of the yard is shown where it lies', async () => {
  const at = (path: string): string => join(root, path)
  mkdirSync(at('.yard/agents/agent-1'), { recursive: true })
  mkdirSync(at('.yard/service'), { recursive: true })
  for (const path of ['.yard/config.toml', '.yard/service/service.log', 'run.sh'])
    writeFileSync(at(path), '')
  expect(await call('reveal', at('.yard/config.toml'))).toBe(true)
  expect(await call('reveal', at('.yard/service/service.log'))).toBe(true)
  expect(shell.opened).toHaveLength(2)
  expect(await call('reveal', at('.yard/agents/agent-1'))).toBe(true)
  expect(await call('reveal', at('run.sh'))).toBe(true)
  expect([shell.opened.length, shell.shown.length]).toEqual([2, 2])
})

test('a folder of the yard opens in the editor by its link, no other folder does', async () => {
  const worktree = join(root, '.yard/worktrees/one')
  mkdirSync(worktree, { recursive: true })
  expect(await call('openFolder', worktree, 'editor')).toContain('No editor')
  electron.protocols.add('vscode://')
  expect(await call('openFolder', worktree, 'editor')).toBeNull()
  expect(shell.outside).toEqual([`vscode://file${realpathSync(worktree)}`])
  for (const path of [tmpdir(), join(root, 'none')])
    expect(await call('openFolder', path, 'terminal')).toContain('not part of this yard')
  expect(shell.outside).toHaveLength(1)
})

test('a program behind the name of the configuration is not run', async () => {
  const config = join(root, '.yard/config.toml')
  mkdirSync(join(root, '.yard'), { recursive: true })
  rmSync(config, { force: true })
  writeFileSync(join(root, 'run.desktop'), '')
  symlinkSync(join(root, 'run.desktop'), config)
  expect(await call('reveal', config)).toBe(true)
  expect([shell.opened.length, shell.shown.length]).toEqual([0, 1])
})

test('nothing outside of the yard is shown, whatever the path looks like', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'yard-outside-'))
  try {
    writeFileSync(join(outside, 'x'), '')
    symlinkSync(outside, join(root, 'link'))
    const ways = [join(outside, 'x'), join(root, '../secret.html'), join(root, 'link/x')]
    for (const path of [...ways, join(root, 'none'), 'relative', '/'])
      expect(await call('reveal', path)).toBe(false)
    expect([...shell.opened, ...shell.shown]).toEqual([])
  } finally {
    rmSync(outside, { recursive: true, force: true })
  }
})
