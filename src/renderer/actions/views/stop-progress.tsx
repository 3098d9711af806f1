/** How far the end of an agent is: Asked · 10s grace · Stopping 4 processes · Ended. Force is offered after the grace, not before. */
import { useState } from 'react'
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import { durationText } from '../../../domain/format.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { plural } from '../../ui/format.ts'
import { useNow } from '../../ui/timers.ts'
import { subjectOf } from '../action.ts'
import { perform } from '../perform.ts'
import { resume } from '../task/hold.ts'
import { fetchGrace, forceKill } from '../task/kill.ts'

interface KillProgressProps {
  readonly card: TaskCard
  /** The living one. */
  readonly agent: AgentView | null
}

/** For one task: until its agent has ended, and then the way to start it again. */
export function KillProgress({ card, agent }: KillProgressProps) {
  const session = useSession()
  const [killed, setKilled] = useState<string | null>(null)
  const isStopping = agent?.status === 'stopping'
  if (isStopping && killed !== agent.id) setKilled(agent.id)
  if (isStopping)
    return (
      <div className="stop-box flex flex-wrap items-center gap-2 text-12" data-st="in-progress">
        <StopProgress key={agent.id} agent={agent} />
      </div>
    )
  const hasEnded = killed !== null && agent === null && killed === card.agent
  if (!hasEnded || card.state !== 'paused') return null
  return (
    <div
      className="stop-box flex flex-wrap items-center gap-2 text-12"
      data-st="paused"
      role="status"
    >
      <span>Ended. Task paused. Start again?</span>
      <Button onClick={() => void perform(session, resume, [subjectOf(session, card)])}>
        Start again
      </Button>
    </div>
  )
}

interface StopProgressProps {
  readonly agent: AgentView
  /** In a line of a table: only what has been reached. */
  readonly isCompact?: boolean
}

export function StopProgress({ agent, isCompact = false }: StopProgressProps) {
  const session = useSession()
  const { value: graceMs } = useAnswer(() => fetchGrace(session))
  const isOver = isGraceOver(agent, graceMs, useNow(1000))
  const stopping =
    agent.processes === null
      ? 'Stopping'
      : `Stopping ${plural(agent.processes, 'process', 'processes')}`
  const steps: readonly (readonly [text: string, isNow: boolean])[] = [
    ['Asked', false],
    [graceMs === null ? 'Grace' : `${durationText(graceMs)} grace`, !isOver],
    [stopping, isOver],
    ['Ended', false],
  ]
  const shown = isCompact ? steps.slice(0, isOver ? 3 : 2) : steps
  return (
    <span className="stop-progress text-text-2">
      <ol aria-label={`End of ${agent.id}`}>
        {shown.map(([text, isNow]) => (
          <li key={text} aria-current={isNow ? 'step' : undefined}>
            {text}
          </li>
        ))}
      </ol>
      {isOver && (
        <Button look="danger" onClick={() => forceKill(session, agent.id, false)}>
          Force
        </Button>
      )}
    </span>
  )
}

/** Whether an agent that is being stopped has had its grace; false while that is not known. */
export const isGraceOver = (
  { stoppingSince }: Pick<AgentView, 'stoppingSince'>,
  graceMs: number | null,
  now: number,
): boolean =>
  graceMs !== null && stoppingSince !== null && now - Date.parse(stoppingSince) >= graceMs
