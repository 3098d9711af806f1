/**
 * Where a spec plays: a fresh yard and the window on it, in Chromium (page served by `yard serve`) and, where it can be
 * started, in the Electron app. Whatever the page complains of (errors, breaches of its policy) fails the test.
 */
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createScope, type Scope } from '../../src/base/scope.ts'
import { openWatchedPage, type WatchedPage } from '../support/chromium.ts'
import { standIn } from './stand-in.ts'
import { failOnComplaints, inEachWindow, type OpenWindow, type WindowKind } from './windows.ts'
import { makeYard, type YardUnderTest } from './yard-under-test.ts'

/** Can be taken apart where the tests are registered, but for `address`: each name means what plays when it is used. */
export interface Stage {
  readonly yard: YardUnderTest
  readonly page: Page
  /** Where the page is served, with its one-use code; empty in Electron, which serves none. */
  readonly address: string
  /** False in Electron: no host can be killed under its page, no second browser opened on it, no download seen. */
  readonly isServed: boolean
  inspector(): Locator
  /** By the fragment of the address, as a link would; resolves once the page has drawn it. */
  goTo(hash: string): Promise<void>
  /** Loads the page anew, and waits until it listens. */
  reload(): Promise<void>
  /** Another page of the same browser; it is closed, and fails the test by its complaints, as the first one. */
  openAnother(address: string): Promise<WatchedPage>
  /** By how many px the page is wider than its window. */
  overflow(): Promise<number>
  /** The text on the clipboard; a browser must be permitted to read it. */
  copied(): Promise<string>
}

export interface StageSetting {
  /** Of the yard, as the page shows it; default `yard`. */
  readonly name?: string
  /** One yard and one page for the whole file, or fresh ones for each test (the default). */
  readonly per?: 'test' | 'file'
  /** Milliseconds that each act on the page may take; Playwright's 30 s unless told. */
  readonly patience?: number
  /** What the browser's user has allowed. */
  readonly permissions?: readonly string[]
  /** Before any host is there. */
  readonly furnish?: (yard: YardUnderTest) => Promise<unknown>
  /** After the host is up; in a browser before the page is opened. */
  readonly prepare?: (yard: YardUnderTest) => Promise<unknown>
  /** Once the page shows the yard and listens. */
  readonly ready?: (page: Page) => Promise<unknown>
}

interface Scene extends OpenWindow {
  readonly yard: YardUnderTest
}

/** For specs that look at what was copied. */
export const CLIPBOARD = ['clipboard-read', 'clipboard-write'] as const

/** Registers `body`'s tests once for each kind of window that this machine has. */
export function onStage(title: string, setting: StageSetting, body: (stage: Stage) => void): void {
  inEachWindow(title, (kind) => register(kind, setting, body))
}

function register(kind: WindowKind, setting: StageSetting, body: (stage: Stage) => void): void {
  let closing = createScope()
  let playing: Scene | null = null
  const scene = (): Scene => {
    if (playing === null) throw new Error('the play has not begun')
    return playing
  }
  const begin = async (): Promise<void> => {
    closing = createScope()
    playing = await open(kind, setting, closing)
    playing.watched.page.setDefaultTimeout(setting.patience ?? 30_000)
    await isListening(playing.watched.page)
    await setting.ready?.(playing.watched.page)
  }
  const end = async (): Promise<void> => {
    playing = null
    await closing.close()
  }
  if (setting.per === 'file') {
    beforeAll(begin)
    afterEach(() => failOnComplaints(scene().watched))
    afterAll(end)
  } else {
    beforeEach(begin)
    afterEach(end)
  }
  body({
    yard: standIn(() => scene().yard),
    page: standIn(() => scene().watched.page),
    get address() {
      return scene().address
    },
    isServed: kind.isServed,
    inspector: () => scene().watched.page.getByRole('complementary', { name: 'Task' }),
    goTo: (hash) => scene().watched.page.evaluate(followLink, hash),
    async reload() {
      const { page } = scene().watched
      await page.reload()
      await isListening(page)
    },
    openAnother: (address) => openAnother(scene().watched.page, address, closing),
    overflow: () =>
      scene().watched.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    copied: () => scene().copied(),
  })
}

async function open(kind: WindowKind, setting: StageSetting, closing: Scope): Promise<Scene> {
  const yard = await makeYard(setting.name)
  closing.add(() => yard.close())
  await setting.furnish?.(yard)
  const serve = async (): Promise<string> => {
    const address = await yard.start()
    await setting.prepare?.(yard)
    return address
  }
  const { env, folder } = yard
  const { permissions = [] } = setting
  const opened = await kind.open({ env, words: [folder], serve, permissions }, closing)
  if (kind.isServed) return { ...opened, yard }
  // The app is the host itself; what it left alive would write into a folder that is removed.
  closing.add(async () => void (await yard.post('/agents/kill', { force: true })))
  await setting.prepare?.(yard)
  return { ...opened, yard }
}

/** Before that a key means nothing, and a fragment would go the way of the one-use code, which is taken out of the address. */
export async function isListening(page: Page): Promise<void> {
  await page.getByRole('contentinfo', { name: 'Status' }).getByText('Connected').waitFor()
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done, { timeout: 2000 })))
}

async function openAnother(page: Page, address: string, closing: Scope): Promise<WatchedPage> {
  const browser = page.context().browser()
  if (browser === null) throw new Error('this window has no browser of its own')
  const watched = await openWatchedPage(browser, address)
  closing.add(() => watched.page.context().close())
  closing.add(() => failOnComplaints(watched))
  return watched
}

/** Runs in the page. */
const followLink = (hash: string): Promise<void> =>
  new Promise((resolve) => {
    const onceDrawn = (): void =>
      void requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
    if (location.hash === hash) return onceDrawn()
    addEventListener('hashchange', onceDrawn, { once: true })
    location.hash = hash
  })
