/** How far the layout of a huge graph is, with a way out. */
import { Button } from '../../ui/button.tsx'

interface LayoutProgressProps {
  /** From 0 to 1; null at rest. */
  readonly share: number | null
  readonly onCancel: () => void
}

export function LayoutProgress({ share, onCancel }: LayoutProgressProps) {
  if (share === null) return null
  const percent = Math.round(share * 100)
  return (
    <div className="layout-progress">
      <span>Laying out, {percent} %</span>
      <progress aria-label="Laying out" max={100} value={percent} />
      <Button look="quiet" onClick={onCancel}>
        Cancel
      </Button>
    </div>
  )
}
