/** The app in its real Electron. Nothing here imports `electron`: that would download it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { electronBinary, hasDisplay } from '../../scripts/electron-binary.mjs'
import { createScope, type Scope } from '../../src/base/scope.ts'

const project = resolve(import.meta.dirname, '../..')

export interface AppUnderTest {
  readonly app: ElectronApplication
  /** Its first window, once the page is loaded. */
  firstPage(): Promise<Page>
  /** Quits it. Nobody is there to be asked about agents at work, so they are stopped. */
  close(): Promise<void>
}

const hasXvfb = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'Xvfb')))

/** Why no app can be started on this machine; empty when one can. */
export const whyNoApp =
  electronBinary() === null
    ? 'its binary is not here'
    : hasDisplay() || hasXvfb
      ? ''
      : 'there is neither a display nor Xvfb'

/** `words`: as on its command line. */
export async function startApp(
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<AppUnderTest> {
  const closing = createScope()
  try {
    const display = hasDisplay() ? {} : { DISPLAY: await openDisplay(closing) }
    const app = await _electron.launch({
      executablePath: electronBinary() ?? '',
      args: [project, '--no-sandbox', ...words],
      env: { ...env, ...display },
      colorScheme: 'light',
    })
    closing.add(() => quit(app))
    return { app, firstPage: () => firstPage(app), close: () => closing.close() }
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function firstPage(app: ElectronApplication): Promise<Page> {
  const page = await app.firstWindow()
  await page.waitForURL(/^app:/)
  return page
}

/** Place of “Stop agents” among the answers to the question on the way out. */
const STOP = 1

async function quit(app: ElectronApplication): Promise<void> {
  if (app.process().exitCode !== null) return
  await app.evaluate(({ dialog }, response) => {
    dialog.showMessageBox = async () => ({ response, checkboxChecked: false })
  }, STOP)
  await app.close()
}

/** A display that nobody sees; gives its name. */
async function openDisplay(closing: Scope): Promise<string> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '1', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  closing.add(async () => {
    if (server.exitCode !== null) return
    const exit = once(server, 'exit')
    server.kill()
    await exit
  })
  const [line] = await once(createInterface(server.stdout), 'line')
  return `:${String(line).trim()}`
}
