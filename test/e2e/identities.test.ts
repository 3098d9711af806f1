/** Who agents can be asked to be, against a real host: files that are read and broken, what a task asks for, and its gate. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import { onStage } from './stage.ts'
import type { YardUnderTest } from './yard-under-test.ts'

const OWN = `role = "tester"
tradeoff = "thorough"
name = "Our Tester"
description = "Tries what nobody expects."
skills = ["browsers"]
not_acceptable = ["a test that cannot fail"]
`

async function furnish(yard: YardUnderTest): Promise<void> {
  const folder = join(yard.folder, '.yard/identities')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'tester.toml'), OWN)
  await writeFile(join(folder, 'nobody.toml'), 'role = "tester"\n')
}

onStage('gates and identities', { furnish }, ({ goTo, inspector, page }) => {
  const panel = (name: string) => page.getByRole('complementary', { name: `Identity ${name}` })

  test('a task is added with a gate and an identity, and both are edited, undone and looked up', async () => {
    await page.keyboard.press('n')
    const card = page.getByRole('dialog', { name: 'New task' })
    await card.getByLabel('Title').fill('Try the door')
    await card.getByRole('combobox', { name: 'Gate' }).fill('1.5')
    await card.getByRole('combobox', { name: 'Identity' }).fill('Our Tester')
    await card.getByRole('button', { name: /^Add draft/ }).click()
    await card.getByText('above 0 and at most 1').first().waitFor()
    await card.getByRole('combobox', { name: 'Gate' }).fill('0.7')
    await card.getByRole('button', { name: /^Add draft/ }).click()
    await card.waitFor({ state: 'detached' })

    await page.keyboard.press('Enter')
    const gate = inspector().getByText('gate 0.70', { exact: true })
    await gate.waitFor()
    await inspector().getByRole('button', { name: 'Edit gate' }).click()
    await inspector().getByRole('combobox', { name: 'Gate' }).fill('person')
    await page.keyboard.press('Enter')
    await inspector().getByText('a person decides', { exact: true }).waitFor()
    await page.keyboard.press('Control+z')
    await gate.waitFor()

    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await page.getByRole('main', { name: 'Identities' }).waitFor()
    const broken = page.getByRole('region', { name: 'Broken files' })
    await broken.getByText(/nobody\.toml/).waitFor()
    await page.getByRole('button', { name: 'Our Tester' }).click()
    await panel('Our Tester').getByText('Tries what nobody expects.').waitFor()
    await panel('Our Tester').getByRole('button', { name: 'Try the door' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await panel('Our Tester').waitFor({ state: 'detached' })
    await expect.poll(() => page.getByRole('complementary').count()).toBe(2)
  })

  test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme })
    await goTo('#/identities')
    await page.getByRole('button', { name: 'Careful Programmer' }).click()
    await panel('Careful Programmer').getByText('Not acceptable').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await goTo('#/graph')
    await page.keyboard.press('n')
    await page.getByRole('combobox', { name: 'Gate' }).fill('maybe')
    expect(await axeViolations(page)).toEqual([])
  })
})
