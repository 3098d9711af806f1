/** Nothing here: why, and what to do about it. */
import type { ReactNode } from 'react'

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
