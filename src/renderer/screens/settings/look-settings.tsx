/** Look: how this window is drawn and moved in. Kept in this browser or app. */
import { Segmented, Switch } from '../../ui/fields.tsx'
import { setPreferences, usePreferences, type Preferences } from '../../model/preferences.ts'
import { SettingRow } from './setting-row.tsx'
import type { SettingSection } from './setting.ts'

function Theme() {
  const theme = usePreferences((preferences) => preferences.theme)
  return (
    <SettingRow label="Theme">
      <Segmented
        label="Theme"
        value={theme}
        options={[
          ['system', 'System'],
          ['light', 'Light'],
          ['dark', 'Dark'],
        ]}
        onChange={(next) => setPreferences({ theme: next })}
      />
    </SettingRow>
  )
}

function Direction() {
  const direction = usePreferences((preferences) => preferences.direction)
  return (
    <SettingRow label="Direction of the graph" note="Where a task’s dependents stand.">
      <Segmented
        label="Direction of the graph"
        value={direction}
        options={[
          ['right', 'To the right'],
          ['down', 'Downwards'],
        ]}
        onChange={(next) => setPreferences({ direction: next })}
      />
    </SettingRow>
  )
}

type SwitchName = {
  [K in keyof Preferences]: Preferences[K] extends boolean ? K : never
}[keyof Preferences]

interface PreferenceSwitchProps {
  readonly name: SwitchName
  readonly label: string
  readonly note?: string
}

/** A preference that is on or off. */
export function PreferenceSwitch({ name, label, note }: PreferenceSwitchProps) {
  const isOn = usePreferences((preferences) => preferences[name])
  return (
    <SettingRow label={label} note={note}>
      <Switch label={label} isOn={isOn} onChange={(next) => setPreferences({ [name]: next })} />
    </SettingRow>
  )
}

export const LOOK: SettingSection = {
  id: 'look',
  title: 'Look',
  settings: [
    { id: 'theme', words: 'Theme system light dark', node: <Theme /> },
    { id: 'direction', words: 'Direction of the graph right down', node: <Direction /> },
    {
      id: 'wheel',
      words: 'The wheel zooms scroll pan',
      node: (
        <PreferenceSwitch
          name="wheelZooms"
          label="The wheel zooms"
          note="Off: it moves the graph, and zooms with ⌘ or Ctrl."
        />
      ),
    },
    {
      id: 'minimap',
      words: 'Minimap the whole graph in a corner',
      node: (
        <PreferenceSwitch
          name="isMinimapOpen"
          label="Minimap"
          note="The whole graph in a corner."
        />
      ),
    },
  ],
}
