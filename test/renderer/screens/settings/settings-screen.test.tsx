/** Files that were edited beside a running service: what is in force, what waits, and why. */
import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ConfigEntry, PendingEntry } from '../../../../src/config/keys.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { SettingsScreen } from '../../../../src/renderer/screens/settings/settings-screen.tsx'
import { settingsOf } from '../../../support/settings.ts'
import { liveSession } from '../../model/session/live-session.ts'

const FILE = '/atlas/.yard/config.toml'
const CONFIG: readonly ConfigEntry[] = [
  { key: 'agent.max_subtasks', value: 7, source: 'project', file: FILE, line: 3 },
  { key: 'agent.max_attempts', value: 3, source: 'default', file: null, line: null },
]

interface Pending {
  readonly entries: readonly PendingEntry[]
  readonly problem: string | null
}

/** Opens a section of the settings of a service whose files say this. */
function open(section: string, pending: Pending): void {
  const service = {
    executors: async () => [],
    models: async () => [],
  }
  location.hash = `#/settings?section=${section}`
  render(
    <SessionContext
      value={liveSession({ service, page: { settings: async () => settingsOf(CONFIG, pending) } })}
    >
      <SettingsScreen />
    </SessionContext>,
  )
}

afterEach(() => {
  cleanup()
  location.hash = ''
})

const EDITED: Pending = {
  entries: [
    {
      key: 'agent.max_subtasks',
      value: 9,
      source: 'project',
      file: FILE,
      line: 4,
      inForce: { value: 7, source: 'project' },
    },
    {
      key: 'executors.mine.type',
      value: 'shell',
      source: 'project',
      file: FILE,
      line: 9,
      inForce: { value: null, source: 'default' },
    },
  ],
  problem: null,
}

test('a setting shows what is in force beside what waits for a reload', async () => {
  open('agent', EDITED)
  const row = within(await screen.findByRole('group', { name: 'Added tasks' }))
  expect(row.getByText('In force:').textContent).toBe('In force: 7')
  expect(row.getByText('Pending:').textContent).toBe('Pending: 9')
  expect(row.getByRole('button', { name: 'Copy .yard/config.toml:4' })).toBeDefined()
  expect(row.getByText('yard service reload')).toBeDefined()
  expect(screen.getAllByText('Pending:')).toHaveLength(1)
})

test('a key that only the files name has a row; every section says what waits', async () => {
  open('executors', EDITED)
  await screen.findByRole('heading', { level: 2, name: 'Executors' })
  expect(screen.getByText('In force:').textContent).toBe('In force: not set')
  expect(screen.getByText('Pending:').textContent).toBe('Pending: shell')
  expect(screen.getByText(/^Changed in the files, not reloaded/).textContent).toContain(
    'agent.max_subtasks, executors.mine.type',
  )
})

test('files that cannot be read are named; with none changed nothing is said', async () => {
  open('agent', { entries: [], problem: 'config.toml:5: bad line' })
  expect(
    (await screen.findByText(/^The configuration files cannot be read/)).textContent,
  ).toContain('config.toml:5: bad line')
  cleanup()
  open('agent', { entries: [], problem: null })
  await screen.findByRole('group', { name: 'Added tasks' })
  expect(screen.queryByText('Pending:')).toBeNull()
  expect(screen.queryByText(/not reloaded|cannot be read/)).toBeNull()
})
