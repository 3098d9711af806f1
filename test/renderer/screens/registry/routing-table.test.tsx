import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { KindRouting } from '../../../../src/contract/routing.ts'
import type { YardClient } from '../../../../src/renderer/model/session/link.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { emptyView, viewFromSnapshot } from '../../../../src/renderer/model/session/yard-view.ts'
import {
  factsOf,
  RoutingTables,
} from '../../../../src/renderer/screens/registry/models/routing-table.tsx'
import { snapshotOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

afterEach(cleanup)

const DOCS: KindRouting = {
  kind: 'docs',
  learns: true,
  today: 'claude/sonnet',
  incumbent: 'claude/haiku',
  arms: [
    {
      arm: 'claude/sonnet',
      n: 24,
      learning: false,
      score: 0.91,
      sd: 0.03,
      costUsd: 0.11,
      hours: 0.1,
      chance: 0.12,
    },
    {
      arm: 'claude/haiku',
      n: 9,
      learning: true,
      score: 0.84,
      sd: 0.06,
      costUsd: null,
      hours: 0.05,
      chance: 0.88,
    },
  ],
  chosen: 40,
  explored: 3,
  exploredShare: 0.075,
  saving: { against: 'claude/sonnet', tries: 40, triesAgainst: 12, usd: 2.1, low: -0.4, high: 4.6 },
}

const show = (kinds: readonly KindRouting[]): void => {
  const client = { service: { routing: async () => kinds } } as unknown as YardClient
  const session = liveSession(client, viewFromSnapshot(emptyView, snapshotOf(1, [])))
  render(
    <SessionContext value={session}>
      <RoutingTables />
    </SessionContext>,
  )
}

test('each kind has its arms with what is known of them, and says what is only being learned', async () => {
  show([DOCS])
  const table = await screen.findByRole('table', { name: 'Routing of docs tasks' })
  const rows = within(table)
    .getAllByRole('row')
    .map((row) => row.textContent)
  expect(rows[1]).toMatch(
    /claude\/sonnet where the settings send it24.*0\.91 ± \.03.*\$0\.11.*12 %/,
  )
  expect(rows[2]).toMatch(/claude\/haiku best as far as known9, learning.*0\.84 ± \.06.*88 %/)
  // What is not known is empty.
  expect(rows[2]).not.toContain('$')
})

test('a yard that chooses nothing and never did shows nothing of it', async () => {
  show([{ ...DOCS, learns: false, chosen: 0, saving: null, exploredShare: null }])
  await Promise.resolve()
  expect(screen.queryByRole('table')).toBeNull()
})

test('the saving comes with its bounds, and none is claimed where too little is known', () => {
  expect(factsOf(DOCS)).toBe(
    'explored 3 of 40 (8 %), saved about $2.10 against claude/sonnet, −$0.40 to $4.60 with 90 %',
  )
  expect(factsOf({ ...DOCS, saving: null })).toBe('explored 3 of 40 (8 %)')
  expect(factsOf({ ...DOCS, chosen: 0, exploredShare: null, saving: null })).toBe(
    'none chosen for yet',
  )
})
