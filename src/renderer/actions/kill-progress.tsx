/** How far the end of an agent is: Asked · 10s grace · Stopping 4 processes · Ended. Force is offered after the grace, not before. */
import { useCallback, useState } from 'react'
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { useCommand, useSession } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { durationText } from '../../domain/format.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { plural } from '../ui/numbers.ts'
import { doAct } from './send-acts.ts'
import { fetchGrace, isGraceOver } from './stop-grace.ts'
import { TASK_ACTS } from './task-acts.ts'
import { useNow } from '../ui/use-now.ts'
import { useLoaded } from '../model/use-loaded.ts'

interface KillLadderProps {
  readonly card: TaskCard
  /** The living one. */
  readonly agent: AgentView | null
}

export function KillProgress({ card, agent }: KillLadderProps) {
  const [killed, setKilled] = useState<string | null>(null)
  const isStopping = agent?.status === 'stopping'
  if (isStopping && killed !== agent.id) setKilled(agent.id)
  if (isStopping) return <Steps key={agent.id} agent={agent} />
  const hasEnded = killed !== null && agent === null && killed === card.agent
  return hasEnded && card.state === 'paused' ? <StartAgain card={card} /> : null
}

function useGraceMs(): number | null {
  const session = useSession()
  return useLoaded(useCallback(() => fetchGrace(session), [session]))
}

function Steps({ agent }: { readonly agent: AgentView }) {
  const graceMs = useGraceMs()
  const isOver = isGraceOver(agent, graceMs, useNow(1000))
  const force = useCommand()
  const processes =
    agent.processes === null
      ? 'Stopping'
      : `Stopping ${plural(agent.processes, 'process', 'processes')}`
  const steps: readonly (readonly [string, boolean])[] = [
    ['Asked', false],
    [graceMs === null ? 'Grace' : `${durationText(graceMs)} grace`, !isOver],
    [processes, isOver],
    ['Ended', false],
  ]
  return (
    <div className="ladder" data-st="in-progress">
      <ol aria-label={`End of ${agent.id}`}>
        {steps.map(([text, isNow]) => (
          <li key={text} aria-current={isNow ? 'step' : undefined}>
            {text}
          </li>
        ))}
      </ol>
      {isOver && (
        <Button
          look="danger"
          isBusy={force.isBusy}
          onClick={() =>
            void force.run((client, commandId) =>
              client.agent.kill({ id: agent.id, force: true, commandId }),
            )
          }
        >
          Force
        </Button>
      )}
      <ProblemNote problem={force.problem} onClose={force.dismiss} />
    </div>
  )
}

function StartAgain({ card }: { readonly card: TaskCard }) {
  const session = useSession()
  return (
    <div className="ladder" data-st="paused" role="status">
      <span>Ended. Task paused. Start again?</span>
      <Button onClick={() => void doAct(session, TASK_ACTS.resume, [card])}>Start again</Button>
    </div>
  )
}
