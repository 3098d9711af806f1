/** A browser that came with a good code stays signed in, in all its tabs, until somebody ends that. */
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isListening, onStage } from './stage.ts'

onStage('a browser that came with a good code', { name: 'two words' }, (stage) => {
  const NO_PAGE = 'the app serves no page'

  test('is signed in in a second tab, by the used address too, and when the host comes back', async (context) => {
    if (!stage.isServed) return context.skip(NO_PAGE)
    const { page, address, yard } = stage
    const tab = await page.context().newPage()
    await tab.goto(new URL('/', address).href)
    await isListening(tab)
    await tab.goto('about:blank')
    await tab.goto(address)
    await isListening(tab)
    expect(await page.context().cookies()).toEqual([])
    await yard.kill()
    await tab.close()
    await yard.start()
    const later = await page.context().newPage()
    await later.goto(new URL('/', address).href)
    await isListening(later)
    await later.close()
  })

  test('is told by a page without a session which command opens it, and sees when its session is ended', async (context) => {
    if (!stage.isServed) return context.skip(NO_PAGE)
    const { page, address, yard } = stage
    const stranger = await page.context().browser()?.newContext()
    if (!stranger) throw new Error('no browser of its own')
    const other = await stranger.newPage()
    const isOut = other.getByRole('heading', { name: 'This address opens nothing any more' })
    await other.goto(address)
    await isOut.waitFor()
    const shown = other.locator('pre').filter({ hasText: '--dir' })
    const command = (await shown.textContent()) ?? ''
    expect(command).toContain(yard.folder)
    const run = async (line: string) =>
      JSON.parse(
        (await promisify(execFile)('/bin/sh', ['-c', line], { cwd: tmpdir(), env: yard.env }))
          .stdout,
      )
    const { pageUrl } = await run(`${command} --json`)
    await other.goto('about:blank')
    await other.goto(pageUrl)
    await isListening(other)
    const [newest] = await run(`${command} --list --json`)
    await run(`${command} --revoke ${newest.id} --json`)
    await isOut.waitFor()
    await other.reload()
    await isOut.waitFor()
    await stranger.close()
    await isListening(page)
  })
})
