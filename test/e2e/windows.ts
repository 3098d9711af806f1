/** The kinds of window that there are: Chromium on a page that is served, and the app in Electron where that can be started. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import type { Scope } from '../../src/base/scope.ts'
import {
  chromiumPath,
  launchChromium,
  openWatchedPage,
  watch,
  type WatchedPage,
} from '../support/chromium.ts'
import { startApp, whyNoApp } from './electron-app.ts'

export interface WindowKind {
  /** Whether the page comes from a host of its own, so that other browsers can be opened on it; false in Electron. */
  readonly isServed: boolean
  /** Opens a window; `closing` closes it and throws what its page has complained of. */
  open(wish: WindowWish, closing: Scope): Promise<OpenWindow>
}

export interface WindowWish {
  readonly env: Readonly<Record<string, string>>
  /** For a browser: starts the host and gives the address of its page. */
  readonly serve: () => Promise<string>
  /** For the app: what it is started with. */
  readonly words: readonly string[]
  /** What the browser's user has allowed; the app allows what it allows. */
  readonly permissions?: readonly string[]
}

export interface OpenWindow {
  readonly watched: WatchedPage
  /** Empty in Electron, which serves none. */
  readonly address: string
  /** The text on the clipboard. */
  copied(): Promise<string>
}

/** Registers tests once for each kind of window that this machine has. */
export function inEachWindow(title: string, register: (kind: WindowKind) => void): void {
  const isMissing = chromiumPath === ''
  const why = isMissing ? ' [skipped: it is not on this machine]' : ''
  describe.skipIf(isMissing)(`${title}, in Chromium${why}`, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium()
    })
    afterAll(() => browser.close())
    register({ isServed: true, open: (wish, closing) => openInChromium(browser, wish, closing) })
  })
  // Where there is no app nothing is registered: its own spec says that it is skipped.
  if (whyNoApp !== '') return
  describe(`${title}, in Electron`, () => {
    register({ isServed: false, open: openInElectron })
  })
}

/** As a closer: fails the test by what the page has complained of. */
export const failOnComplaints = ({ complaints }: WatchedPage): void => {
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
}

async function openInChromium(
  browser: Browser,
  wish: WindowWish,
  closing: Scope,
): Promise<OpenWindow> {
  const address = await wish.serve()
  const watched = await openWatchedPage(browser, address)
  closing.add(() => watched.page.context().close())
  closing.add(() => failOnComplaints(watched))
  // An empty list would refuse what a page may do without being permitted.
  if (wish.permissions?.length) await watched.page.context().grantPermissions([...wish.permissions])
  return {
    watched,
    address,
    copied: () => watched.page.evaluate(() => navigator.clipboard.readText()),
  }
}

async function openInElectron({ env, words }: WindowWish, closing: Scope): Promise<OpenWindow> {
  const app = await startApp(env, ...words)
  closing.add(() => app.close())
  const watched = await watch(await app.firstPage())
  closing.add(() => failOnComplaints(watched))
  await watched.page.setViewportSize({ width: 1440, height: 900 })
  return {
    watched,
    address: '',
    copied: () => app.app.evaluate(({ clipboard }) => clipboard.readText()),
  }
}
