/** The frame of every screen: its bar with name, filters and tools, and what it shows below. */
import type { ReactNode } from 'react'

interface ScreenProps {
  readonly title: string
  /** A line beside the name: `9 profiles, 8 can start an agent here`. */
  readonly note?: ReactNode
  readonly filters?: ReactNode
  readonly tools?: ReactNode
  readonly children: ReactNode
}

export function Screen({ title, note, filters, tools, children }: ScreenProps) {
  return (
    <section className="screen flex-1 min-w-0 min-h-0" aria-label={title}>
      <div className="screen-bar flex items-center min-w-0">
        <h1>{title}</h1>
        {note !== undefined && <span className="truncate text-12 text-text-3">{note}</span>}
        {filters}
        {tools !== undefined && <div className="end">{tools}</div>}
      </div>
      {children}
    </section>
  )
}

/** Nothing here: why, and what to do about it. */
export function EmptyNote({
  text,
  children,
}: {
  readonly text: string
  readonly children?: ReactNode
}) {
  return (
    <div className="empty-note" role="status">
      <p>{text}</p>
      {children}
    </div>
  )
}
