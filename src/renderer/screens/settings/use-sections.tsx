/** All sections as they are here: those of the app only in the app, those of the configuration once the host has said it. */
import type { Setting } from '../../../contract/page.ts'
import {
  isSaidElsewhere,
  keyParts,
  sourceLabel,
  titledSetting,
  type ConfigScope,
  type KnownNames,
  type PendingConfig,
  type PendingEntry,
} from '../../components/config-entry.ts'
import { ConfigRow } from '../../components/config-row.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { apiKeySection } from './api-keys.tsx'
import { APP, UPDATES } from './app-settings.tsx'
import { DOCTOR } from './doctor-settings.tsx'
import { SERVICE } from './service-settings.tsx'
import { SettingRow, type SettingSection } from './setting.tsx'
import { TOKENS } from './token-settings.tsx'
import { KEYS, LOOK, notificationSection } from './window-settings.tsx'
import { TRANSPORT } from './transport-settings.tsx'
import { WORKTREES } from './worktree-settings.tsx'

/** Files are edited elsewhere too. */
const ASK_EVERY_MS = 10_000

export function useSections(scope: ConfigScope) {
  const config = useAnswer(({ page }) => page.settings({}), { everyMs: ASK_EVERY_MS })
  const read = config.value ?? { entries: [], pending: [], problem: null }
  const entries: readonly Setting[] = read.entries
  /** What the files say that is not in force. */
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
      ...ofConfig.map(withFirst),
      TOKENS,
      DOCTOR,
      SERVICE,
      ...ofApp,
      TELEMETRY,
    ],
    /** Sections whose changes go to a file of the configuration. */
    configIds: new Set(ofConfig.map(({ id }) => id)),
    pending,
    problem: config.problem ?? executors.problem ?? models.problem,
    askAgain,
  }
}

/** What there is stands before how it is made. */
const FIRST: Readonly<Record<string, SettingSection['settings'][number]>> = {
  worktree: WORKTREES,
  transport: TRANSPORT,
}

function withFirst(section: SettingSection): SettingSection {
  const first = FIRST[section.id]
  return first ? { ...section, settings: [first, ...section.settings] } : section
}

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

// Every entry of the configuration, grouped by the first word of its key.

const GROUPS: Readonly<Record<string, readonly [string, string]>> = {
  coordinator: ['Coordinator', 'The loop that keeps the graph moving.'],
  agent: ['Agents', 'What holds for every agent.'],
  schedule: ['Schedule', 'Tasks that repeat.'],
  store: ['Storage', 'How the yard is kept, and its backups.'],
  worktree: ['Worktrees', 'Where tasks under git work, and how what they have made is merged.'],
  caps: ['Caps', 'Limits beside the greatest number of agents.'],
  budget: [
    'Budgets',
    'At a cap no new agent starts; those that run go on. Raised, everything goes on by itself. Shell commands and people cost nothing here.',
  ],
  judging: ['Judging', 'Whom the yard asks to judge, what they are shown, what that may cost.'],
  evaluation: [
    'Evaluation',
    'What results must pass before they count, and what is run and asked for that.',
  ],
  triage: ['Triage', 'What becomes of agents that were lost, crashed, timed out or are silent.'],
  assignment: ['Assignment', 'Who does a task, where nobody said so.'],
  routing: ['Routing', 'Executors and models chosen by what they scored.'],
  members: ['Members', 'Whom messages are sent to. The Messages screen shows how each stands.'],
  messages: [
    'Messages',
    'When they come again, and how far agents may go on answering each other.',
  ],
  jobs: ['Jobs', 'Messages by the clock. The Schedule screen shows when each fires next.'],
  transport: ['Transport', 'How messages reach members on other machines.'],
  fleet: ['Other machines', 'The address at which they reach this yard.'],
  machine: ['This machine', 'Over all your yards; never in the file of a project.'],
  executors: ['Executors', 'What files say of them. The Executors screen shows each whole.'],
  models: ['Models', 'What files say of them. The Models screen shows the registry.'],
}

interface ConfigSectionsParts {
  readonly entries: readonly Setting[]
  readonly pending: readonly PendingEntry[]
  readonly names: KnownNames
  readonly scope: ConfigScope
  readonly onSaved: () => void
}

export function configSections({
  entries,
  pending,
  names,
  scope,
  onSaved,
}: ConfigSectionsParts): readonly SettingSection[] {
  const pendingAt = new Map(pending.map((entry) => [entry.key, entry]))
  const groups = Map.groupBy(entries, ({ key }) => keyParts(key)[0] ?? '')
  return [...groups].map(([group, members]) => ({
    id: group,
    title: GROUPS[group]?.[0] ?? group,
    note: GROUPS[group]?.[1] ?? '',
    settings: members.map((entry) => {
      const titled = titledSetting(entry)
      return {
        id: entry.key,
        words: `${titled.label} ${titled.note} ${entry.key} ${sourceLabel(entry.source)}`,
        node: (
          <ConfigRow
            entry={titled}
            names={names}
            scope={scope}
            isBorrowed={isSaidElsewhere(entry, entries) && entry.key.startsWith('coordinator.')}
            pending={pendingAt.get(entry.key) ?? null}
            onSaved={onSaved}
          />
        ),
      }
    }),
  }))
}
