/** One setting of the window itself: what it is at the left, its control at the right. */
import { useId, type ReactNode } from 'react'
import '../../components/config.css'

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
      <div className="config-words">
        <h3 id={id}>{label}</h3>
        {note !== undefined && <p>{note}</p>}
      </div>
      <div className="config-acts">{children}</div>
      {below !== undefined && <div className="config-below">{below}</div>}
    </div>
  )
}
