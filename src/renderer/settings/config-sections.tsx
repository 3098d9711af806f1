/** Every entry of the configuration, grouped by the first word of its key. */
import {
  isSaidElsewhere,
  keyParts,
  sourceWord,
  withPendingKeys,
  type ConfigEntry,
  type ConfigScope,
  type KnownNames,
  type PendingEntry,
} from '../ui/config-entry.ts'
import { wordsOf, type KeyWords } from '../ui/config-keys.ts'
import { ConfigRow } from '../ui/config-row.tsx'
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
  readonly entries: readonly ConfigEntry[]
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
  const listed = withPendingKeys(entries, pending)
  const groups = Map.groupBy(listed, ({ key }) => keyParts(key)[0] ?? '')
  return [...groups].map(([group, members]) => ({
    id: group,
    title: GROUPS[group]?.[0] ?? group,
    note: GROUPS[group]?.[1] ?? '',
    settings: members.map((entry) => {
      const words = titled(entry)
      return {
        id: entry.key,
        words: `${words.label} ${words.note} ${entry.key} ${sourceWord(entry.source)}`,
        node: (
          <ConfigRow
            entry={entry}
            words={words}
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

/** An executor's or a model's own: its name comes first. */
function titled({ key }: ConfigEntry): KeyWords {
  const words = wordsOf(key)
  const [group, name] = keyParts(key)
  if (group !== 'executors' && group !== 'models') return words
  return { ...words, label: `${name}: ${words.label}` }
}
