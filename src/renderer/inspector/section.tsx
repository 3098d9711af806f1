/** A part of the overview with its heading. */
import type { ReactNode } from 'react'

interface SectionProps {
  readonly title: string
  /** At the right of the heading. */
  readonly end?: ReactNode
  readonly children: ReactNode
}

export function Section({ title, end, children }: SectionProps) {
  return (
    <section className="section">
      <h3>
        {title}
        {end !== undefined && <span className="section-end ml-auto">{end}</span>}
      </h3>
      {children}
    </section>
  )
}
