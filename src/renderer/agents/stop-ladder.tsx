/** What happens to an agent that is being stopped: asked, its grace, then the end of its processes. */
import { useEffect, useState } from 'react'
import type { AgentView } from '../../contract/view.ts'
import { Button } from '../ui/button.tsx'
import { durationText } from '../../domain/format.ts'
import { useNow } from '../ui/use-now.ts'
import { plural } from '../ui/words.ts'

/** When this page first saw the agent being stopped, ms. The host does not tell it. */
const seenAt = new Map<string, number>()

function useSeenAt(id: string): number {
  const [at] = useState(() => seenAt.get(id) ?? Date.now())
  useEffect(() => {
    seenAt.set(id, at)
  }, [id, at])
  return at
}

interface StopLadderProps {
  readonly agent: AgentView
  /** ms between the polite signal and the end; null while it is not known. */
  readonly graceMs: number | null
  readonly onForce: () => void
}

export function StopLadder({ agent, graceMs, onForce }: StopLadderProps) {
  const askedAt = useSeenAt(agent.id)
  const now = useNow(1000)
  const isOver = graceMs !== null && now - askedAt > graceMs
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
