/** What the composer says of when a message will be read. */
import { expect, test } from 'vitest'
import {
  namesIn,
  type ReadingFacts,
  readingLines,
} from '../../../../src/renderer/actions/mail/reading-time.ts'
import { memberOf } from '../../../support/mail-views.ts'
import { agentOf, cardOf } from '../../../support/scripted-host.ts'

const facts = (more: Partial<ReadingFacts> = {}): ReadingFacts => ({
  members: [memberOf('back-end')],
  agents: new Map(),
  tasks: new Map(),
  summary: { paused: false, agents: { alive: 0, max: 4 } },
  timeText: (iso) => iso.slice(11, 16),
  ...more,
})
const at = '2026-11-20T14:40:00.000Z'

test('an idle member is woken now; a busy one reads it after its agent', () => {
  expect(readingLines(['back-end'], 'normal', facts())).toEqual(['Wakes back-end now'])
  const members = [memberOf('back-end', { agent: 'agent-7', state: 'working' })]
  expect(readingLines(['back-end'], 'urgent', facts({ members }))).toEqual([
    'back-end is busy: after agent-7',
  ])
})

test('a low one rides along with the next turn, which has a time where one is known', () => {
  expect(readingLines(['back-end'], 'low', facts())[0]).toMatch(/^With back-end’s next turn/)
  const members = [memberOf('back-end', { state: 'waiting', nextWake: at })]
  expect(readingLines(['back-end'], 'low', facts({ members }))).toEqual([
    'back-end: with the next turn at 14:40',
  ])
  // A message that is not low brings the repeat forward.
  expect(readingLines(['back-end'], 'normal', facts({ members }))).toEqual(['Wakes back-end now'])
})

test('a paused yard, a paused member and a sleeping provider hold it', () => {
  const paused = facts({ summary: { paused: true, agents: { alive: 0, max: 4 } } })
  expect(readingLines(['back-end'], 'normal', paused)).toEqual(['Paused yard: waits for back-end'])
  const held = facts({ members: [memberOf('back-end', { paused: true, state: 'sleeping' })] })
  expect(readingLines(['back-end'], 'normal', held)[0]).toContain('waits until it is resumed')
  const asleep = facts({ members: [memberOf('back-end', { state: 'sleeping', nextWake: at })] })
  expect(readingLines(['back-end'], 'normal', asleep)).toEqual([
    'back-end sleeps: with the next turn at 14:40',
  ])
  const full = facts({ summary: { paused: false, agents: { alive: 4, max: 4 } } })
  expect(readingLines(['back-end'], 'normal', full)).toEqual([
    'Wakes back-end when a place is free',
  ])
})

test('people and piloted members see it in Attention', () => {
  const members = [memberOf('ada', { person: true }), memberOf('qa', { pilot: true })]
  expect(readingLines(['ada', 'person', 'qa'], 'normal', facts({ members }))).toEqual([
    'ada sees it in Attention',
    'person sees it in Attention',
    'qa is driven by a person: shown in Attention',
  ])
})

test('all is each member, once', () => {
  const members = [memberOf('back-end'), memberOf('qa')]
  expect(readingLines(['all', 'qa'], 'normal', facts({ members }))).toEqual([
    'Wakes back-end now',
    'Wakes qa now',
  ])
})

test('a task reads it in its living agent, or its next try, or never', () => {
  const agents = new Map([['agent-7', agentOf('agent-7', 'b')]])
  const tasks = new Map([
    ['a', cardOf('a')],
    ['b', cardOf('b', { agent: 'agent-7', status: 'in-progress' })],
    ['c', cardOf('c', { status: 'done', state: 'done' })],
  ])
  const names = ['task:a', 'task:b', 'task:c', 'task:d', 'agent-7', 'agent-8']
  expect(readingLines(names, 'normal', facts({ agents, tasks }))).toEqual([
    'With the next try of a',
    'agent-7 reads it when it looks for messages, else the next try of b',
    'Task c is done: no agent of it would read this',
    'There is no task d',
    'agent-7 reads it when it looks for messages',
    'agent-8 does not live: task:ID reaches the next agent of a task',
  ])
})

test('names are split at commas and spaces, and a wrong one is said', () => {
  expect(namesIn(' back-end, qa  qa ,')).toEqual(['back-end', 'qa'])
  expect(readingLines(['bakc'], 'normal', facts())[0]).toContain('no member')
  expect(readingLines(['qa@oslo'], 'normal', facts())[0]).toContain('another machine')
})
