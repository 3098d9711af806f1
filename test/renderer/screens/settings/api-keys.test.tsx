/** The section of kept keys inside the app: what is asked of the desktop host, and that no value stays in the page. */
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DesktopKeys } from '../../../../src/contract/desktop.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { emptyView } from '../../../../src/renderer/model/session/yard-view.ts'
import { SettingsScreen } from '../../../../src/renderer/screens/settings/settings-screen.tsx'
import { summaryOf } from '../../../support/scripted-host.ts'
import { settingsOf } from '../../../support/settings.ts'
import { liveSession } from '../../model/session/live-session.ts'

const SECRET = 'sk-live-0123456789'
const CONFIG = [
  { key: 'executors.proxy.api_key_env', value: 'LLM_KEY' },
  { key: 'executors."a.b".api_key_env', value: 'LLM_KEY' },
  { key: 'executors.other.api_key_env', value: 'OTHER_KEY' },
  { key: 'executors.other.model', value: 'LLM_KEY' },
].map((entry) => ({
  ...entry,
  source: 'project' as const,
  file: '/yard/.yard/config.toml',
  line: 1,
}))

/** Answers `page.settings` and nothing else. */
const session = liveSession(
  {
    page: { settings: async () => settingsOf(CONFIG) },
  },
  { ...emptyView, summary: summaryOf({ host: 'app' }) },
)

let kept: DesktopKeys
let asked: unknown[][]
let refused: string | null
beforeEach(() => {
  kept = { refusal: null, problem: null, keys: [] }
  asked = []
  refused = null
})
afterEach(() => {
  cleanup()
  Object.assign(window, { yardHost: undefined })
  location.hash = ''
})

function open(): void {
  const answer = async (...words: unknown[]): Promise<DesktopKeys> => {
    asked.push(words)
    if (refused !== null)
      throw new Error(`Error invoking remote method 'yardmaster:call:keepKey': Error: ${refused}`)
    return kept
  }
  const yardHost = {
    keys: async () => kept,
    keepKey: async (...words: unknown[]) => answer('keep', ...words),
    removeKey: async (...words: unknown[]) => answer('remove', ...words),
  }
  Object.assign(window, { yardHost })
  show()
}

function show(): void {
  location.hash = '#/settings?section=api-keys'
  render(
    <SessionContext value={session}>
      <SettingsScreen />
    </SessionContext>,
  )
}

const field = async (name: string): Promise<HTMLInputElement> => screen.findByLabelText(name)
const type = async (name: string, value: string): Promise<void> =>
  void fireEvent.change(await field(name), { target: { value } })
const press = async (name: string): Promise<void> =>
  void fireEvent.click(await screen.findByRole('button', { name }))

test('a browser has no such section', async () => {
  show()
  expect(await screen.findByRole('button', { name: 'Telemetry' })).not.toBeNull()
  expect(screen.queryByRole('button', { name: 'API keys' })).toBeNull()
})

test('a key goes to the app once, and stays nowhere in the page', async () => {
  open()
  await type('Name of the variable', ' LLM_KEY ')
  await type('Key', SECRET)
  expect((await field('Key')).type).toBe('password')
  kept = { ...kept, keys: [{ name: 'LLM_KEY', state: 'used' }] }
  await press('Keep key')
  await screen.findByRole('cell', { name: 'LLM_KEY' })
  expect(asked).toEqual([['keep', 'LLM_KEY', SECRET]])
  await waitFor(async () => expect((await field('Key')).value).toBe(''))
  expect((await field('Name of the variable')).value).toBe('')
  const all = [document.documentElement.outerHTML, location.href, JSON.stringify(localStorage)]
  expect(all.join('\n')).not.toContain(SECRET)
})

test('what is missing is said at its field, and nothing is sent', async () => {
  open()
  await press('Keep key')
  await screen.findByText('It needs a name')
  await screen.findByText('There is no key yet')
  await type('Name of the variable', 'LLM_KEY')
  await press('Keep key')
  expect(screen.queryByText('It needs a name')).toBeNull()
  expect(asked).toEqual([])
})

test('a refusal is said in the words of the app, and what was typed can be corrected', async () => {
  open()
  refused = 'PATH is no name for a key'
  await type('Name of the variable', 'PATH')
  await type('Key', SECRET)
  await press('Keep key')
  await screen.findByText('PATH is no name for a key')
  expect((await field('Name of the variable')).value).toBe('PATH')
  expect((await field('Key')).value).toBe(SECRET)
  expect(document.body.textContent).not.toContain(SECRET)
})

test('each name tells which executors use it and whether it counts; a second press removes it', async () => {
  kept = {
    ...kept,
    keys: [
      { name: 'LLM_KEY', state: 'used' },
      { name: 'OLD_KEY', state: 'unreadable' },
      { name: 'OWN_KEY', state: 'overruled' },
    ],
  }
  open()
  const table = within(await screen.findByRole('region', { name: 'List of keys' }))
  await waitFor(() => expect(table.getByText('proxy, a.b')).not.toBeNull())
  table.getByText(/^Cannot be opened/)
  table.getByText(/^Not used: your environment/)
  await screen.findByText('Executors name OTHER_KEY.')
  await press('Remove LLM_KEY')
  expect(asked).toEqual([])
  kept = { ...kept, keys: [] }
  await press('Remove it? LLM_KEY')
  await waitFor(() => expect(screen.queryByRole('region', { name: 'List of keys' })).toBeNull())
  expect(asked).toEqual([['remove', 'LLM_KEY']])
})

test.each([
  ['refusal', 'This system offers no key store'],
  ['problem', '/data/keys.json is not a file of keys'],
] as const)('a %s takes the place of the form', async (kind, words) => {
  kept = { ...kept, [kind]: words }
  open()
  await screen.findByText(words)
  expect(screen.queryByLabelText('Key')).toBeNull()
})
