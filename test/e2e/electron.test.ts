/** What only the real Electron can show. Skipped, in words, where its binary is not there. */
import { resolve } from 'node:path'
import { _electron, type ElectronApplication } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DESKTOP_CALLS } from '../../src/contract/desktop.ts'
import { electronBinary } from './electron-binary.ts'
import { makeYard, untilTold, type YardUnderTest } from './yard-under-test.ts'

const project = resolve(import.meta.dirname, '../..')
const binary = electronBinary()
if (binary === null)
  process.stderr.write('SKIPPED: the app in Electron, because its binary is not here.\n')

describe.skipIf(binary === null)('the app in Electron', () => {
  let yard: YardUnderTest
  let app: ElectronApplication
  const start = async (...words: string[]): Promise<void> => {
    app = await _electron.launch({
      executablePath: binary ?? '',
      args: [project, '--no-sandbox', ...words],
      env: yard.env,
    })
  }
  beforeEach(async () => {
    yard = await makeYard()
  })
  afterEach(async () => {
    await app.close()
    await yard.close()
  })

  test('shows the yard of a folder, live, from its own scheme', async () => {
    await start(yard.folder)
    const page = await app.firstWindow()
    expect(new URL(page.url()).origin).toBe('app://yard')
    await yard.addTask({ title: 'Greet the world', id: 'greet', exec: untilTold('greet') })
    await page.getByText('Greet the world').first().waitFor()
    await yard.tell('greet')
    await page.getByText('Done', { exact: true }).first().waitFor()
  })

  test('gives the page the calls of the contract and nothing of Node or Electron', async () => {
    await start(yard.folder)
    const page = await app.firstWindow()
    const seen = await page.evaluate(() => ({
      names: Object.keys((globalThis as never as { yardHost: object }).yardHost),
      node: ['require', 'process', 'module', 'Buffer', 'electron'].filter(
        (name) => name in globalThis,
      ),
    }))
    expect(seen.names.toSorted()).toEqual(
      [...DESKTOP_CALLS, 'connect', 'onAsk', 'platform'].toSorted(),
    )
    expect(seen.node).toEqual([])
    const isEvalDead = await page.evaluate(() => {
      try {
        return new Function('return false')()
      } catch {
        return true
      }
    })
    expect(isEvalDead).toBe(true)
  })

  test('keeps the yard when its window is closed', async () => {
    await start(yard.folder)
    const page = await app.firstWindow()
    await page.close()
    await yard.addTask({ title: 'Afterwards', id: 'afterwards', paused: true })
    const count = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
    expect(count).toBe(0)
  })

  test('shows the lobby where no yard is named', async () => {
    await start('--welcome')
    const page = await app.firstWindow()
    const example = page.getByRole('button', { name: /example/i })
    await example.waitFor()
    expect(await example.isEnabled()).toBe(true)
  })
})
