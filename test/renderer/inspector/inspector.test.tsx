import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { ok } from '../../../src/base/result.ts'
import type { AgentView, Snapshot, TaskCard } from '../../../src/contract/view.ts'
import type { Why } from '../../../src/contract/why.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import type { YardClient } from '../../../src/renderer/model/session/link.ts'
import { Refusal } from '../../../src/renderer/model/session/refusal.ts'
import type { Session } from '../../../src/renderer/model/session/session.ts'
import { emptyView, viewFromSnapshot } from '../../../src/renderer/model/session/yard-view.ts'
import type { Facts, Subject } from '../../../src/renderer/actions/action.ts'
import { actionsFor } from '../../../src/renderer/actions/registry.ts'
import { pause } from '../../../src/renderer/actions/task/hold.ts'
import { complete } from '../../../src/renderer/actions/task/complete.ts'
import { reopen } from '../../../src/renderer/actions/task/reopen.ts'
import { lookOf, tookMs } from '../../../src/renderer/model/agent-state.ts'
import { nthTryText } from '../../../src/renderer/model/task-state.ts'
import { Inspector } from '../../../src/renderer/inspector/inspector.tsx'
import { isGraceOver, KillProgress } from '../../../src/renderer/actions/views/stop-progress.tsx'
import { TaskButtons } from '../../../src/renderer/actions/views/task-buttons.tsx'
import {
  NOT_BEFORE,
  SCHEDULE,
  TAGS,
  TIME_LIMIT,
} from '../../../src/renderer/inspector/task-texts.ts'
import { whyActionOf } from '../../../src/renderer/inspector/why-note.tsx'
import { selectTasks } from '../../../src/renderer/model/selection.ts'
import { agentOf, cardOf, snapshotOf, summaryOf } from '../../support/scripted-host.ts'
import { eventually } from '../../support/eventually.ts'
import { liveSession } from '../model/session/live-session.ts'

beforeEach(() => {
  location.hash = ''
  selectTasks([])
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

type Calls = (path: string, input: unknown) => unknown

/** A client whose every procedure is answered by one function. */
function clientOf(answer: Calls): YardClient {
  const procedures = (name: string): unknown =>
    new Proxy(
      {},
      { get: (_, key) => async (input: unknown) => answer(`${name}.${String(key)}`, input) },
    )
  return new Proxy({}, { get: (_, key) => procedures(String(key)) }) as YardClient
}

const sessionOf = (snapshot: Snapshot, answer: Calls): Session =>
  liveSession(clientOf(answer), viewFromSnapshot(emptyView, snapshot))

const show = (session: Session, node: ReactNode): void =>
  void render(<SessionContext value={session}>{node}</SessionContext>)

const tried = (status: TaskCard['status']) => cardOf('a', { status, agent: 'agent-1' })
const subject = (more: Partial<Subject>): Subject => ({
  card: cardOf('a'),
  isHeld: false,
  agent: null,
  isByHand: false,
  ...more,
})

test.each<readonly [string, Partial<Subject>, readonly string[]]>([
  ['ready', {}, ['pause', 'complete', 'delete']],
  ['a draft', { isHeld: true }, ['resume', 'publish', 'complete']],
  ['at work', { agent: agentOf('agent-1', 'a') }, ['pause', 'kill', 'complete']],
  ['failed', { card: tried('failed') }, ['retry', 'retry-fresh', 'abandon']],
  ['done', { card: tried('done') }, ['reopen']],
  ['abandoned', { card: tried('abandoned') }, ['reopen', 'complete']],
  ['for a person', { isByHand: true }, ['take', 'complete', 'pause']],
  [
    'piloted in a terminal',
    { agent: agentOf('agent-1', 'a', { by: 'pilot' }) },
    ['pause', 'take-back', 'complete'],
  ],
  [
    'in hand',
    { isByHand: true, agent: agentOf('agent-1', 'a') },
    ['complete', 'give-back', 'pause'],
  ],
  ['repeating', { card: cardOf('a', { repeats: true }) }, ['start-now', 'skip-once', 'pause']],
])('what can be done to a task: %s', (_what, more, first) => {
  const names = actionsFor(subject(more)).map(({ id }) => id.replace('task.', ''))
  expect(names.slice(0, 3)).toEqual(first)
})

test('what cannot be undone takes a second press', () => {
  const agent = agentOf('agent-1', 'a')
  const failed = { card: tried('failed') }
  const facts: Facts = { tasks: new Map(), now: 0, killing: new Set() }
  const asked = (more: Partial<Subject>) =>
    actionsFor(subject(more)).flatMap((action) =>
      action.ask?.([subject(more)], facts)?.press === undefined ? [] : action.id,
    )
  expect(asked({ agent })).toEqual(['task.kill', 'task.kill-restart'])
  expect(asked(failed)).toEqual(['task.retry-fresh'])
  expect(asked({ card: cardOf('a', { repeats: true }) })).toEqual(['task.skip-once'])
})

test('an agent that is being stopped is not killed once more', () => {
  const agent = agentOf('agent-1', 'a', { status: 'stopping' })
  expect(actionsFor(subject({ agent })).map(({ id }) => id)).not.toContain('task.kill')
})

test('what follows is said beforehand', () => {
  const agent = agentOf('agent-1', 'a')
  const cards = ['b', 'c', 'd'].map((id) =>
    cardOf(id, { state: 'blocked', after: id === 'b' ? ['a'] : ['a', 'x'] }),
  )
  const tasks = new Map([...cards, cardOf('a'), cardOf('x')].map((card) => [card.id, card]))
  const facts: Facts = { tasks, now: 0, killing: new Set() }
  expect(pause.note?.(subject({ agent }), facts)).toMatch(/agent-1 goes on/)
  expect(pause.note?.(subject({}), facts)).toBeNull()
  expect(complete.note?.(subject({}), facts)).toBe('1 task would become ready.')
  expect(reopen.note?.(subject({}), facts)).toBe('3 tasks after it wait again.')
})

test('what would follow stands with the act that it follows from', () => {
  const agent = agentOf('agent-1', 'a')
  const card = cardOf('a', { status: 'in-progress', state: 'in-progress', agent: 'agent-1' })
  show(
    sessionOf(snapshotOf(1, [card], { agents: [agent] }), () => null),
    <TaskButtons subject={subject({ card, agent })} />,
  )
  expect(screen.getByText('Pause: agent-1 goes on, no other agent starts after it.')).toBeDefined()
})

test('the nearest reason names the act that helps', () => {
  const why = (kind: Why['waitsFor'][number]['kind'], subject: string | null = null): Why => ({
    id: 'a',
    state: 'blocked',
    text: '',
    textAfterState: '',
    lastLines: null,
    linesFrom: 'output',
    gate: { mode: 'off', threshold: null, source: 'config' },
    waitsFor: [{ kind, subject, text: '', until: null }],
  })
  expect(whyActionOf(cardOf('a'), why('task', 'b'))).toEqual({ kind: 'open', task: 'b' })
  expect(whyActionOf(cardOf('a'), why('hold'))).toMatchObject({ label: 'Resume' })
  expect(whyActionOf(cardOf('a'), why('pause'))).toMatchObject({ id: 'coordinator.toggle' })
  expect(whyActionOf(cardOf('a'), why('time'))).toBeNull()
  expect(whyActionOf(cardOf('a', { status: 'failed' }), why('time'))).toMatchObject({
    label: 'Retry',
  })
  const done = (landing: 'conflict' | 'refused' | 'landed') =>
    whyActionOf(cardOf('a', { status: 'done', landing }), { ...why('time'), waitsFor: [] })
  expect(done('refused')).toMatchObject({ id: 'task.changes' })
  expect(done('conflict')).toMatchObject({ id: 'task.changes' })
  expect(done('landed')).toBeNull()
})

test('words for tries, ends and spans; the unknown is nothing', () => {
  expect(nthTryText(cardOf('a', { attempts: 1 }))).toBeNull()
  expect(nthTryText(cardOf('a', { attempts: 2 }))).toBe('2nd try of 3')
  expect(nthTryText(cardOf('a', { attempts: 11, attemptsAllowed: null }))).toBe('11th try')
  expect(tookMs(agentOf('agent-1', 'a'))).toBeNull()
  const end = (more: Partial<AgentView>) =>
    lookOf(agentOf('x', 'a', { status: 'ended', ...more })).state
  expect([end({ outcome: 'done' }), end({ outcome: 'killed' }), end({ outcome: 'lost' })]).toEqual([
    'done',
    'abandoned',
    'failed',
  ])
})

test('texts of fields are read as a person writes them, and refused in words', () => {
  expect(TIME_LIMIT.write('2h')).toEqual(ok({ timeoutMs: 7_200_000 }))
  expect(TIME_LIMIT.write('')).toEqual(ok({ timeoutMs: null }))
  expect(TIME_LIMIT.write('0')).toMatchObject({ ok: false })
  expect(TAGS.write(' a, b  a,')).toEqual(ok({ tags: ['a', 'b'] }))
  expect(SCHEDULE.write('09:00 in Asia/Tokyo')).toEqual(
    ok({ schedule: { spec: '09:00', tz: 'Asia/Tokyo' } }),
  )
  expect(SCHEDULE.write('0 9 * * 1')).toEqual(ok({ schedule: { spec: '0 9 * * 1', tz: null } }))
  expect(SCHEDULE.write(' ')).toEqual(ok({ schedule: null }))
  expect(NOT_BEFORE.write('tomorrow')).toMatchObject({ ok: false })
  expect(NOT_BEFORE.write('2026-12-03 09:00')).toMatchObject({ ok: true })
})

test('the ladder: force is offered after the grace, not before', async () => {
  vi.useFakeTimers()
  const stoppingSince = new Date().toISOString()
  const agent = agentOf('agent-1', 'a', { status: 'stopping', stoppingSince, processes: 4 })
  const card = cardOf('a', { agent: 'agent-1' })
  const asked: unknown[] = []
  const session = sessionOf(snapshotOf(1, [card], { agents: [agent] }), (path, input) => {
    asked.push([path, input])
    return path === 'service.config'
      ? [{ key: 'agent.stop_grace', value: '10s', source: 'default', file: null, line: null }]
      : agent
  })
  show(session, <KillProgress card={card} agent={agent} />)
  await act(() => vi.advanceTimersByTimeAsync(0))
  const steps = screen.getByRole('list', { name: 'End of agent-1' })
  expect(within(steps).getByText('10s grace').getAttribute('aria-current')).toBe('step')
  await act(() => vi.advanceTimersByTimeAsync(9999))
  expect(screen.queryByRole('button', { name: 'Force' })).toBeNull()
  await act(() => vi.advanceTimersByTimeAsync(1))
  expect(within(steps).getByText('Stopping 4 processes').getAttribute('aria-current')).toBe('step')
  fireEvent.click(screen.getByRole('button', { name: 'Force' }))
  await act(() => vi.advanceTimersByTimeAsync(0))
  expect(asked.at(-1)).toMatchObject(['agent.kill', { id: 'agent-1', force: true }])
})

test('a page that is opened after the grace offers force at once', () => {
  const since = { stoppingSince: '2026-11-20T10:00:00.000Z' }
  const now = Date.parse('2026-11-20T10:00:10.000Z')
  expect(isGraceOver(since, 10_000, now)).toBe(true)
  expect(isGraceOver(since, 10_001, now)).toBe(false)
  expect(isGraceOver(since, null, now)).toBe(false)
  expect(isGraceOver({ stoppingSince: null }, 10_000, now)).toBe(false)
})

test('several chosen: counts by state and what they share', () => {
  const cards = [
    cardOf('a', { state: 'failed', tags: ['x', 'y'], costUsd: 1 }),
    cardOf('b', { state: 'failed', tags: ['x'], model: 'opus', costUsd: 0.5 }),
  ]
  selectTasks(['a', 'b'])
  show(
    sessionOf(snapshotOf(1, cards), () => null),
    <Inspector />,
  )
  const panel = screen.getByRole('region', { name: 'Chosen tasks' })
  expect(screen.getByRole('heading', { name: '2 tasks chosen' })).toBeDefined()
  expect(within(panel).getByText('Failed').closest('li')?.textContent).toBe('Failed2')
  expect(within(panel).getByText('Model').parentElement?.textContent).toBe('Model2 different')
  expect(within(panel).getByText('Tags').parentElement?.textContent).toBe('Tagsx')
  expect(within(panel).getByText('Cost').parentElement?.textContent).toBe('Cost$1.50')
})

test('nothing chosen: the yard, and no number that nobody knows', () => {
  const summary = summaryOf({ tasks: { done: 2, failed: 1 }, agents: { alive: 1, max: 4 } })
  show(
    sessionOf(snapshotOf(1, [], { summary }), () => null),
    <Inspector />,
  )
  expect(screen.getByRole('heading', { name: 'atlas' })).toBeDefined()
  expect(screen.getByText('2 of 3 tasks')).toBeDefined()
  expect(screen.getByText('1 of 4', { exact: false })).toBeDefined()
  expect(screen.getAllByText('No agent CLI said')).toHaveLength(2)
  expect(screen.queryByRole('heading', { name: 'Forecast' })).toBeNull()
})

test('after the whole yard was fetched anew it is asked again, though its card says the same', async () => {
  location.hash = '#/graph?task=a&tab=timeline'
  const asked: string[] = []
  const snapshot = snapshotOf(1, [cardOf('a')])
  const { yard, ...rest } = sessionOf(snapshot, (path) => {
    asked.push(path)
    throw new Refusal('not now')
  })
  const store = createStore(() => yard.getState())
  show({ ...rest, yard: store }, <Inspector />)
  const count = (path: string): number => asked.filter((each) => each === path).length
  await eventually(() => expect(count('task.get')).toBe(1))
  act(() => store.setState((view) => viewFromSnapshot(view, { ...snapshot, seq: 9 }), true))
  await eventually(() => expect(count('task.get')).toBe(2))
})

test('what cannot be read is said at its place, and asked again', async () => {
  location.hash = '#/graph?task=a&tab=overview'
  const asked: string[] = []
  const session = sessionOf(snapshotOf(1, [cardOf('a')]), (path) => {
    asked.push(path)
    throw new Refusal('the disk is gone')
  })
  show(session, <Inspector />)
  await screen.findByText(/the disk is gone/)
  const before = asked.length
  fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }))
  await eventually(() => expect(asked.length).toBeGreaterThan(before))
})
