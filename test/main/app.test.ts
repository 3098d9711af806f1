import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { DesktopAsk } from '../../src/contract/desktop.ts'
import type { YardClient } from '../../src/desktop/open-yards.ts'
import { readRecentYards } from '../../src/yard/start-screen/recent-yards.ts'
import type { Attention } from '../../src/contract/view.ts'
import {
  app,
  BrowserWindow,
  dialog,
  FakePort,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  protocol,
  session,
  Tray,
  type FakeMenuItem,
} from '../fakes/electron.ts'
import { agentOf, patchOf, summaryOf } from '../support/scripted-host.ts'
import { openApp, senderOf, type AppUnderTest, type ScriptedYard } from './app-under-test.ts'
import { eventually } from '../support/eventually.ts'

let test1: AppUnderTest
let atlas: ScriptedYard
beforeAll(() => {
  test1 = openApp()
  atlas = test1.add('atlas')
})
afterAll(() => test1.close())

const ask = async (url: string, body?: string): Promise<Response> => {
  const more = body === undefined ? {} : { method: 'POST', body }
  const answer = await protocol.handlers.get('app')?.(new Request(url, more))
  if (!answer) throw new Error('app:// is not served')
  return answer
}
const tray = (): Tray => Tray.made[0] as Tray
const item = (label: string): FakeMenuItem | undefined =>
  tray().menu?.items.find((each) => each.label === label)
const first = (): BrowserWindow => BrowserWindow.opened[0] as BrowserWindow
const asksOf = (window: BrowserWindow): unknown[] =>
  window.webContents.sent.map(([, asked]) => asked as DesktopAsk)

test('without a yard the window is sandboxed and shows the app’s own page', async () => {
  await test1.running.open(null)
  expect(first().options['webPreferences']).toMatchObject({
    preload: '/out/preload/index.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
  })
  expect(first().url).toBe('app://yard/index.html')
  first().emit('ready-to-show')
  expect(first().calls).toContain('show')
  expect(item('No yard is open')?.enabled).toBe(false)
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
    'app://yard/%',
    'app://yard/assets/none.js',
    'app://elsewhere/index.html',
  ])
    expect((await ask(url)).status).toBe(404)
})

test('what an agent made is framed under a policy without rights', async () => {
  const html = '<style>p { color: red }</style><p>é'
  expect((await ask('app://yard/frame', 'no JSON')).status).toBe(404)
  const { path } = (await (await ask('app://yard/frame', JSON.stringify({ html }))).json()) as {
    path: string
  }
  const frame = await ask(`app://yard${path}`)
  expect(await frame.text()).toBe(html)
  expect(frame.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none';/)
  expect((await ask(`app://yard${path}x`)).status).toBe(404)
})

test('permissions, devices, downloads, new windows, foreign pages and embedded views are denied', () => {
  const own = session.defaultSession
  const mayGet = (permission: string, origin: string): (boolean | undefined)[] => {
    const answers: (boolean | undefined)[] = [own.onCheck?.(null, permission, `${origin}/`)]
    const details = { requestingUrl: `${origin}/index.html` }
    own.onRequest?.(null, permission, (isAllowed) => answers.push(isAllowed), details)
    return answers
  }
  expect(mayGet('camera', 'app://yard')).toEqual([false, false])
  expect(mayGet('clipboard-read', 'app://yard')).toEqual([false, false])
  expect(mayGet('clipboard-sanitized-write', 'app://yard.evil')).toEqual([false, false])
  // "Copy" in the page.
  expect(mayGet('clipboard-sanitized-write', 'app://yard')).toEqual([true, true])
  expect(own.onDevice?.()).toBe(false)
  const contents = first().webContents
  expect(contents.onOpen({ url: 'javascript:alert(1)' })).toEqual({ action: 'deny' })
  const isPrevented = (fire: (event: object) => void, url = ''): boolean => {
    const preventDefault = vi.fn<() => void>()
    fire({ url, preventDefault })
    return preventDefault.mock.calls.length > 0
  }
  const fires = (name: string) => (event: object) => void contents.emit(name, event)
  expect(isPrevented(fires('will-navigate'), 'https://example.com/')).toBe(true)
  expect(isPrevented(fires('will-navigate'), 'app://yard.evil/')).toBe(true)
  expect(isPrevented(fires('will-navigate'), 'app://yard/index.html')).toBe(false)
  expect(isPrevented(fires('will-redirect'), 'app://yard/index.html')).toBe(true)
  expect(isPrevented(fires('will-attach-webview'))).toBe(true)
  const downloads = (url: string) =>
    isPrevented((event) =>
      own.listeners.get('will-download')?.(event as never, { getURL: () => url }),
    )
  expect(downloads('https://example.com/x')).toBe(true)
  expect(downloads('blob:app://yard.evil/1')).toBe(true)
  expect(downloads('blob:app://yard/1')).toBe(false) // an export
})

test('only the top frame of a page of ours gets a port; without a yard it leads to the start screen', async () => {
  const connect = (senderFrame: object | null, sender: unknown = first().webContents) => {
    const sent: unknown[][] = []
    const frame = senderFrame && {
      ...senderFrame,
      postMessage: (...words: unknown[]) => sent.push(words),
    }
    ipcMain.emit('yardmaster:connect', { senderFrame: frame, sender })
    return sent
  }
  const own = { url: 'app://yard/index.html#/task/a', parent: null }
  expect(connect(null)).toEqual([])
  expect(connect({ ...own, url: 'https://example.com/' })).toEqual([])
  expect(connect({ ...own, parent: {} })).toEqual([])
  expect(connect(own, {})).toEqual([])
  const sent = connect(own)
  expect(sent).toEqual([['yardmaster:port', null, [expect.any(FakePort)]]])
  const [, , ports] = sent[0] as [string, null, [FakePort]]
  const client: YardClient = createORPCClient(new RPCLink({ port: ports[0] }))
  ports[0].start()
  expect(await client.service.hello()).toMatchObject({ root: null })
  await expect(client.service.snapshot()).rejects.toThrow('Not Found')
  // Opening a yard turns this window to it; there is no address to go to.
  expect(await client.startScreen.open({ folder: atlas.root })).toMatchObject({ pageUrl: null })
  ports[0].close()
  const loads = () => first().calls.filter((call) => call.startsWith('load')).length
  expect(loads()).toBe(1)
  test1.clock.advance(50)
  expect(loads()).toBe(2)
  const { event } = senderOf(first())
  ipcMain.emit('yardmaster:connect', event)
  expect(atlas.attached).toHaveLength(1)
  expect(readRecentYards(`${test1.folder}/data`)[0]?.folder).toBe(atlas.root)
  expect(app.recent).toEqual([atlas.root])
})

test('the tray tells the state by its shape, pauses and resumes', async () => {
  await eventually(() => expect(tray().toolTip).toBe('atlas: nobody working'))
  expect(tray().image.path).toMatch(/tray-idle/)
  const agents = { alive: 2, max: 4 }
  atlas.scripted.push(patchOf(1, 1, { summary: summaryOf({ agents }) }))
  await eventually(() => expect(tray().toolTip).toBe('atlas: 2 working'))
  expect(tray().image.path).toMatch(/tray-running/)
  item('Pause')?.click?.()
  await eventually(() => expect(atlas.scripted.asked).toContain('pause'))
  atlas.scripted.push(patchOf(1, 1, { summary: summaryOf({ agents, paused: true }) }))
  await eventually(() => expect(item('Resume')).toBeDefined())
  item('Resume')?.click?.()
  await eventually(() => expect(atlas.asked).toContain('resume'))
})

test('an agent is killed from the tray only after a question', async () => {
  const startedAt = new Date(test1.clock.now() - 90_000).toISOString()
  atlas.scripted.push(patchOf(1, 1, { agents: [agentOf('agent-7', 'paint', { startedAt })] }))
  const agent = () => item('Agents')?.submenu?.[0]
  await eventually(() => expect(agent()?.label).toBe('agent-7 · paint · 1m 30s'))
  test1.clock.advance(10_000)
  expect(agent()?.label).toBe('agent-7 · paint · 1m 40s')
  dialog.answer = 1
  agent()?.submenu?.[0]?.click?.()
  await eventually(() => expect(dialog.asked.at(-1)?.message).toBe('Kill agent-7?'))
  dialog.answer = 0
  agent()?.submenu?.[0]?.click?.()
  await eventually(() => expect(atlas.asked).toEqual(['resume', 'kill agent-7']))
  atlas.scripted.push(patchOf(1, 1, { agents: [agentOf('agent-7', 'paint', { status: 'ended' })] }))
  await eventually(() => expect(item('Agents')?.enabled).toBe(false))
})

test('what needs somebody is on the badge, in the tray and told by the system; each opens the thing', async () => {
  const attention: Attention[] = [
    {
      task: 'paint',
      agent: null,
      kind: 'failed',
      text: 'Paint: exit 1',
      reason: 'exit 1',
      since: '2026-11-21',
    },
  ]
  atlas.scripted.push(patchOf(1, 1, { summary: summaryOf({ attention }) }))
  await eventually(() => expect(app.badge).toBe(1))
  item('Paint: exit 1')?.click?.()
  expect(asksOf(first()).at(-1)).toEqual({ kind: 'navigate', hash: '#/task/paint' })
  const shown = Notification.shown.at(-1)
  expect(shown?.options).toMatchObject({ title: 'atlas', body: 'Paint: exit 1' })
  shown?.emit('action', { actionIndex: 1 })
  await eventually(() => expect(atlas.asked).toContain('retry paint'))
})

test('menus ask the page in front; what it cannot hear yet waits for it', () => {
  const task = Menu.application?.items.find(({ label }) => label === 'Task')
  first().webContents.emit('did-start-loading')
  task?.submenu?.[0]?.click?.()
  const before = asksOf(first()).length
  ipcMain.emit('yardmaster:connect', senderOf(first()).event)
  expect(asksOf(first()).slice(before)).toEqual([{ kind: 'command', id: 'task.add' }])
})

test('an address from outside only navigates, and a hostile one does nothing', () => {
  test1.running.follow('yard://task/paint')
  expect(asksOf(first()).at(-1)).toEqual({ kind: 'navigate', hash: '#/task/paint' })
  const before = asksOf(first()).length
  for (const link of ['yard://task/../kill', 'yard://task/a?do=kill', 'javascript:alert(1)'])
    test1.running.follow(link)
  expect(asksOf(first())).toHaveLength(before)
})

test('two windows show the same yard, and a second yard is held beside the first', async () => {
  const menu = (label: string) =>
    Menu.application?.items[0]?.submenu?.find((each) => each.label === label)
  menu('New Window')?.click?.()
  expect(test1.windows()).toHaveLength(2)
  const bolt = test1.add('bolt')
  await test1.running.open(bolt.root)
  expect(test1.windows()).toHaveLength(3)
  expect(menu('Open Recent')?.submenu?.map(({ label }) => label)).toEqual(['bolt', 'atlas'])
  menu('Open Recent')?.submenu?.[1]?.click?.()
  await eventually(() =>
    expect(readRecentYards(`${test1.folder}/data`)[0]?.folder).toBe(atlas.root),
  )
  expect(test1.windows()).toHaveLength(3)
})

test('a yard that cannot be opened is said, and opens no window', async () => {
  const opened = await test1.running.open('/nowhere')
  expect(opened).toMatchObject({ ok: false, error: { kind: 'no-yard' } })
  expect(test1.windows()).toHaveLength(3)
})

test('the title bar’s overlay follows the theme', () => {
  nativeTheme.shouldUseDarkColors = false
  nativeTheme.emit('updated')
  expect(first().bar).toMatchObject({ color: '#eff1f4', height: 40 })
})

test('closing the windows keeps the yards, and the tray opens a new one', () => {
  item('Quit Window')?.click?.()
  app.emit('window-all-closed')
  expect([test1.windows().length, app.quits, atlas.isClosed]).toEqual([0, 0, false])
  item('Open Yardmaster')?.click?.()
  expect(test1.windows()).toHaveLength(1)
})

test('a yard that was stopped by a client goes with its windows; the others stay', async () => {
  const bolt = [...test1.yards.values()][1] as ScriptedYard
  test1.running.dropped(bolt.root)
  await eventually(() => expect(bolt.isClosed).toBe(true))
  expect(app.quits).toBe(0)
})

test('quitting with agents at work asks; cancelled, everything stays', async () => {
  const agents = { alive: 1, max: 4 }
  atlas.scripted.push(patchOf(1, 1, { summary: summaryOf({ agents }) }))
  await eventually(() => expect(tray().toolTip).toBe('atlas: 1 working'))
  dialog.answer = 2
  item('Stop and Quit…')?.click?.()
  await eventually(() =>
    expect(dialog.asked.at(-1)).toMatchObject({
      message: '1 agent is at work. Quit Yardmaster?',
      buttons: ['Leave running', 'Stop 1 agent', 'Cancel'],
    }),
  )
  await Promise.resolve()
  expect([app.quits, atlas.isClosed]).toEqual([0, false])
})

test('stopped agents are ended before the yard is let go of, and quitting waits for that', async () => {
  const gone = new Promise((resolve) => app.once('fake-gone', resolve))
  dialog.answer = 1
  app.quit()
  expect(app.quits).toBe(0)
  await gone
  expect(atlas.asked).toContain('killAll')
  expect(atlas.isClosed).toBe(true)
  expect(tray().isDestroyed).toBe(true)
})
