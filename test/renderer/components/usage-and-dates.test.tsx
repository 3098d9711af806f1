/** Figures that are a lower bound say so, and a list over several days has dates in every line. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Costs, TimelineRow } from '../../../src/contract/page.ts'
import type { Usage } from '../../../src/domain/agent.ts'
import { AgentCells } from '../../../src/renderer/screens/agents/agent-table.tsx'
import { agoText as agentAgoText } from '../../../src/renderer/model/agent-state.ts'
import { Budgets, CostTable } from '../../../src/renderer/screens/agents/costs.tsx'
import type { YardClient } from '../../../src/renderer/model/session/link.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { emptyView, viewFromSnapshot } from '../../../src/renderer/model/session/yard-view.ts'
import {
  cardMoneyText,
  spentText,
  usedMoneyText,
  usedTokensText,
} from '../../../src/renderer/components/usage-text.ts'
import { Timeline } from '../../../src/renderer/inspector/timeline.tsx'
import { Tries } from '../../../src/renderer/inspector/tries.tsx'
import { COLUMNS } from '../../../src/renderer/screens/tasks/columns.ts'
import { timeText } from '../../../src/renderer/screens/schedule/agenda.ts'
import { clockText } from '../../../src/renderer/shell/time/time-scale.ts'
import { clock, exactClock, instantText, instantTextIn } from '../../../src/renderer/ui/format.ts'
import { axisTime, dateTimeText } from '../../../src/renderer/ui/plot/plot-data.ts'
import { agentOf, cardOf, snapshotOf } from '../../support/scripted-host.ts'
import { liveSession } from '../model/session/live-session.ts'

/** Noon here, whatever the zone. */
const NOW = new Date(2026, 4, 20, 12, 0, 0).getTime()
const DAY = 86_400_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const usage = (more: Partial<Usage> = {}): Usage => ({
  inputTokens: 1000,
  outputTokens: 200,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: 1.5,
  ...more,
})

test('what was cut off before it told all is a lower bound; what nobody told is nothing', () => {
  expect([usedTokensText(usage()), usedMoneyText(usage())]).toEqual(['1.2k', '$1.50'])
  const cut = usage({ atLeast: true })
  expect([usedTokensText(cut), usedMoneyText(cut)]).toEqual(['at least 1.2k', 'at least $1.50'])
  const untold = usage({ inputTokens: null, outputTokens: null, costUsd: null, atLeast: true })
  expect([usedTokensText(untold), usedMoneyText(untold), usedMoneyText(null)]).toEqual(['', '', ''])
})

test('the tries of a task say it, side by side too', () => {
  const ended = { status: 'ended', outcome: 'failed', endedAt: '2026-05-20T11:00:00Z' } as const
  const tries = [
    agentOf('agent-2', 'a', { ...ended, usage: usage({ atLeast: true }) }),
    agentOf('agent-1', 'a', { ...ended, usage: usage() }),
  ]
  render(<Tries tries={tries} />)
  expect(screen.getByText('at least $1.50')).toBeDefined()
  expect(screen.getByText('$1.50')).toBeDefined()
  for (const box of screen.getAllByRole('checkbox')) fireEvent.click(box)
  expect(screen.getByText('at least 1.2k')).toBeDefined()
})

test('the table of agents says it', () => {
  const agent = agentOf('agent-1', 'a', {
    status: 'ended',
    outcome: 'failed',
    endedAt: '2026-05-20T11:00:00Z',
    usage: usage({ atLeast: true }),
  })
  const idle = { card: null, rates: [], nowMs: NOW }
  render(
    <table>
      <tbody>
        <tr>
          <AgentCells agent={agent} {...idle} onOpen={() => {}} />
        </tr>
      </tbody>
    </table>,
  )
  expect(screen.getByText('at least $1.50')).toBeDefined()
})

test('the table of costs says it of the rows that it is true of', () => {
  const sums = { costUsd: 2, inputTokens: 3000, outputTokens: 400, cachedTokens: null, tries: 2 }
  const row = { ...sums, title: null, registryUsd: null, unpriced: 0 }
  const rows = [
    { ...row, key: 'cut', atLeast: 1 },
    { ...row, key: 'whole', atLeast: 0 },
  ]
  const costs = { by: 'executor', rows, isWhole: true } as unknown as Costs
  render(<CostTable costs={costs} dates={new Map()} used={[]} />)
  const [, cut, whole] = screen.getAllByRole('row')
  expect(cut?.textContent).toContain('at least $2.00')
  expect(cut?.textContent).toContain('1 try that reported only part')
  expect(whole?.textContent).not.toContain('at least')
})

test('cards of tasks say it', () => {
  const cost = COLUMNS.find(({ id }) => id === 'cost')
  const card = cardOf('a', { costUsd: 1.5, costAtLeast: true })
  expect(cost?.textOf(card)).toBe('at least $1.50')
  expect(cardMoneyText(cardOf('b', { costUsd: 1.5 }))).toBe('$1.50')
  expect(cardMoneyText(cardOf('c', { costAtLeast: true }))).toBe('')
})

test('meters of the caps say it, and what was spent today', () => {
  const spent = { costUsd: 2, tokens: 3000, atLeast: true } as const
  const day = { ...spent, capUsd: 40, capTokens: 10_000 }
  const graph = { costUsd: 1, tokens: null, capUsd: 5, capTokens: null }
  const client = { service: { config: async () => [] } }
  render(
    <SessionContext value={liveSession(client)}>
      <Budgets budget={{ day, graph, graphSince: null }} />
    </SessionContext>,
  )
  const shown = screen.getAllByRole('definition').map(({ textContent }) => textContent)
  expect(shown).toEqual(['at least $2.00 of $40.00', 'at least 3k of 10k', '$1.00 of $5.00'])
  expect(spentText({ today: spent, dayCap: { usd: 40, tokens: null } })).toBe(
    'at least $2.00 of $40, at least 3k tokens',
  )
})

const timelineOf = (...instants: readonly number[]): void => {
  const rows = instants.map((at, index): TimelineRow => ({
    seq: instants.length - index,
    at: new Date(at).toISOString(),
    event: 'task.added',
    text: `line ${index}`,
    by: 'person',
    state: null,
    until: null,
    agent: null,
  }))
  const client = { page: { timeline: async () => ({ rows, isEnd: true }) } }
  const view = viewFromSnapshot(emptyView, snapshotOf(1, [cardOf('a')]))
  render(
    <SessionContext value={liveSession(client as unknown as YardClient, view)}>
      <Timeline card={cardOf('a')} />
    </SessionContext>,
  )
}
const timesShown = async (): Promise<string[]> => {
  await screen.findByText('line 0')
  const list = within(screen.getByRole('region', { name: 'Timeline' })).getAllByRole('listitem')
  return list.map((item) => item.querySelector('time')?.textContent ?? '')
}

test('a timeline over several days has the day in every line', async () => {
  timelineOf(NOW - 60_000, NOW - DAY, NOW - 400 * DAY)
  const [today, yesterday, before] = await timesShown()
  expect(today).toMatch(/20/)
  expect(today).toMatch(/May/)
  expect(yesterday).toMatch(/19/)
  expect(before).toMatch(/2025/)
})

test('the window has one form of the clock: 00 to 23, with seconds in logs alone', () => {
  const at = new Date(2026, 4, 20, 14, 2, 9).getTime()
  const [iso, before] = [at, at - DAY].map((each) => new Date(each).toISOString())
  const [today, past] = [instantText(iso ?? ''), instantText(before ?? '')]
  const span = { now: at, spanMs: 2 * 3_600_000 }
  const others = [
    ...[clockText(at, span), timeText(iso ?? '', at), dateTimeText(at, DAY), axisTime(at, DAY)],
    agentAgoText(iso ?? '', at + 2 * 3_600_000),
  ]
  expect([today, ...others]).toEqual(Array.from({ length: 6 }, () => '14:02'))
  for (const text of [past, timeText(before ?? '', at), dateTimeText(at, 2 * DAY)])
    expect(text).toMatch(/\b14:02$/)
  expect(instantTextIn([iso ?? ''])(iso ?? '')).toBe('14:02:09')
  expect(instantTextIn([before ?? ''])(before ?? '')).toMatch(/\b14:02:09$/)
  expect(clockText(at, { now: at, spanMs: 60_000 })).toBe('14:02:09')
  expect(clock.format(new Date(2026, 4, 20, 0, 5))).toBe('00:05')
})

test('a timeline of today has the clock alone', async () => {
  timelineOf(NOW - 60_000, NOW - 120_000)
  const shown = await timesShown()
  for (const text of shown) expect(text).not.toMatch(/May/)
  expect(shown[0]).toBe(exactClock.format(NOW - 60_000))
})
