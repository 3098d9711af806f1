import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { RPCHandler } from '@orpc/server/message-port'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { startApp } from '../../src/main/start-app.ts'
import { declareScheme } from '../../src/main/page.ts'
import type { YardClient, YardHost } from '../../src/main/yard-host.ts'
import {
  app,
  BrowserWindow,
  FakePort,
  ipcMain,
  Menu,
  protocol,
  session,
  Tray,
} from '../fakes/electron.ts'
import { createScriptedHost, patchOf, snapshotOf, summaryOf } from '../support/scripted-host.ts'

const scripted = createScriptedHost(snapshotOf(1, []))
const channel = new MessageChannel()
const attached: unknown[] = []
const closeHost = vi.fn<() => Promise<void>>(async () => channel.port1.close())
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yard-app-'))
  await mkdir(join(folder, 'page/assets'), { recursive: true })
  await writeFile(join(folder, 'page/index.html'), '<title>page</title>')
  await writeFile(join(folder, 'secret.html'), 'outside of the page')
  new RPCHandler(scripted.router).upgrade(channel.port1)
  channel.port1.start()
  channel.port2.start()
  const client: YardClient = createORPCClient(new RPCLink({ port: channel.port2 }))
  const host: YardHost = {
    kind: 'owner',
    attach: (port) => void attached.push(port),
    connect: async () => ({ client, closed: new Promise(() => {}) }),
    close: closeHost,
  }
  declareScheme()
  startApp({
    host,
    name: 'atlas',
    renderer: join(folder, 'page'),
    preload: '/out/preload/index.cjs',
    resources: '/resources',
    clock: systemClock,
    log: silentLog,
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const ask = async (url: string): Promise<Response> => {
  const answer = await protocol.handlers.get('app')?.(new Request(url))
  if (!answer) throw new Error('app:// is not served')
  return answer
}
const tray = (): Tray => Tray.made[0] as Tray

test('the window is sandboxed and shows the app’s own page', () => {
  const window = BrowserWindow.opened[0]
  expect(window?.options['webPreferences']).toMatchObject({
    preload: '/out/preload/index.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
  })
  expect(window?.url).toBe('app://yard/index.html')
  window?.emit('ready-to-show')
  expect(window?.calls).toEqual(['show'])
})

test('the page comes with a strict policy, and nothing outside of it is served', async () => {
  expect(protocol.schemes).toMatchObject([{ scheme: 'app', privileges: { secure: true } }])
  const page = await ask('app://yard/index.html')
  expect(await page.text()).toContain('page')
  const policy = page.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe/)
  for (const url of [
    'app://yard/..%2fsecret.html',
    'app://yard/%2e%2e/secret.html',
    'app://yard/assets/none.js',
    'app://elsewhere/index.html',
  ])
    expect((await ask(url)).status).toBe(404)
})

test('permissions, new windows, foreign pages and embedded views are denied', () => {
  const answers: boolean[] = []
  session.defaultSession.onRequest?.(null, 'camera', (isAllowed) => answers.push(isAllowed))
  expect([...answers, session.defaultSession.onCheck?.()]).toEqual([false, false])
  const listeners = new Map<string, (event: { url: string; preventDefault(): void }) => void>()
  let onOpen = (): unknown => null
  app.emit('web-contents-created', null, {
    setWindowOpenHandler: (handler: () => unknown) => (onOpen = handler),
    on: (name: string, listener: never) => listeners.set(name, listener),
  })
  expect(onOpen()).toEqual({ action: 'deny' })
  const isPrevented = (name: string, url: string): boolean => {
    const preventDefault = vi.fn<() => void>()
    listeners.get(name)?.({ url, preventDefault })
    return preventDefault.mock.calls.length > 0
  }
  expect(isPrevented('will-navigate', 'https://example.com/')).toBe(true)
  expect(isPrevented('will-navigate', 'app://yard.evil/')).toBe(true)
  expect(isPrevented('will-navigate', 'app://yard/index.html')).toBe(false)
  expect(isPrevented('will-attach-webview', '')).toBe(true)
})

test('only the top frame of the page itself gets a port', () => {
  const connect = (frame: object | null): unknown[] => {
    const sent: unknown[] = []
    const senderFrame = frame && {
      ...frame,
      postMessage: (...words: unknown[]) => sent.push(words),
    }
    ipcMain.emit('yardmaster:connect', { senderFrame })
    return sent
  }
  expect(connect(null)).toEqual([])
  expect(connect({ url: 'https://example.com/', parent: null })).toEqual([])
  expect(connect({ url: 'app://yard/index.html', parent: {} })).toEqual([])
  expect(attached).toEqual([])
  const sent = connect({ url: 'app://yard/index.html#/task/a', parent: null })
  expect(sent).toEqual([['yardmaster:port', null, [expect.any(FakePort)]]])
  expect(attached).toHaveLength(1)
  for (const port of attached) if (port instanceof FakePort) port.close()
})

test('the tray tells the state by its shape and pauses the yard', async () => {
  await vi.waitFor(() => expect(tray().toolTip).toBe('atlas: nobody working'))
  expect(tray().image.path).toMatch(/tray-idle/)
  scripted.push(patchOf(1, 1, { summary: summaryOf({ agents: { alive: 2, max: 4 } }) }))
  await vi.waitFor(() => expect(tray().toolTip).toBe('atlas: 2 working'))
  expect(tray().image.path).toMatch(/tray-running/)
  tray()
    .menu?.items.find((item) => item.label === 'Pause')
    ?.click?.()
  await vi.waitFor(() => expect(scripted.asked).toContain('pause'))
})

test('closing the window keeps the yard, and the tray opens a new one', () => {
  BrowserWindow.opened[0]?.emit('closed')
  app.emit('window-all-closed')
  expect(app.quits).toBe(0)
  tray()
    .menu?.items.find((item) => item.label === 'Open Yardmaster')
    ?.click?.()
  expect(BrowserWindow.opened).toHaveLength(2)
  app.emit('second-instance')
  expect(BrowserWindow.opened).toHaveLength(2)
  expect(Menu.application).not.toBeNull()
})

test('quitting waits until the yard is let go of', async () => {
  const gone = new Promise((resolve) => app.once('fake-gone', resolve))
  app.quit()
  expect(app.quits).toBe(0)
  await gone
  expect(closeHost).toHaveBeenCalledOnce()
  expect(tray().isDestroyed).toBe(true)
})
