import { expect, test } from 'vitest'
import { attentionItems } from '../../../../src/renderer/screens/attention/attention-items.ts'
import { plainToSee } from '../../../../src/renderer/screens/attention/trust-dialog.tsx'
import {
  isAsleep,
  UNTIL_CHANGE,
  withSnooze,
} from '../../../../src/renderer/screens/attention/snooze.ts'
import type { Attention } from '../../../../src/contract/view.ts'
import { agentOf, cardOf, summaryOf } from '../../../support/scripted-host.ts'

const at = (minute: number): string => `2026-11-20T10:${String(minute).padStart(2, '0')}:00Z`
const tasks = new Map(
  [
    cardOf('sign', { title: 'Sign build', status: 'failed', state: 'failed' }),
    cardOf('smoke', { after: ['sign'], state: 'blocked' }),
    cardOf('ship', { after: ['smoke'], state: 'blocked' }),
    cardOf('gone', { after: ['sign'], status: 'abandoned', state: 'abandoned' }),
    cardOf('legal', { title: 'Legal', status: 'in-progress', state: 'in-progress' }),
    cardOf('ask', { heldBy: ['launch:claude'], state: 'ready' }),
  ].map((card) => [card.id, card]),
)
const failed: Attention = {
  task: 'sign',
  agent: 'agent-1',
  kind: 'failed',
  text: 'Sign build: it exited with 3',
  reason: 'it exited with 3',
  since: at(5),
}
const breaker = {
  key: 'launch:claude',
  kind: 'launch' as const,
  subject: 'claude',
  reason: 'claude could not start',
  since: at(1),
  until: at(9),
}

test('oldest first; each says what, to what, and what it holds', () => {
  const summary = summaryOf({
    attention: [failed, { ...failed, task: null, kind: 'launch', text: 'claude: x' }],
    breakers: [breaker],
  })
  const agents = new Map([
    ['agent-4', agentOf('agent-4', 'legal', { executorType: 'manual', claimedAt: at(3) })],
    ['agent-5', agentOf('agent-5', 'sign')],
  ])
  const items = attentionItems(summary, tasks, agents)
  expect(items.map(({ kind, title, text, effect }) => ({ kind, title, text, effect }))).toEqual([
    { kind: 'launch', title: 'claude', text: 'Claude could not start', effect: 'holds 1 task' },
    {
      kind: 'taken',
      title: 'Legal',
      text: 'It ends when you say that it is done, or give it back',
      effect: null,
    },
    { kind: 'failed', title: 'Sign build', text: 'It exited with 3', effect: 'holds 2 tasks' },
  ])
  expect(items[0]?.until).toBe(at(9))
})

test('a held task is named by its title, and a silent agent leads to its task', () => {
  const summary = summaryOf({
    breakers: [
      { ...breaker, key: 'respawn:smoke', kind: 'respawn', subject: 'smoke' },
      { ...breaker, key: 'silence:agent-5', kind: 'silence', subject: 'agent-5', since: at(2) },
    ],
  })
  const items = attentionItems(summary, tasks, new Map([['agent-5', agentOf('agent-5', 'sign')]]))
  expect(items.map(({ title, task, agent, effect }) => [title, task, agent, effect])).toEqual([
    ['Task smoke', 'smoke', null, 'holds 2 tasks'],
    ['Sign build', 'sign', 'agent-5', null],
  ])
})

test('what is put off wakes at its time, or when it says something else', () => {
  const [first] = attentionItems(summaryOf({ attention: [failed] }), tasks, new Map())
  const [later] = attentionItems(
    summaryOf({ attention: [{ ...failed, since: at(6) }] }),
    tasks,
    new Map(),
  )
  const key = first?.key ?? ''
  const hour = withSnooze({}, { key, until: 1000, now: 0 })
  expect(isAsleep(hour, key, 999)).toBe(true)
  expect(isAsleep(hour, key, 1000)).toBe(false)
  const always = withSnooze(hour, { key, until: UNTIL_CHANGE, now: 5000 })
  expect(isAsleep(always, key, Date.now())).toBe(true)
  expect(isAsleep(always, later?.key ?? '', Date.now())).toBe(false)
  expect(withSnooze(always, { key, until: 0, now: 5000 })).toEqual({})
})

test('what has woken is forgotten, and the kept ones are bounded', () => {
  let kept = withSnooze({}, { key: 'old', until: 10, now: 0 })
  for (let i = 0; i < 250; i++) kept = withSnooze(kept, { key: `k${i}`, until: 1e9, now: 20 })
  expect(Object.keys(kept)).toHaveLength(200)
  expect(kept).not.toHaveProperty('old')
  expect(kept).toHaveProperty('k249')
})

test('nothing in a foreign line can hide or turn round another part of it', () => {
  expect(plainToSee('make\tall\n# \u202Eexe.lru\u202C\u200B')).toBe(
    'make\tall\n# \\u{202e}exe.lru\\u{202c}\\u{200b}',
  )
  expect(plainToSee('rm\r# ls\u001B[2K')).toBe('rm\\u{d}# ls\\u{1b}[2K')
})
