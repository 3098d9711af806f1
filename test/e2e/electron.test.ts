/** What only the real Electron can show. Skipped, in words, where no app can be started. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DESKTOP_CALLS } from '../../src/contract/desktop.ts'
import { startApp, whyNoApp, type AppUnderTest } from './electron-app.ts'
import { makeYard, untilTold, type YardUnderTest } from './yard-under-test.ts'

if (whyNoApp !== '') process.stderr.write(`SKIPPED: the app in Electron, because ${whyNoApp}.\n`)

const why = whyNoApp === '' ? '' : ` [skipped: ${whyNoApp}]`
describe.skipIf(whyNoApp !== '')(`the app in Electron${why}`, () => {
  let yard: YardUnderTest
  let running: AppUnderTest
  const start = async (...words: string[]): Promise<void> => {
    running = await startApp(yard.env, ...words)
  }
  beforeEach(async () => {
    yard = await makeYard()
  })
  afterEach(async () => {
    await running.close()
    await yard.close()
  })

  test('shows the yard of a folder, live, from its own scheme', async () => {
    await start(yard.folder)
    const page = await running.firstPage()
    expect(new URL(page.url()).origin).toBe('app://yard')
    await yard.addTask({ title: 'Greet the world', id: 'greet', exec: untilTold('greet') })
    await page.getByText('Greet the world').first().waitFor()
    await yard.tell('greet')
    await page.getByText('Done', { exact: true }).first().waitFor()
  })

  test('gives the page the calls of the contract and nothing of Node or Electron', async () => {
    await start(yard.folder)
    const page = await running.firstPage()
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
    const page = await running.firstPage()
    await page.close()
    await yard.addTask({ title: 'Afterwards', id: 'afterwards', paused: true })
    const count = await running.app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows().length,
    )
    expect(count).toBe(0)
  })

  test('shows the start screen where no yard is named', async () => {
    await start('--welcome')
    const page = await running.firstPage()
    const example = page.getByRole('button', { name: /example/i })
    await example.waitFor()
    expect(await example.isEnabled()).toBe(true)
  })
})
