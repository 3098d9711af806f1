/** What is the window's own: how it is drawn, its keys, which news the system shows. Kept in this browser or app. */
import { useState } from 'react'
import { COMMANDS } from '../../actions/command-table.ts'
import { readableKey } from '../../actions/keys.ts'
import { setPreferences, usePreferences, type Preferences } from '../../model/preferences.ts'
import { Button } from '../../ui/button.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { Switch } from '../../ui/switch.tsx'
import { DesktopSwitch } from './app-settings.tsx'
import { KeyRow } from './key-row.tsx'
import { SettingRow, type Setting, type SettingSection } from './setting.tsx'

interface PreferenceProps<K extends keyof Preferences> {
  readonly name: K
  readonly label: string
  readonly note?: string
}

interface ChoiceProps<K extends 'theme' | 'direction'> extends PreferenceProps<K> {
  readonly options: readonly (readonly [Preferences[K], string])[]
}

function Choice<K extends 'theme' | 'direction'>({ name, label, note, options }: ChoiceProps<K>) {
  const value = usePreferences((preferences) => preferences[name])
  return (
    <SettingRow label={label} note={note}>
      <Segmented
        label={label}
        value={value}
        options={options}
        onChange={(next) => setPreferences({ [name]: next })}
      />
    </SettingRow>
  )
}

type SwitchName = {
  [K in keyof Preferences]: Preferences[K] extends boolean ? K : never
}[keyof Preferences]

/** A preference that is on or off. */
function PreferenceSwitch({ name, label, note }: PreferenceProps<SwitchName>) {
  const isOn = usePreferences((preferences) => preferences[name])
  return (
    <SettingRow label={label} note={note}>
      <Switch label={label} isOn={isOn} onChange={(next) => setPreferences({ [name]: next })} />
    </SettingRow>
  )
}

/** `words`: what else it is found by. */
const switchSetting = (name: SwitchName, label: string, note: string, words = ''): Setting => ({
  id: name,
  words: `${label} ${note} ${words}`,
  node: <PreferenceSwitch name={name} label={label} note={note} />,
})

const THEMES = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const

const DIRECTIONS = [
  ['right', 'To the right'],
  ['down', 'Downwards'],
] as const

export const LOOK: SettingSection = {
  id: 'look',
  title: 'Look',
  settings: [
    {
      id: 'theme',
      words: 'Theme system light dark',
      node: <Choice name="theme" label="Theme" options={THEMES} />,
    },
    {
      id: 'direction',
      words: 'Direction of the graph right down',
      node: (
        <Choice
          name="direction"
          label="Direction of the graph"
          note="Where a task’s dependents stand."
          options={DIRECTIONS}
        />
      ),
    },
    switchSetting(
      'wheelZooms',
      'The wheel zooms',
      `Off: it moves the graph, and zooms with ${readableKey('mod')}.`,
      'scroll pan',
    ),
    switchSetting('isMinimapOpen', 'Minimap', 'The whole graph in a corner.'),
  ],
}

// Keys: every command of the window with what calls it.

function ResetAll() {
  const count = usePreferences((preferences) => Object.keys(preferences.keys).length)
  return (
    <SettingRow
      label="Keys of your own"
      note={count === 0 ? 'None: all commands have their usual keys.' : undefined}
    >
      {count > 0 && <Button onClick={() => setPreferences({ keys: {} })}>Reset all {count}</Button>}
    </SettingRow>
  )
}

export const KEYS: SettingSection = {
  id: 'keys',
  title: 'Keys',
  settings: [
    switchSetting(
      'singleKeys',
      'Single keys',
      `Keys without ${readableKey('mod')} or ${readableKey('alt')}. They never work while a text field has the focus.`,
    ),
    { id: 'reset-keys', words: 'Keys of your own reset', node: <ResetAll /> },
    ...COMMANDS.map((command) => ({
      id: `key-${command.id}`,
      words: `${command.title} ${command.group} ${command.keys.map(readableKey).join(' ')}`,
      node: <KeyRow command={command} />,
    })),
  ],
}

// Notifications: the app keeps its own choice; a browser has to be asked first.

const KINDS = [
  ['notifyNeedsYou', 'Something needs you', 'A question, a sign-off, a task out of tries.'],
  ['notifyFailed', 'A task has failed', 'Merged: at most one a minute.'],
  ['notifyAllDone', 'Everything is done', 'The graph has come to rest.'],
] as const

type Permission = NotificationPermission | 'absent'

const permissionNow = (): Permission =>
  'Notification' in window ? Notification.permission : 'absent'

const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  default: 'The browser has not been asked yet.',
  granted: 'Allowed by the browser, while this page is open.',
  denied: 'Blocked by the browser. Allow it in its settings of this site.',
  absent: 'This browser has none.',
}

function BrowserPermission() {
  const [permission, setPermission] = useState(permissionNow)
  return (
    <SettingRow label="Permission of the browser" note={PERMISSION_WORDS[permission]}>
      {permission === 'default' && (
        <Button
          onClick={() => void Notification.requestPermission().then((said) => setPermission(said))}
        >
          Ask the browser
        </Button>
      )}
    </SettingRow>
  )
}

const inBrowser = (): readonly Setting[] => [
  { id: 'permission', words: 'Permission of the browser', node: <BrowserPermission /> },
  ...KINDS.map(([name, label, note]) => switchSetting(name, label, note)),
]

const inApp = (): readonly Setting[] =>
  KINDS.map(([name, label, note]) => ({
    id: name,
    words: `${label} ${note}`,
    node: <DesktopSwitch name={name} label={label} note={note} />,
  }))

export const notificationSection = (): SettingSection => ({
  id: 'notifications',
  title: 'Notifications',
  note: 'Quiet while the window is in front.',
  settings: window.yardHost ? inApp() : inBrowser(),
})
