import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { RecentYard } from '../../../../src/contract/start-screen.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { RecentList } from '../../../../src/renderer/shell/start-screen/start-facts.tsx'
import { liveSession } from '../../model/session/live-session.ts'

afterEach(cleanup)

const yardOf = (name: string, more: Partial<RecentYard>): RecentYard => ({
  folder: `/home/p/${name}`,
  name,
  state: 'at-rest',
  agents: 0,
  attention: 0,
  openedAt: '2026-01-01T00:00:00.000Z',
  ...more,
})

test('a yard that nobody runs is not said to be at rest, nor in the colour of what is done', async () => {
  const recent = [
    yardOf('stopped', { state: 'not-running' }),
    yardOf('quiet', {}),
    yardOf('asks', { state: 'needs-you', attention: 2 }),
  ]
  const opening = {
    isBusy: false,
    problem: null,
    dismiss: vi.fn<() => void>(),
    open: vi.fn<() => void>(),
    example: vi.fn<() => void>(),
  }
  const session = liveSession({ startScreen: { recent: async () => recent } })
  render(
    <SessionContext value={session}>
      <RecentList opening={opening} />
    </SessionContext>,
  )
  await screen.findByText('Not running')
  const stateOf = (text: string) => screen.getByText(text).getAttribute('data-st')
  expect(stateOf('Not running')).toBe('off')
  expect(stateOf('At rest')).toBe('done')
  expect(stateOf('2 need you')).toBe('waiting')
})
