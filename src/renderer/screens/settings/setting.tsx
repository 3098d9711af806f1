/** A setting as the list and the search see it, and as a row: what it is at the left, its control at the right. */
import { useId, type ComponentProps, type ReactNode } from 'react'
import { DataTable } from '../../ui/data-table.tsx'
import '../../components/config.css'

export interface Setting {
  readonly id: string
  /** All that the search looks at: its label, its note, its key. */
  readonly words: string
  readonly node: ReactNode
}

export interface SettingSection {
  readonly id: string
  readonly title: string
  /** A line under the title. */
  readonly note?: string | undefined
  readonly settings: readonly Setting[]
}

/** Sections with the settings in which every word occurs; a section whose title has them all stays whole. */
export function foundIn(
  sections: readonly SettingSection[],
  query: string,
): readonly SettingSection[] {
  const words = query.toLowerCase().match(/\S+/g) ?? []
  if (words.length === 0) return sections
  return sections.flatMap((section) => {
    const title = section.title.toLowerCase()
    const settings = section.settings.filter((setting) => {
      const text = `${title} ${setting.words.toLowerCase()}`
      return words.every((word) => text.includes(word))
    })
    return settings.length === 0 ? [] : [{ ...section, settings }]
  })
}

interface SettingRowProps {
  readonly label: string
  readonly note?: ReactNode
  /** Below both: what was refused, what came of it. */
  readonly below?: ReactNode
  readonly children?: ReactNode
}

export function SettingRow({ label, note, below, children }: SettingRowProps) {
  const id = useId()
  return (
    <div className="config-row" role="group" aria-labelledby={id}>
      <div className="config-words min-w-0">
        <h3 id={id}>{label}</h3>
        {note !== undefined && <p>{note}</p>}
      </div>
      <div className="config-acts flex flex-wrap items-center text-12">{children}</div>
      {below !== undefined && <div className="config-below text-12 text-text-2">{below}</div>}
    </div>
  )
}

/** What a setting holds several of, one a row. */
export function Listed<T extends object>(props: ComponentProps<typeof DataTable<T>>) {
  return (
    <div className="listed" role="region" aria-label={props.label} tabIndex={0}>
      <DataTable {...props} />
    </div>
  )
}
