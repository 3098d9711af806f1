import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations } from '../support/axe.ts'
import {
  dimensionsOf,
  evaluation,
  JUDGE,
  opinion,
  type Recorder,
  recordInto,
} from '../support/recorded-evaluations.ts'
import { onStage } from './stage.ts'

/** Results of three models, as if they had been judged over the last hours; the host reads them as its own. */
function record(recorder: Recorder): void {
  const workers = [
    ['claude', 'opus', 0.88, 2.1],
    ['codex', 'gpt-5.2-codex', 0.81, 0.9],
    ['native', 'haiku', 0.62, 0.09],
  ] as const
  let number = 0
  for (let round = 0; round < 12; round += 1)
    for (const [executor, model, level, usd] of workers) {
      number += 1
      const id = `task-${number}`
      const score = Math.min(1, Math.max(0, level + ((round % 5) - 2) * 0.05))
      recorder.add(id, { title: `Piece ${number}`, tags: round % 2 ? ['docs'] : [] })
      recorder.tryTask(id, number, { executor, model, usd })
      const dimensions = dimensionsOf(score, { efficiency: Math.max(0, score - 0.12) })
      const judged = evaluation(number, id, number, {
        at: Date.now() - (40 - number) * 60_000,
        dimensions,
        judge: { ...JUDGE, model: 'sonnet' },
        passed: score >= 0.7,
        notes:
          score >= 0.7 ? 'Both directions are tested.' : 'Claims two features that are not there.',
        checks: [{ name: 'lint', ok: true, tail: 'no problems' }],
        marks: ['tests-touched'],
        facts: ['3 files changed'],
      })
      recorder.judged(judged)
      if (number === 3) recorder.said(opinion('said', judged, { score: 0.9, isAudit: true }))
    }
}

onStage(
  'the Evaluations screen',
  { furnish: (yard) => recordInto(`${yard.folder}/.yard/yard.db`, record), ready: openScreen },
  ({ page, inspector }) => {
    const table = () => page.getByRole('region', { name: 'Evaluations, table' })

    test('a model that is pressed is shown alone, and everything again', async () => {
      await page.getByText('36 evaluations').waitFor()
      await page.getByRole('img', { name: /^Distribution of 36 scores/ }).waitFor()
      const haiku = page.getByRole('button', { name: /^haiku/ })
      await haiku.click()
      await page.getByText('12 evaluations').waitFor()
      await expect.poll(() => table().getByRole('row').count()).toBe(13)
      expect(await haiku.getAttribute('aria-pressed')).toBe('true')
      await page.getByRole('img', { name: /^haiku: correctness/ }).waitFor()
      await haiku.click()
      await page.getByText('36 evaluations').waitFor()
    })

    test('by executor, of a tag, with keys alone', async () => {
      await page.keyboard.press('g')
      await page.keyboard.press('e')
      const groups = page.getByRole('radiogroup', { name: 'Evaluations by' })
      await groups.getByRole('radio', { name: 'By model' }).focus()
      await page.keyboard.press('ArrowRight')
      await page.getByRole('region', { name: 'By executor, table' }).waitFor()
      await page.getByRole('combobox', { name: 'Tag' }).click()
      await page.getByRole('option', { name: 'docs' }).click()
      await page.getByText('18 evaluations').waitFor()
      await expect.poll(() => table().getByRole('row').count()).toBe(19)
    })

    test('a result leads to why it was scored so, and a person scores it otherwise', async () => {
      await table().getByRole('button', { name: 'Piece 36', exact: true }).click()
      const tab = inspector().getByRole('region', { name: 'Evaluation', exact: true })
      await tab.getByText('it does what was asked').waitFor()
      await tab.getByText('The change touches tests.').waitFor()
      await tab.getByText('a button').waitFor()
      await tab.getByText('Give your own score').click()
      await tab.getByRole('textbox', { name: 'Score' }).fill('0.95')
      await tab.getByRole('button', { name: 'Save score' }).click()
      await tab.getByText('Say why.').waitFor()
      await tab.getByRole('textbox', { name: 'Why' }).fill('it is all there')
      await tab.getByRole('button', { name: 'Save score' }).click()
      await tab.getByText(/said 0\.95; the model said 0\./).waitFor()
      await table().getByText('0.95').waitFor()
      await tab.getByRole('button', { name: 'Take it back' }).click()
      await tab.getByText(/said 0\.95/).waitFor({ state: 'detached' })
      await expect.poll(() => table().getByText('0.95').count()).toBe(0)
    })

    test.each(['light', 'dark'] as const)('nothing stands against access, %s', async (scheme) => {
      await page.emulateMedia({ colorScheme: scheme })
      await table().getByRole('button', { name: 'Piece 36', exact: true }).click()
      await inspector().getByText('it does what was asked').waitFor()
      expect(await axeViolations(page)).toEqual([])
    })
  },
)

function openScreen(page: Page): Promise<void> {
  return page.getByRole('link', { name: 'Evaluations' }).click()
}
