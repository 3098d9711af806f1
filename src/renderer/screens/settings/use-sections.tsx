/** All sections as they are here: those of the app only in the app, those of the configuration once the host has said it. */
import type { Setting } from '../../../contract/page.ts'
import type { Problem } from '../../model/session/problem.ts'
import type { ConfigScope, PendingConfig } from '../../components/config-entry.ts'
import { useAnswer } from '../../model/use-answer.ts'
import { apiKeySection } from './api-keys.tsx'
import { APP, UPDATES } from './app-settings.tsx'
import { configSections } from './config-sections.tsx'
import { LOOK, PreferenceSwitch } from './look-settings.tsx'
import { notificationSection } from './notification-settings.tsx'
import { SERVICE } from './service-settings.tsx'
import { SettingRow } from './setting-row.tsx'
import type { SettingSection } from './setting.ts'
import { WORKTREES } from './worktree-settings.tsx'
import { Button } from '../../ui/button.tsx'
import { COMMANDS } from '../../actions/command-table.ts'
import { readableKey } from '../../actions/keys.ts'
import { setPreferences, usePreferences } from '../../model/preferences.ts'
import { KeyRow } from './key-row.tsx'

/** Files are edited elsewhere too. */
const ASK_EVERY_MS = 10_000

const NOTHING_READ = { entries: [], pending: [], problem: null }

interface Sections {
  readonly sections: readonly SettingSection[]
  /** Sections whose changes go to a file of the configuration. */
  readonly configIds: ReadonlySet<string>
  /** What the files say that is not in force. */
  readonly pending: PendingConfig
  readonly problem: Problem | null
  askAgain(): void
}

export function useSections(scope: ConfigScope): Sections {
  const config = useAnswer(({ page }) => page.settings({}), { everyMs: ASK_EVERY_MS })
  const read = config.value ?? NOTHING_READ
  const entries: readonly Setting[] = read.entries
  const pending: PendingConfig = { entries: read.pending, problem: read.problem }
  const executors = useAnswer(({ service }) => service.executors())
  const models = useAnswer(({ service }) => service.models())
  const askAgain = (): void => {
    for (const each of [config, executors, models]) each.askAgain()
  }
  const ofConfig = configSections({
    entries,
    pending: pending.entries,
    names: {
      executors: executors.value?.map(({ name }) => name) ?? [],
      models: models.value?.map(({ name }) => name) ?? [],
    },
    scope,
    onSaved: askAgain,
  })
  const ofApp = window.yardHost ? [apiKeySection(entries), APP, UPDATES] : []
  return {
    sections: [
      LOOK,
      KEYS,
      notificationSection(),
      ...ofConfig.map(withWorktrees),
      SERVICE,
      ...ofApp,
      TELEMETRY,
    ],
    configIds: new Set(ofConfig.map(({ id }) => id)),
    pending,
    problem: config.problem ?? executors.problem ?? models.problem,
    askAgain,
  }
}

/** The worktrees that there are stand before how they are made. */
const withWorktrees = (section: SettingSection): SettingSection =>
  section.id === 'worktree' ? { ...section, settings: [WORKTREES, ...section.settings] } : section

const TELEMETRY: SettingSection = {
  id: 'telemetry',
  title: 'Telemetry',
  settings: [
    {
      id: 'telemetry',
      words: 'Telemetry usage data',
      node: <SettingRow label="Telemetry" note="There is none." />,
    },
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
