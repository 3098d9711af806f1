/** A real Chromium, and pages that write down every breach of their content security policy. */
import { chromium, type Browser, type Page } from 'playwright-core'

/** Set by the test configuration; empty where there is no Chromium. */
export const chromiumPath = process.env['CHROME_PATH'] ?? ''

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

export interface WatchedPage {
  readonly page: Page
  /** Breaches of the policy and uncaught errors so far; both must stay empty. */
  readonly complaints: readonly string[]
}

export async function openWatchedPage(
  browser: Browser,
  url: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<WatchedPage> {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } })
  const watched = await watch(await context.newPage())
  await watched.page.goto(url)
  return watched
}

/** Writes down what the page complains of; breaches of its policy from its next load on. */
export async function watch(page: Page): Promise<WatchedPage> {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  await page.exposeFunction('complain', (text: string) => complaints.push(text))
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (e) => complain(e.violatedDirective + ' ' + e.blockedURI))`,
  )
  return { page, complaints }
}
