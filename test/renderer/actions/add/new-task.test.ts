import { expect, test } from 'vitest'
import { identityOffers } from '../../../../src/renderer/actions/add/judged-names.tsx'
import {
  GATE_ISSUE,
  issueOf,
  NO_FIELDS,
  toNewTaskInput,
} from '../../../../src/renderer/actions/add/new-task.ts'

const fields = { ...NO_FIELDS, text: 'Build' }
const input = (more: Partial<typeof NO_FIELDS>) =>
  toNewTaskInput({ ...fields, ...more }, { after: [], before: [] }, new Map())

test.each(['off', 'score', 'person', '0.7', ' .5 ', '1'])('%s is a gate', (gate) => {
  expect(issueOf({ ...fields, gate }, new Map())).toBeNull()
  expect(input({ gate }).gate).toBe(gate.trim())
})

test.each(['0', '1.1', 'maybe', '-0.5', '70%'])('%s is none, and says what is', (gate) => {
  expect(issueOf({ ...fields, gate }, new Map())).toBe(GATE_ISSUE)
})

test('identity and kind are sent as they are written, and what is left empty is not sent', () => {
  expect(input({ identity: ' Careful Programmer ', kind: 'docs' })).toMatchObject({
    identity: 'Careful Programmer',
    kind: 'docs',
  })
  expect(Object.keys(input({}))).toEqual(['title', 'after', 'before'])
})

test('of two identities with one name the nearest is offered by it, the other by its id', () => {
  const own = { id: 'aaaa0001'.padEnd(64, '0'), name: 'Careful Programmer' }
  const shipped = { id: 'f5143935'.padEnd(64, '0'), name: 'careful programmer' }
  expect(identityOffers([own, shipped])).toEqual([
    ['Careful Programmer', 'aaaa0001'],
    ['f5143935', 'careful programmer'],
  ])
})
