/** Every entry of the configuration, grouped by the first word of its key. */
import type { Setting } from '../../../contract/page.ts'
import {
  isSaidElsewhere,
  keyParts,
  sourceLabel,
  titledSetting,
  type ConfigScope,
  type KnownNames,
  type PendingEntry,
} from '../../components/config-entry.ts'
import { ConfigRow } from '../../components/config-row.tsx'
import type { SettingSection } from './setting.ts'

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
