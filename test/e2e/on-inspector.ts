/** The inspector of the page under test, found by role and name. */
import type { Locator } from 'playwright-core'
import type { Stage } from './stage.ts'

export interface InspectorUnderTest {
  /** Opens a task as a link from outside would, and waits until it is shown. */
  readonly open: (id: string, tab?: 'overview' | 'output') => Promise<void>
  readonly button: (name: string | RegExp) => Locator
  readonly tab: (name: string) => Locator
  readonly log: () => Locator
  /** The part of the overview under that heading. */
  readonly part: (name: string) => Locator
  /** Waits until the state is called so. */
  readonly stateWord: (word: string) => Promise<void>
}

export function inspectorOf({ goTo, inspector, page }: Stage): InspectorUnderTest {
  return {
    async open(id, tab = 'overview') {
      await goTo(`#/graph?task=${id}&tab=${tab}`)
      await inspector().getByRole('heading', { level: 2 }).waitFor()
    },
    button: (name) => inspector().getByRole('button', { name, exact: typeof name === 'string' }),
    tab: (name) => inspector().getByRole('tab', { name }),
    log: () => inspector().getByRole('log'),
    part: (name) =>
      inspector()
        .locator('section')
        .filter({ has: page.getByRole('heading', { name }) }),
    stateWord: (word) =>
      inspector().locator('.inspector-state').getByText(word, { exact: true }).waitFor(),
  }
}
