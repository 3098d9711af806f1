import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onStage } from './stage.ts'

onStage('a host that goes away and comes back', { name: 'atlas' }, (stage) => {
  const button = (name: string) => stage.page.getByRole('button', { name, exact: true })
  const lost = () => stage.page.getByText('The connection to the yard is lost. Agents go on.')

  /** How often the journal of the yard says it. */
  const told = async (event: string): Promise<number> => {
    const state = JSON.parse(
      await readFile(join(stage.yard.folder, '.yard/service/state.json'), 'utf8'),
    )
    const answer = await fetch(new URL('/api/journal?limit=1000', state.url), {
      headers: { authorization: `Bearer ${state.token}`, origin: state.url },
    })
    const rows: { event: string }[] = await answer.json()
    return rows.filter((row) => row.event === event).length
  }

  test('a command given meanwhile waits in sight and lands once', async (context) => {
    if (!stage.isServed) return context.skip('the app is its own host')
    const { page, yard } = stage
    await button('Pause').waitFor()
    await yard.kill()
    await lost().waitFor()
    await button('Pause').click()
    await page.getByText('1 command waits and is sent once it is back.').waitFor()
    expect(await button('Pause').getAttribute('aria-busy')).toBe('true')
    await yard.start()
    await button('Resume').waitFor()
    await lost().waitFor({ state: 'hidden' })
    expect(await told('yard.paused')).toBe(1)
    expect(await page.getByText(/Not sent/).count()).toBe(0)
  })

  test('after ten seconds it says that it was not sent, and sends it again when told to', async (context) => {
    if (!stage.isServed) return context.skip('the app is its own host')
    const { page, yard } = stage
    await button('Pause').waitFor()
    await yard.kill()
    await lost().waitFor()
    await button('Pause').click()
    await page.getByText(/^Not sent: the yard does not answer/).waitFor()
    expect(await button('Pause').getAttribute('aria-busy')).not.toBe('true')
    await yard.start()
    await lost().waitFor({ state: 'hidden' })
    expect(await told('yard.paused')).toBe(0)
    await button('Send again').click()
    await button('Resume').waitFor()
    expect(await told('yard.paused')).toBe(1)
    expect(await page.getByText(/^Not sent/).count()).toBe(0)
  })
})
