/** What happens to an agent that is being stopped: asked, its grace, then the end of its processes. */
import type { AgentView } from '../../contract/view.ts'
import { Button } from '../ui/button.tsx'
import { durationText } from '../../domain/format.ts'
import { useNow } from '../ui/use-now.ts'
import { plural } from '../ui/numbers.ts'
import { isGraceOver } from './stop-grace.ts'

interface StopLadderProps {
  readonly agent: AgentView
  /** ms between the polite signal and the end; null while it is not known. */
  readonly graceMs: number | null
  readonly onForce: () => void
}

export function StopProgress({ agent, graceMs, onForce }: StopLadderProps) {
  const isOver = isGraceOver(agent, graceMs, useNow(1000))
  return (
    <span className="stop-ladder">
      <span>Asked</span>
      {graceMs !== null && <span>{durationText(graceMs)} grace</span>}
      {isOver && (
        <>
          <span>Stopping {plural(agent.processes ?? 1, 'process', 'processes')}</span>
          <Button look="danger" className="row-act" onClick={onForce}>
            Force
          </Button>
        </>
      )}
    </span>
  )
}
