/** What stands against access on a page as it is now: one line per breach, none when all is well. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** `within`: a selector of the part to look at, where the rest has tests of its own. */
export async function axeViolations(page: Page, within = ':root'): Promise<string[]> {
  // What fades in has no contrast yet.
  await page.evaluate(async () => {
    const passing = document.getAnimations().filter(({ effect, playState }) => {
      const endTime = effect?.getComputedTiming().endTime
      return playState === 'running' && endTime !== Infinity
    })
    await Promise.allSettled(passing.map(({ finished }) => finished))
  })
  // Playwright's own page type, once removed: the package means @playwright/test's.
  const { violations } = await new AxeBuilder({ page: page as never })
    .include(within)
    .setLegacyMode(true)
    .analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.html).join(' ')}`)
}
