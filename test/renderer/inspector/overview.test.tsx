import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { TaskView } from '../../../src/contract/view.ts'
import type { ExecutorType } from '../../../src/domain/settings.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { DoneWhen } from '../../../src/renderer/inspector/overview.tsx'
import { liveSession } from '../model/session/live-session.ts'

afterEach(cleanup)

const UNJUDGED = { checks: [], gate: { mode: 'off', threshold: null, source: 'config' } }

function show(
  executorType: ExecutorType | null,
  verify: string | null = null,
  judged: object = UNJUDGED,
): string[] {
  const routes = { executor: [], model: [], executorType, endpoint: null }
  const about = { id: 'a', verify, deliverables: ['out.txt'], routes }
  const task = { ...about, ...judged } as unknown as TaskView
  render(
    <SessionContext value={liveSession({})}>
      <DoneWhen task={task} />
    </SessionContext>,
  )
  return screen.getAllByRole('definition').map(({ textContent }) => textContent ?? '')
}

test.each<readonly [ExecutorType, string]>([
  ['shell', 'Its command exits with 0'],
  ['command', 'Its program exits with 0, or reports it done'],
  ['http', 'Its service answers that it is done'],
  ['manual', 'A person says so'],
  ['external', 'Whoever claimed it says so'],
  ['claude', 'Its agent reports it done, or ends without an error'],
])('a task of %s is done when: %s', (type, text) => {
  const [end, check, deliverables] = show(type)
  expect([end, check]).toEqual([text, 'None'])
  expect(deliverables).toContain('out.txt')
})

test('its check stands beside its end, not instead of it', () => {
  const [end, check] = show('shell', 'npm test')
  expect(end).toBe('Its command exits with 0')
  expect(check).toContain('npm test')
})

test('the lines that run before it is judged, and its gate, stand below that', () => {
  const [, , tests, style, gate] = show('claude', null, {
    checks: [
      { name: 'tests', run: 'npm test', gates: true },
      { name: 'style', run: 'npm run lint', gates: false },
    ],
    gate: { mode: 'gated', threshold: 0.7, source: 'tag docs' },
  })
  expect([tests, style]).toEqual(['npm test', 'npm run lintOnly told to the judge'])
  expect(gate).toBe('Gate 0.70 (tag docs)')
})

test('of an executor that nobody knows nothing is said', () => {
  expect(show(null)).toHaveLength(2)
})
