/** Keys: every command of the window with what calls it. */
import { Button } from '../../ui/button.tsx'
import { COMMANDS } from '../../actions/command-table.ts'
import { readableKey } from '../../actions/keys.ts'
import { setPreferences, usePreferences } from '../../model/preferences.ts'
import { KeyRow } from './key-row.tsx'
import { PreferenceSwitch } from './look-settings.tsx'
import { SettingRow } from './setting-row.tsx'
import type { SettingSection } from './setting.ts'

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
    {
      id: 'single-keys',
      words: 'Single keys',
      node: (
        <PreferenceSwitch
          name="singleKeys"
          label="Single keys"
          note="Keys without ⌘, Ctrl or ⌥. They never work while a text field has the focus."
        />
      ),
    },
    { id: 'reset-keys', words: 'Keys of your own reset', node: <ResetAll /> },
    ...COMMANDS.map((command) => ({
      id: `key-${command.id}`,
      words: `${command.title} ${command.group} ${command.keys.map(readableKey).join(' ')}`,
      node: <KeyRow command={command} />,
    })),
  ],
}
