/** Places of a profile as little boxes, those in use lit; a number where there are too many, or no limit of its own. */
import { countText } from '../../../ui/format.ts'

const MOST_BOXES = 12

interface PlacesProps {
  readonly alive: number
  /** Null = only the yard's cap. */
  readonly max: number | null
}

export function Places({ alive, max }: PlacesProps) {
  const text = max === null ? countText(alive) : `${countText(alive)} of ${countText(max)}`
  const boxes = max ?? 0
  if (boxes === 0 || boxes > MOST_BOXES || alive > boxes)
    return max === null && alive === 0 ? null : <>{text}</>
  return (
    <span className="places" title={text}>
      <span className="visually-hidden">{text}</span>
      {Array.from({ length: boxes }, (_, index) => (
        <i key={index} aria-hidden="true" data-used={index < alive} />
      ))}
    </span>
  )
}
