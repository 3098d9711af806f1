import { expect, test } from 'vitest'
import { nodeName } from '../../../src/renderer/graph/scene/node-name.ts'
import { factOf } from '../../../src/renderer/model/task-state.ts'
import type { TaskCard } from '../../../src/contract/view.ts'
import type { ReasonCode } from '../../../src/domain/reason.ts'
import { cardOf } from '../../support/scripted-host.ts'

test.each<readonly [TaskCard['state'], ReasonCode | null, string | null, string | null]>([
  ['paused', 'paused', 'Paused', null],
  ['paused', 'draft', 'Draft', 'Draft'],
  ['abandoned', 'abandoned', 'Abandoned', null],
  ['blocked', 'blockers', '3 to go', '3 to go'],
  ['done', null, null, null],
])('a state is not said twice: %s, %s', (state, code, fact, shown) => {
  const reason = code && { code, subject: null, until: null }
  const card = cardOf('a', { state, fact, reason })
  expect(factOf(card)).toBe(shown)
  const name = nodeName({
    card,
    tasks: new Map([['a', card]]),
    isOnCriticalPath: false,
    isSelected: false,
    now: 0,
  })
  expect(name).not.toMatch(/(Paused|Abandoned).*\1/)
})
