/** A setting as the list and the search see it. Pure. */
import type { ReactNode } from 'react'

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
