/** Notifications: which news the system shows. The app keeps its own choice; a browser has to be asked first. */
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Switch } from '../../ui/fields.tsx'
import { PreferenceSwitch } from './look-settings.tsx'
import { SettingRow } from './setting-row.tsx'
import type { Setting, SettingSection } from './setting.ts'
import { useDesktopSettings } from './use-desktop.ts'

const KINDS = [
  ['notifyNeedsYou', 'Something needs you', 'A question, a sign-off, a task out of tries.'],
  ['notifyFailed', 'A task has failed', 'Merged: at most one a minute.'],
  ['notifyAllDone', 'Everything is done', 'The graph has come to rest.'],
] as const

type Kind = (typeof KINDS)[number]

function DesktopKind({ kind: [name, label, note] }: { readonly kind: Kind }) {
  const { preferences, problem, change, dismiss } = useDesktopSettings()
  return (
    <SettingRow
      label={label}
      note={note}
      below={<ProblemNote problem={problem} onClose={dismiss} />}
    >
      {preferences && (
        <Switch
          label={label}
          isOn={preferences[name]}
          onChange={(isOn) => change({ [name]: isOn })}
        />
      )}
    </SettingRow>
  )
}

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
  ...KINDS.map(([name, label, note]) => ({
    id: name,
    words: `${label} ${note}`,
    node: <PreferenceSwitch name={name} label={label} note={note} />,
  })),
]

const inApp = (): readonly Setting[] =>
  KINDS.map((kind) => ({
    id: kind[0],
    words: `${kind[1]} ${kind[2]}`,
    node: <DesktopKind kind={kind} />,
  }))

export const notificationSection = (): SettingSection => ({
  id: 'notifications',
  title: 'Notifications',
  note: 'Quiet while the window is in front.',
  settings: window.yardHost ? inApp() : inBrowser(),
})
