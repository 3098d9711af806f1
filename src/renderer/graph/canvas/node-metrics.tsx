/** What an agent does now, and how much of its time is used. Written by one timer into the page, not through React. */
import { useEffect, useRef } from 'react'
import type { AgentView } from '../../../contract/view.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { everySecond } from '../../ui/timers.ts'

function useAgentWriter<E extends HTMLElement>(
  agentId: string | null,
  write: (element: E, agent: AgentView | undefined) => void,
) {
  const { yard } = useSession()
  const ref = useRef<E>(null)
  const latest = useRef(write)
  useEffect(() => {
    latest.current = write
  })
  useEffect(
    () =>
      everySecond(() => {
        const agent = agentId === null ? undefined : yard.getState().agents.get(agentId)
        if (ref.current) latest.current(ref.current, agent)
      }),
    [agentId, yard],
  )
  return ref
}

interface VitalsProps {
  readonly agentId: string | null
}

/** Its last act, one line. */
export function Doing({ agentId }: VitalsProps) {
  const ref = useAgentWriter<HTMLElement>(agentId, (element, agent) => {
    const text = agent?.doing ?? ''
    if (element.textContent !== text) element.textContent = text
  })
  return <code ref={ref} className="task-node-doing" />
}

const SHOWN_FROM = 0.8

/** A bar from 80 % of the time limit on. */
export function TimeLimit({ agentId }: VitalsProps) {
  const ref = useAgentWriter<HTMLElement>(agentId, (element, agent) => {
    const share = shareOf(agent)
    element.hidden = share < SHOWN_FROM
    element.style.transform = `scaleX(${share})`
    if (share >= SHOWN_FROM) element.title = `${Math.floor(share * 100)} % of its time is used`
  })
  return <i ref={ref} className="task-node-limit" hidden />
}

function shareOf(agent: AgentView | undefined): number {
  if (!agent?.timeoutMs || !agent.startedAt) return 0
  return Math.min(1, (Date.now() - Date.parse(agent.startedAt)) / agent.timeoutMs)
}
