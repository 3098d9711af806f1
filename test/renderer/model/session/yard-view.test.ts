import { expect, test } from 'vitest'
import {
  emptyView,
  foldPatches,
  viewFromSnapshot,
} from '../../../../src/renderer/model/session/yard-view.ts'
import { agentOf, cardOf, patchOf, snapshotOf, summaryOf } from '../../../support/scripted-host.ts'

const [a, b] = [cardOf('a'), cardOf('b', { after: ['a'] })]
const view = viewFromSnapshot(emptyView, snapshotOf(5, [a, b]))

test('patches change what they name and leave the rest the same object', () => {
  const done = cardOf('a', { status: 'done', state: 'done' })
  const { view: next, isGap } = foldPatches(view, [patchOf(5, 6, { tasks: [done] })])
  expect(isGap).toBe(false)
  expect(next.seq).toBe(6)
  expect(next.tasks.get('a')).toBe(done)
  expect(next.tasks.get('b')).toBe(b)
  expect(next.agents).toBe(view.agents)
  expect([...next.tasks.keys()]).toEqual(['a', 'b'])
})

test('news of the yard as a whole leaves tasks and agents the same objects', () => {
  const summary = summaryOf({ paused: true })
  const { view: next } = foldPatches(view, [patchOf(5, 6, { summary })])
  expect(next.summary).toBe(summary)
  expect(next.tasks).toBe(view.tasks)
  expect(next.agents).toBe(view.agents)
})

test('a gap stops the fold at what is known for sure', () => {
  const late = patchOf(9, 10, { removed: ['a'] })
  const fold = foldPatches(view, [patchOf(5, 6), late])
  expect(fold.isGap).toBe(true)
  expect(fold.view.seq).toBe(6)
  expect(fold.view.tasks.has('a')).toBe(true)
})

test('a patch that the snapshot already holds changes nothing', () => {
  const fold = foldPatches(view, [patchOf(3, 4, { removed: ['a', 'b'] })])
  expect(fold).toEqual({ view, isGap: false })
  expect(fold.view).toBe(view)
})

test('later news wins over earlier news of one fold', () => {
  const running = cardOf('a', { state: 'in-progress', status: 'in-progress' })
  const done = cardOf('a', { state: 'done', status: 'done' })
  const fold = foldPatches(view, [
    patchOf(5, 6, { tasks: [running] }),
    patchOf(6, 7, { tasks: [done] }),
  ])
  expect(fold.view.tasks.get('a')).toBe(done)
})

test('removed tasks and ended agents are gone', () => {
  const working = agentOf('agent-1', 'a')
  const first = foldPatches(view, [patchOf(5, 6, { agents: [working] })]).view
  expect(first.agents.get('agent-1')).toBe(working)
  const ended = agentOf('agent-1', 'a', { status: 'ended' })
  const next = foldPatches(first, [patchOf(6, 7, { agents: [ended], removed: ['b'] })]).view
  expect(next.agents.size).toBe(0)
  expect([...next.tasks.keys()]).toEqual(['a'])
})

test('an agent that came and ended between two looks is told all the same', () => {
  const ended = agentOf('agent-1', 'a', { status: 'ended' })
  const next = foldPatches(view, [patchOf(5, 6, { agents: [ended] })]).view
  expect(next.turnover).not.toBe(view.turnover)
  const working = agentOf('agent-2', 'a')
  const both = foldPatches(next, [
    patchOf(6, 7, { agents: [working] }),
    patchOf(7, 8, { agents: [agentOf('agent-2', 'a', { status: 'ended' })] }),
  ]).view
  expect(both.turnover).not.toBe(next.turnover)
  expect(both.agents.size).toBe(0)
})

test('live facts alone move neither the sequence nor the structure', () => {
  const facts = patchOf(5, 5, { agents: [agentOf('agent-1', 'a', { doing: 'reads' })] })
  const next = foldPatches(view, [facts]).view
  expect(next).toMatchObject({ seq: 5, structure: view.structure, turnover: view.turnover + 1 })
  const more = patchOf(5, 5, { agents: [agentOf('agent-1', 'a', { doing: 'writes' })] })
  expect(foldPatches(next, [more]).view.turnover).toBe(next.turnover)
  expect(next.agents.get('agent-1')?.doing).toBe('reads')
})

test('the structure counts tasks and dependencies that come and go, and no change of state', () => {
  const changed = cardOf('a', { state: 'in-progress' })
  const steady = foldPatches(view, [patchOf(5, 6, { tasks: [changed] })]).view
  expect(steady.structure).toBe(view.structure)
  const cut = foldPatches(view, [patchOf(5, 6, { tasks: [cardOf('b')] })]).view
  expect(cut.structure).toBe(view.structure + 1)
  const added = foldPatches(view, [patchOf(5, 6, { tasks: [cardOf('c')] })]).view
  expect(added.structure).toBe(view.structure + 1)
  const removed = foldPatches(view, [patchOf(5, 6, { removed: ['b'] })]).view
  expect(removed.structure).toBe(view.structure + 1)
})

test('a snapshot that says the same keeps each card and the structure', () => {
  const again = viewFromSnapshot(view, snapshotOf(9, [cardOf('a'), cardOf('b', { after: ['a'] })]))
  expect(again.tasks.get('a')).toBe(a)
  expect(again.tasks.get('b')).toBe(b)
  expect(again).toMatchObject({ seq: 9, structure: view.structure })
})

test('a snapshot forgets what is not in it', () => {
  const again = viewFromSnapshot(
    view,
    snapshotOf(9, [b], { summary: summaryOf({ name: 'other' }) }),
  )
  expect([...again.tasks.keys()]).toEqual(['b'])
  expect(again.structure).toBe(view.structure + 1)
  expect(again.summary?.name).toBe('other')
})

test('what was asked for is old when a patch says so, and after each snapshot', () => {
  const patches = [
    patchOf(5, 6, { topics: ['messages'] }),
    patchOf(6, 7, { topics: ['messages', 'members'] }),
  ]
  const { topics } = foldPatches(view, patches).view
  expect(topics).toEqual({ ...view.topics, messages: 2, members: 2 })
  expect(foldPatches(view, [patchOf(5, 6)]).view.topics).toBe(view.topics)
  const again = viewFromSnapshot(view, snapshotOf(7, [a, b]))
  expect(again.topics.jobs).toBe(view.topics.jobs + 1)
})
