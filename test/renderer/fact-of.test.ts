import { expect, test } from 'vitest'
import { nodeName } from '../../src/renderer/graph/node-name.ts'
import { factOf } from '../../src/renderer/workspace/fact-of.ts'
import type { TaskCard } from '../../src/contract/view.ts'
import { cardOf } from '../support/scripted-host.ts'

test.each<readonly [TaskCard['state'], string | null, string | null]>([
  ['paused', 'Paused', null],
  ['paused', 'Draft', 'Draft'],
  ['abandoned', 'Abandoned', null],
  ['blocked', '3 to go', '3 to go'],
  ['done', null, null],
])('a state is not said twice: %s, %s', (state, fact, shown) => {
  const card = cardOf('a', { state, fact })
  expect(factOf(card)).toBe(shown)
  const name = nodeName({
    card,
    tasks: new Map([['a', card]]),
    isOnMainLine: false,
    isSelected: false,
    now: 0,
  })
  expect(name).not.toMatch(/(Paused|Abandoned).*\1/)
})
