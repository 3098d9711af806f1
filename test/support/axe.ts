/** What stands against access on a page as it is now: one line per breach, none when all is well. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

export async function axeViolations(page: Page): Promise<string[]> {
  // Playwright's own page type, once removed: the package means @playwright/test's.
  const { violations } = await new AxeBuilder({ page: page as never }).setLegacyMode(true).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.html).join(' ')}`)
}
