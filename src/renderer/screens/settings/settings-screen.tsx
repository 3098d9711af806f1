/** Settings: the window's own, and every entry of the configuration with its source. Sections at the left, search over all. */
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import type { ConfigScope, PendingConfig } from '../../components/config-entry.ts'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { useCommands } from '../../actions/commands.ts'
import { navigate, setFilter, useRoute } from '../../model/route.ts'
import { foundIn, type SettingSection } from './setting.tsx'
import { useSections } from './use-sections.tsx'
import './settings.css'

const SEARCH = 'settings-search'

export function SettingsScreen() {
  const { filters } = useRoute()
  const [scope, setScope] = useState<ConfigScope>('project')
  const { sections, configIds, pending, problem, askAgain } = useSections(scope)
  const query = filters['q'] ?? ''
  const isSearch = query.trim() !== ''
  const current = sections.find(({ id }) => id === filters['section']) ?? sections[0]
  const shown = isSearch ? foundIn(sections, query) : current ? [current] : []
  useCommands({ find: () => document.getElementById(SEARCH)?.focus() })
  return (
    <Screen
      title="Settings"
      tools={
        shown.some(({ id }) => configIds.has(id)) && (
          <Segmented
            label="A change holds for"
            value={scope}
            options={[
              ['project', 'This yard'],
              ['global', 'All yards'],
            ]}
            onChange={setScope}
          />
        )
      }
    >
      <div className="settings">
        <div className="settings-side flex flex-col gap-2">
          <input
            id={SEARCH}
            className="input"
            type="search"
            aria-label="Search settings"
            placeholder="Search settings"
            value={query}
            onChange={(event) => setFilter('q', event.target.value)}
          />
          <SectionList sections={sections} current={isSearch ? null : (current?.id ?? null)} />
        </div>
        <div className="settings-body flex-1 min-w-0">
          <ProblemNote problem={problem} onClose={askAgain} />
          <PendingNote pending={pending} />
          {shown.map((section) => (
            <Section key={section.id} section={section} />
          ))}
          {shown.length === 0 && (
            <EmptyNote text="No setting matches.">
              <Button onClick={() => setFilter('q', '')}>Clear search</Button>
            </EmptyNote>
          )}
        </div>
      </div>
    </Screen>
  )
}

function PendingNote({ pending: { entries, problem } }: { readonly pending: PendingConfig }) {
  if (problem !== null)
    return (
      <p className="settings-pending text-12" role="status">
        The configuration files cannot be read, so what was read before is in force: {problem}
      </p>
    )
  if (entries.length === 0) return null
  return (
    <p className="settings-pending text-12" role="status">
      Changed in the files, not reloaded: {entries.map(({ key }) => key).join(', ')}
    </p>
  )
}

interface SectionListProps {
  readonly sections: readonly SettingSection[]
  /** Null while a search shows some of all. */
  readonly current: string | null
}

function SectionList({ sections, current }: SectionListProps) {
  return (
    <nav aria-label="Sections of settings">
      <ul>
        {sections.map(({ id, title }) => (
          <li key={id}>
            <button
              type="button"
              aria-current={id === current ? 'page' : undefined}
              onClick={() => navigate({ filters: { section: id } }, { replace: true })}
            >
              {title}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Section({ section }: { readonly section: SettingSection }) {
  const { title, note, settings } = section
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {note !== undefined && <p className="text-12 text-text-2">{note}</p>}
      {settings.map(({ id, node }) => (
        <div key={id}>{node}</div>
      ))}
    </section>
  )
}
