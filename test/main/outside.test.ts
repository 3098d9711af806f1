import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { outsideAddress } from '../../src/desktop/outside.ts'
import { openOutside, rootOfPageUrl } from '../../src/main/outside.ts'
import { yardPaths } from '../../src/config/paths.ts'
import { app, dialog, shell, Tray, type BrowserWindow } from '../fakes/electron.ts'
import { patchOf, summaryOf } from '../support/scripted-host.ts'
import { openApp, type AppUnderTest } from './app-under-test.ts'
import { eventually } from '../support/eventually.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'yard-outside-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A yard with a state file, as its service leaves it. */
function served(name: string, url: string): string {
  const root = join(folder, name)
  const { service } = yardPaths(root)
  mkdirSync(service.folder, { recursive: true })
  const state = { pid: 1, url, token: 't', startedAt: '', version: '1', host: 'service' }
  writeFileSync(service.state, JSON.stringify(state))
  return root
}

describe('an address that a page wants to go to', () => {
  test('is known by the yard that is served there, and by nothing else', () => {
    const atlas = served('atlas', 'http://127.0.0.1:4001')
    const bolt = served('bolt', 'http://127.0.0.1:4002')
    const folders = [atlas, bolt, join(folder, 'none')]
    expect(rootOfPageUrl('http://127.0.0.1:4002/#code=x', folders)).toBe(bolt)
    for (const url of [
      'http://127.0.0.1:4003/#code=x',
      'http://localhost:4001/',
      'https://127.0.0.1:4001/',
      'http://127.0.0.1:4001@evil.example/',
      'file:///etc/passwd',
      'not an address',
    ])
      expect(rootOfPageUrl(url, folders)).toBeNull()
  })
})

describe('a link that leads out of the app', () => {
  beforeEach(() => {
    dialog.asked.length = 0
    shell.outside.length = 0
    dialog.answer = 0
  })

  test('opens in the browser once the person has agreed to the whole address', async () => {
    await openOutside('https://example.com/a?b=c')
    expect(dialog.asked.map(({ detail }) => detail)).toEqual(['https://example.com/a?b=c'])
    expect(shell.outside).toEqual(['https://example.com/a?b=c'])
    dialog.answer = 1
    await openOutside('https://example.com/')
    expect(shell.outside).toHaveLength(1)
  })

  test('a page that asks for many windows gets one question', async () => {
    await Promise.all([openOutside('https://a.example/'), openOutside('https://b.example/')])
    expect(dialog.asked).toHaveLength(1)
  })

  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'app://yard/index.html',
    'yard://task/a',
    'smb://host/share',
    'https://bank.example@evil.example/',
    `https://example.com/${'a'.repeat(600)}`,
    'not an address',
  ])('%s goes nowhere and asks nothing', async (address) => {
    expect(outsideAddress(address)).toBeNull()
    await openOutside(address)
    expect([dialog.asked, shell.outside]).toEqual([[], []])
  })
})

describe('in the app', () => {
  let open: AppUnderTest
  let window: BrowserWindow
  beforeAll(async () => {
    open = openApp()
    await open.running.open(open.add('atlas').root)
    window = open.windows()[0] as BrowserWindow
  })
  afterAll(() => open.close())
  const atlas = () => [...open.yards.values()][0]
  const graphIn = (name: string, text: string): string => {
    const file = join(atlas()?.root ?? '', name)
    writeFileSync(file, text)
    return file
  }
  const GRAPH = '[[task]]\nid = "a"\ntitle = "A"\nexec = "true"\n'

  test('a graph file is added only after a question', async () => {
    const file = graphIn('plan.yard.toml', GRAPH)
    dialog.answer = 1
    await open.running.openFile(file)
    expect(dialog.asked.at(-1)?.message).toBe('Add 1 task of plan.yard.toml to atlas?')
    expect(atlas()?.asked).toEqual([])
    dialog.answer = 0
    await open.running.openFile(file)
    expect(atlas()?.asked).toEqual(['import 1'])
  })

  test('one that is broken, gone, or lies in no yard is said, and adds nothing', async () => {
    await open.running.openFile(graphIn('broken.yard.toml', '[[task]\n'))
    expect(dialog.errors.at(-1)).toContain('broken.yard.toml: line 1')
    await open.running.openFile(join(atlas()?.root ?? '', 'none.yard.toml'))
    expect(dialog.errors.at(-1)).toContain('cannot be read')
    writeFileSync(join(folder, 'far.yard.toml'), GRAPH)
    await open.running.openFile(join(folder, 'far.yard.toml'))
    expect(dialog.errors.at(-1)).toContain('lies in no yard')
    expect(atlas()?.asked).toEqual(['import 1'])
  })

  test('a page that is sent to another yard’s service stays, and its window joins that yard', async () => {
    const bolt = open.add('bolt')
    await open.running.open(bolt.root) // it is one of the person's own from now on
    const { service } = yardPaths(bolt.root)
    mkdirSync(service.folder, { recursive: true })
    const state = { pid: 1, url: 'http://127.0.0.1:4009', token: 't', startedAt: '' }
    writeFileSync(service.state, JSON.stringify({ ...state, version: '1', host: 'service' }))
    const loads = () => window.calls.filter((call) => call.startsWith('load')).length
    const go = (url: string): boolean => {
      const preventDefault = vi.fn<() => void>()
      window.webContents.emit('will-navigate', { url, preventDefault })
      return preventDefault.mock.calls.length > 0
    }
    const before = loads()
    expect(go('http://127.0.0.1:4999/#code=x')).toBe(true)
    expect(go('http://127.0.0.1:4009/#code=x')).toBe(true)
    await eventually(() => {
      open.clock.advance(50)
      expect(loads()).toBe(before + 1)
    })
    expect(window.url).toBe('app://yard/index.html')
  })

  const setAlive = async (alive: number): Promise<void> => {
    const yard = atlas()
    if (!yard) throw new Error('no yard')
    yard.scripted.push(patchOf(1, 1, { summary: summaryOf({ agents: { alive, max: 4 } }) }))
    await eventually(() => expect(Tray.made[0]?.toolTip).toContain(`atlas: ${alive} working`))
  }

  test('an app whose only yards are joined quits without a question', async () => {
    for (const yard of open.yards.values()) yard.kind = 'joined'
    await setAlive(2)
    const asked = dialog.asked.length
    const gone = new Promise((resolve) => app.once('fake-gone', resolve))
    app.quit()
    await gone
    expect(dialog.asked).toHaveLength(asked)
  })
})
