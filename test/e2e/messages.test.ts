/** Messages in the window, against a real host: a member's turn, a dead letter, a job, and a token, by programs of a line or two. */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { CLIPBOARD, onStage } from './stage.ts'
import type { YardUnderTest } from './yard-under-test.ts'

/** `back-end` works until it is told; `flaky` fails until it is told; nobody is anywhere asked. */
const CONFIG = `
[executors.waits]
type = "command"
command = ["sh", "-c", "until [ -e told-back ]; do sleep 0.05; done"]

[executors.fails]
type = "command"
command = ["sh", "-c", "[ -e told-flaky ] || { echo no compiler; exit 3; }"]

[members.back-end]
executor = "waits"

[members.flaky]
executor = "fails"
tries = 1

[members.ada]
person = true

[jobs.nightly]
member = "back-end"
message = "Look at the **night**."
schedule = "0 7 * * 1-5"
missed = "skip"
`

const furnish = (yard: YardUnderTest): Promise<void> =>
  appendFile(join(yard.folder, '.yard/config.toml'), CONFIG)

onStage('messages', { name: 'atlas', permissions: CLIPBOARD, furnish }, (stage) => {
  const { copied, goTo, inspector, overflow, page, yard } = stage
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name })
  const row = (name: string): Locator => page.getByRole('row').filter({ hasText: name })
  const panel = (name: string): Locator => page.getByRole('complementary', { name })
  const deliveries = (of: Locator): Locator => of.getByRole('list', { name: 'Deliveries' })
  const send = (to: string, text: string, more = {}): Promise<unknown> =>
    yard.post('/message', { to: [to], text, ...more })

  test('a message is written, wakes its member, and is closed by its turn', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.getByRole('main', { name: 'Messages' }).waitFor()
    await row('back-end').getByText('Idle').waitFor()
    await button('Write').click()
    const form = page.getByRole('form', { name: 'New message' })
    await form.getByRole('combobox', { name: /^To/ }).fill('back-end')
    await form.getByText('Wakes back-end now').waitFor()
    await form.getByRole('textbox', { name: 'Text' }).fill('Use `docs/schema.md` <b>now</b>')
    await page.keyboard.press('Control+Enter')
    const thread = panel('person to back-end')
    await deliveries(thread)
      .getByText(/^With agent-/)
      .waitFor()
    await row('back-end')
      .getByText(/^Working, agent-/)
      .waitFor()
    await thread.getByText('<b>now</b>').waitFor()
    expect(await thread.locator('.mail-text code').textContent()).toBe('docs/schema.md')
    // What its turn says is read beside it.
    await row('back-end')
      .getByRole('button', { name: /^Working, agent-/ })
      .click()
    await inspector().getByRole('heading', { name: 'back-end' }).waitFor()
    await inspector()
      .getByRole('region', { name: /^Output of agent-/ })
      .waitFor()
    await inspector().getByRole('button', { name: 'Close inspector' }).click()
    await inspector().waitFor({ state: 'detached' })
    // What comes while it works is read after.
    await thread.getByRole('textbox', { name: 'Message to back-end' }).fill('And the tests')
    await thread.getByText(/back-end is busy: after agent-/).waitFor()
    await thread.getByRole('button', { name: /^Send/ }).click()
    await deliveries(thread).nth(1).getByText('Waits').waitFor()
    await yard.tell('back')
    await deliveries(thread).nth(0).getByText('Handled').waitFor()
    await deliveries(thread).nth(1).getByText('Handled').waitFor()
    await row('back-end').getByText('Idle').waitFor()
    await page.keyboard.press('Escape')
    await thread.waitFor({ state: 'detached' })
    await button(/person → back-end/).press('Enter')
    await thread.waitFor()
  })

  test('a dead letter shows why in Attention, is sent anew, and is handled', async () => {
    await send('flaky', 'Build it')
    await goTo('#/attention')
    const dead = page.getByRole('listitem', { name: 'Dead letter: person → flaky' })
    await dead.getByText(/It exited with 3|exited with 3/).waitFor()
    await dead.getByRole('button', { name: /^Show/ }).click()
    const thread = panel('person to flaky')
    await deliveries(thread).getByText('Dead').waitFor()
    await page.getByRole('radio', { name: 'Dead' }).click()
    await button(/person → flaky/).waitFor()
    await yard.tell('flaky')
    await thread.getByRole('button', { name: 'Retry' }).click()
    await deliveries(thread).getByText('Dropped').waitFor()
    await page.getByText('No message fits.').waitFor()
    await button('Show all').click()
    await page.getByRole('list', { name: 'Threads' }).getByText('Handled').waitFor()
    await goTo('#/attention')
    await dead.waitFor({ state: 'detached' })
    await expect.poll(() => page.getByText('Nothing waits for you.').count()).toBe(1)
  })

  test('a question to a person waits in Attention and is answered there', async () => {
    await yard.addTask({ id: 'api', title: 'Write the API', exec: 'true', paused: true })
    await send('person', 'Blue or red?', { kind: 'question', task: 'api' })
    await goTo('#/attention')
    const item = page.getByRole('listitem', { name: /^Question: person → person/ })
    await item.getByText('about “Write the API”').waitFor()
    await item.getByRole('textbox', { name: 'Your reply' }).fill('Blue')
    await item.getByRole('button', { name: /^Send reply/ }).click()
    await item.waitFor({ state: 'detached' })
    await goTo('#/graph?task=api&tab=messages')
    await inspector().getByText('Blue or red?').waitFor()
    await deliveries(inspector()).getByText('Answered').waitFor()
    await inspector().getByRole('textbox', { name: 'Message to task:api' }).fill('Mind the tests')
    await inspector().getByText('With the next try of api').waitFor()
    await inspector().getByRole('button', { name: /^Send/ }).click()
    const sent = inspector().getByRole('article', { name: 'Message from person to task:api' })
    expect(await sent.getByText('Mind the tests').textContent()).toBe('Mind the tests')
  })

  test('a member is held, and woken when it goes on', async () => {
    await goTo('#/messages')
    await button('Pause back-end').click()
    await row('back-end').getByText('Paused').waitFor()
    await send('back-end', 'Hello')
    await row('back-end').getByText('When it is resumed').waitFor()
    await button('Resume back-end').click()
    await row('back-end')
      .getByText(/^Working, agent-/)
      .waitFor()
    await button(/person → back-end/).click()
    await button('Ack for back-end').click()
    expect(
      await deliveries(page.locator('body')).first().getByText('Acknowledged').textContent(),
    ).toBe('Acknowledged')
    await yard.tell('back')
    await row('back-end').getByText('Idle').waitFor()
  })

  test('a job is run now, shows what came of it, and is paused', async () => {
    await yard.tell('back')
    await goTo('#/schedule')
    const jobs = page.getByRole('region', { name: 'Jobs' })
    await jobs.getByText('Every weekday at 07:00').waitFor()
    await button('Run now nightly').click()
    await jobs.getByText('Done', { exact: true }).waitFor()
    await button('History of nightly').click()
    const history = page.getByRole('dialog', { name: 'Runs of nightly' })
    await history.getByText('By hand').waitFor()
    await history.getByRole('button', { name: /^Message/ }).click()
    await panel('job:nightly to back-end').locator('strong', { hasText: 'night' }).waitFor()
    await goTo('#/schedule')
    await button('Pause nightly').click()
    await jobs.getByText('Paused', { exact: true }).waitFor()
    await button('Resume nightly').click()
    await expect.poll(() => jobs.getByText('Paused', { exact: true }).count()).toBe(0)
  })

  test('a token is made, copied once, and revoked after a question', async () => {
    await goTo('#/settings?section=tokens')
    const form = page.getByRole('form', { name: 'New token' })
    await form.getByRole('textbox', { name: /^Name/ }).fill('laptop')
    await form.getByRole('button', { name: 'Create token' }).click()
    const made = page.locator('.secret-once')
    const token = (await made.locator('code').textContent()) ?? ''
    expect(token).toMatch(/^ymt_/)
    await made.getByRole('button', { name: /^Copy/ }).click()
    await made.getByText('Copied').waitFor({ state: 'attached' })
    expect(await copied()).toBe(token)
    await made.getByRole('button', { name: 'Done' }).click()
    expect(await page.getByText(token).count()).toBe(0)
    await row('laptop')
      .getByText(/^Until /)
      .waitFor()
    await button('Revoke… laptop').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke laptop' }).click()
    await row('laptop')
      .getByText(/^Revoked /)
      .waitFor()
    await goTo('#/settings?section=doctor')
    await page.getByText(/checks are fine/).click()
    await page.getByText('store.integrity').waitFor()
    await button('Run again').click()
    expect(await page.getByText('store.integrity').count()).toBe(1)
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await send('back-end', 'The schema is in **docs/schema.md**', { priority: 'urgent' })
    await send('flaky', 'Build it')
    await send('person', 'Blue or red?', { kind: 'question' })
    await yard.addTask({ id: 'api', title: 'Write the API', exec: 'true', paused: true })
    await send('task:api', 'Mind the tests')
    await goTo('#/messages')
    await button(/person → flaky/).click()
    await deliveries(panel('person to flaky')).getByText('Dead').waitFor()
    const found: Record<string, string[]> = { thread: await axeViolations(page) }
    await button('Write').click()
    await page.getByRole('form', { name: 'New message' }).waitFor()
    found['composer'] = await axeViolations(page)
    await goTo('#/attention')
    await page.getByRole('listitem', { name: /Dead letter/ }).waitFor()
    found['attention'] = await axeViolations(page)
    await goTo('#/graph?task=api&tab=messages')
    await inspector().getByText('Mind the tests').waitFor()
    found['tab'] = await axeViolations(page)
    await goTo('#/agents?task=%40back-end')
    await inspector()
      .getByRole('region', { name: /^Output of agent-/ })
      .waitFor()
    found['member'] = await axeViolations(page)
    await goTo('#/schedule')
    await button('History of nightly').click()
    await page.getByText('It has not fired yet.').waitFor()
    found['history'] = await axeViolations(page)
    await page.keyboard.press('Escape')
    found['schedule'] = await axeViolations(page)
    for (const section of ['tokens', 'doctor', 'transport', 'members', 'jobs', 'messages']) {
      await goTo(`#/settings?section=${section}`)
      await page.getByRole('heading', { level: 2 }).first().waitFor()
      found[section] = await axeViolations(page)
    }
    expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([])
  })

  test('a window of 375 px shows all of it, and nothing beside it', async () => {
    await send('flaky', 'Build it')
    await page.setViewportSize({ width: 375, height: 700 })
    await goTo('#/messages')
    await button(/person → flaky/).click()
    await deliveries(panel('person to flaky')).getByText('Dead').waitFor()
    expect(await overflow()).toBeLessThanOrEqual(0)
    await page.keyboard.press('Escape')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.classList.contains('thread-row')))
      .toBe(true)
    for (const hash of ['#/schedule', '#/settings?section=tokens', '#/attention']) {
      await goTo(hash)
      expect({ hash, over: await overflow() }).toEqual({ hash, over: 0 })
    }
  })
})
