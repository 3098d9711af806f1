import type { ReactNode } from 'react'

interface ListedProps {
  /** Name of the list, for who does not see it. */
  readonly label: string
  readonly heads: readonly string[]
  /** Its rows: a cell for each head, and one for what can be done. */
  readonly children: ReactNode
}

/** What a setting holds several of, one a row. */
export function Listed({ label, heads, children }: ListedProps) {
  return (
    <div className="listed" role="region" aria-label={label} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
            <th scope="col">
              <span className="visually-hidden">Act</span>
            </th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
