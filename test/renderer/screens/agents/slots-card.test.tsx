import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { History } from '../../../../src/contract/page.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { emptyView, viewFromSnapshot } from '../../../../src/renderer/model/session/yard-view.ts'
import { SlotsCard } from '../../../../src/renderer/screens/agents/slots-card.tsx'
import { cardOf, snapshotOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

afterEach(cleanup)

const now = Date.parse('2026-11-20T11:00:00Z')
const TRY: History['tries'][number] = {
  agent: 'agent-1',
  task: 'a',
  title: 'Build',
  executor: 'claude',
  model: null,
  claimedAt: '2026-11-20T10:30:00Z',
  endedAt: '2026-11-20T10:50:00Z',
  tookMs: 1_200_000,
  outcome: 'lost',
  triage: { verdict: 'continue', reason: 'the work is half done' },
}

test('a block says the verdict of triage to eye and ear, and one without a verdict nothing of it', () => {
  const view = viewFromSnapshot(emptyView, snapshotOf(1, [cardOf('a')]))
  const { triage: _triage, ...plain } = TRY
  const client = { judgement: { list: async () => [] } }
  render(
    <SessionContext value={liveSession(client, view)}>
      <SlotsCard tries={[TRY, { ...plain, agent: 'agent-2' }]} people={new Set()} nowMs={now} />
    </SessionContext>,
  )
  const told = screen.getByRole('button', { name: /^agent-1:/ })
  const text = 'Build, lost, lost, 20m 00s, triage: continue (the work is half done)'
  expect(told.getAttribute('title')).toBe(text)
  expect(told.getAttribute('aria-label')).toBe(`agent-1: ${text}`)
  expect(screen.getByRole('button', { name: /^agent-2:/ }).title).not.toContain('triage')
})
