/** Settings inside the app: what is asked of the desktop host, and what is shown of its answers. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type {
  DesktopAsk,
  DesktopBridge,
  DesktopPreferences,
  UpdateState,
} from '../../../../src/contract/desktop.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { emptyView } from '../../../../src/renderer/model/session/yard-view.ts'
import { SettingsScreen } from '../../../../src/renderer/screens/settings/settings-screen.tsx'
import { summaryOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

/** Of its yard nothing is answered. */
const session = liveSession({}, { ...emptyView, summary: summaryOf({ host: 'app' }) })

const NO_KEYS = { refusal: null, problem: null, keys: [] }

let preferences: DesktopPreferences
let tell: (ask: DesktopAsk) => void

function bridge(update: UpdateState): DesktopBridge {
  return {
    platform: 'linux',
    connect: () => {},
    chooseFolder: async () => null,
    reveal: async () => true,
    openFolder: async () => null,
    preferences: async () => preferences,
    setPreferences: async (change) => (preferences = { ...preferences, ...change }),
    updateState: async () => update,
    checkForUpdate: async () => ({ kind: 'available', version: '2.0.0' }),
    downloadUpdate: async () => ({ kind: 'downloading', version: '2.0.0', percent: 10 }),
    cancelUpdate: async () => ({ kind: 'available', version: '2.0.0' }),
    installUpdate: vi.fn<() => Promise<void>>(async () => {}),
    setTheme: async () => {},
    keys: async () => NO_KEYS,
    keepKey: async () => NO_KEYS,
    removeKey: async () => NO_KEYS,
    installCommandLine: async () => ({ ok: false, message: '/usr/local/bin is not writable' }),
    onAsk: (listener) => ((tell = listener), () => {}),
  }
}

/** Opens a section of the settings of an app with these updates. */
function open(section: string, update: UpdateState = { kind: 'off' }): DesktopBridge {
  const host = bridge(update)
  Object.assign(window, { yardHost: host })
  location.hash = `#/settings?section=${section}`
  render(
    <SessionContext value={session}>
      <SettingsScreen />
    </SessionContext>,
  )
  return host
}

beforeEach(() => {
  preferences = {
    notifyNeedsYou: true,
    notifyFailed: true,
    notifyAllDone: false,
    openAtLogin: false,
  }
})
afterEach(() => {
  cleanup()
  Object.assign(window, { yardHost: undefined })
  location.hash = ''
})

const press = async (name: string): Promise<void> =>
  void fireEvent.click(await screen.findByRole('button', { name }))

test('notifications are those of the app: the browser is not asked', async () => {
  open('notifications')
  const done = await screen.findByRole('switch', { name: 'Everything is done' })
  expect(done.getAttribute('aria-checked')).toBe('false')
  fireEvent.click(done)
  await waitFor(() => expect(preferences.notifyAllDone).toBe(true))
  await waitFor(() => expect(done.getAttribute('aria-checked')).toBe('true'))
  expect(screen.queryByText('Permission of the browser')).toBeNull()
})

test('opening at login is asked of the system; what the app refuses is said in its own words', async () => {
  const host = open('app')
  host.setPreferences = async () => {
    throw new Error("Error invoking remote method 'x': Error: the system does not allow it")
  }
  fireEvent.click(await screen.findByRole('switch', { name: 'Open at login' }))
  expect((await screen.findByText(/the system does not allow it/)).textContent).toBe(
    'the system does not allow it',
  )
  await press('Install')
  await screen.findByText('/usr/local/bin is not writable')
})

test('without a release channel nothing is looked for', async () => {
  open('updates')
  await screen.findByText(/^Off: this build has no release channel/)
  expect(screen.queryByRole('button', { name: 'Look for one' })).toBeNull()
})

test('a new version is looked for, loaded and installed only when told to', async () => {
  const host = open('updates', { kind: 'none', version: '1.0.0' })
  await screen.findByText('1.0.0 is the newest.')
  await press('Look for one')
  await press('Download')
  await screen.findByText('Loading 2.0.0, 10 %')
  await press('Cancel')
  await screen.findByRole('button', { name: 'Download' })
  tell({ kind: 'update', state: { kind: 'ready', version: '2.0.0' } })
  expect(host.installUpdate).not.toHaveBeenCalled()
  await press('Install and restart')
  expect(host.installUpdate).toHaveBeenCalledOnce()
})

test('the yard that this app holds is not stopped from here', async () => {
  open('service')
  await screen.findByText('Run by this app')
  await screen.findByText(/This app holds the yard itself/)
  expect(screen.queryByRole('button', { name: /^Stop/ })).toBeNull()
})
