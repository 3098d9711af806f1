/** One task on the canvas. What it shows at which zoom is a class of the canvas, not of the node. */
import { capital } from '../../ui/format.ts'
import { everySecond } from '../../ui/timers.ts'
import { memo, useEffect, useEffectEvent, useRef, useState } from 'react'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { CalendarClock, FoldVertical, Gauge, TriangleAlert } from 'lucide-react'
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { Countdown, Elapsed } from '../../components/ticking-time.tsx'
import { durationText } from '../../../domain/format.ts'
import { Lamp } from '../../components/status-badge.tsx'
import { executorOfCard, labelOfState, taskTookMs } from '../../model/task-state.ts'
import { cardMoneyText } from '../../components/usage-text.ts'
import type { Stack } from '../scene/fold.ts'
import type { Direction } from '../layout/grid.ts'
import { useWhyThisModel } from '../../model/why-this-model.ts'
import { useSession } from '../../model/session/session-context.tsx'

export type FlowNode = Node<
  | { readonly card: TaskCard; readonly direction: Direction; readonly isOnLine: boolean }
  | { readonly stack: Stack; readonly direction: Direction },
  'task' | 'stack'
>

export const TaskNode = memo(function TaskNode({ data }: NodeProps<FlowNode>) {
  if ('stack' in data) return <StackNode stack={data.stack} direction={data.direction} />
  return <CardNode card={data.card} direction={data.direction} isOnLine={data.isOnLine} />
})

interface CardNodeProps {
  readonly card: TaskCard
  readonly direction: Direction
  readonly isOnLine: boolean
}

/** A task that came while the page looked on fades in; one that came into sight by a pan does not. */
const NEW_MS = 2000

function CardNode({ card, direction, isOnLine }: CardNodeProps) {
  const pulse = usePulse(card.state)
  const [isNew] = useState(() => Date.now() - Date.parse(card.createdAt) < NEW_MS)
  return (
    <div className="task-node" data-st={card.state} data-new={isNew || undefined}>
      {pulse > 0 && <i key={pulse} className="task-node-pulse" />}
      <Ends direction={direction} />
      <Lamp state={card.state} />
      <span className="task-node-title" dir="auto">
        {card.title}
      </span>
      <Marks card={card} />
      <span className="task-node-foot gap-2 min-w-0">
        <span className="task-node-fact min-w-0">
          <Fact card={card} />
        </span>
        {card.state === 'in-progress' && <ModelTag card={card} />}
      </span>
      <Details card={card} isOnLine={isOnLine} />
      {card.state === 'in-progress' && <TimeLimit agentId={card.agent} />}
    </div>
  )
}

function Ends({ direction }: { readonly direction: Direction }) {
  const [into, out] =
    direction === 'right' ? [Position.Left, Position.Right] : [Position.Top, Position.Bottom]
  return (
    <>
      <Handle type="target" position={into} />
      <Handle type="source" position={out} />
    </>
  )
}

/** With why it is that one, where the yard chose it. */
const ModelTag = ({ card }: { readonly card: TaskCard }) => (
  <span className="task-node-tag font-mono text-text-2 min-w-0" title={useWhyThisModel(card.agent)}>
    {card.model ?? executorOfCard(card)}
  </span>
)

/** Counts the changes of a state since the node came into the page. */
function usePulse(state: ShownState): number {
  const [known, setKnown] = useState({ state, changes: 0 })
  if (known.state !== state) setKnown({ state, changes: known.changes + 1 })
  return known.changes
}

/** Why it stands there, or how long it takes; where nothing more is known, the word of its state. */
function Fact({ card }: { readonly card: TaskCard }) {
  if (card.fact !== null && card.fact !== '')
    return <FactText card={card} fact={capital(card.fact)} />
  if (card.state === 'in-progress' && card.startedAt) return <Elapsed since={card.startedAt} />
  const took = card.state === 'done' ? taskTookMs(card) : null
  return took === null ? labelOfState(card.state) : durationText(took)
}

/** What the host says, and while its provider sleeps how long that will be. */
function FactText({ card, fact }: { readonly card: TaskCard; readonly fact: string }) {
  const until = card.state === 'parked' ? (card.park?.until ?? null) : null
  return (
    <span title={fact}>
      {fact}
      {until !== null && (
        <>
          , <Countdown until={until} />
        </>
      )}
    </span>
  )
}

function Marks({ card }: { readonly card: TaskCard }) {
  const isGated = card.gate !== undefined && !isFinishedStatus(card.status)
  if (!card.repeats && card.stuck === null && !isGated) return null
  return (
    <span className="task-node-marks text-text-3">
      {card.stuck !== null && (
        <span title={card.stuck}>
          <TriangleAlert size={14} strokeWidth={1.5} aria-hidden="true" />
        </span>
      )}
      {isGated && (
        <span title={gateTip(card)}>
          <Gauge size={14} strokeWidth={1.5} aria-hidden="true" />
        </span>
      )}
      {card.repeats && (
        <span title="It repeats by the clock">
          <CalendarClock size={14} strokeWidth={1.5} aria-hidden="true" />
        </span>
      )}
    </span>
  )
}

const isFinishedStatus = (status: TaskCard['status']): boolean =>
  status === 'done' || status === 'failed' || status === 'abandoned'

/** Whose word it is stands in the inspector. */
const gateTip = ({ gate }: TaskCard): string =>
  gate?.mode === 'gated'
    ? `Its result must score ${gate.threshold}`
    : gate?.mode === 'person'
      ? 'A person decides on its result'
      : 'Its result is scored'

/** The third row, from 95 % on. */
function Details({ card, isOnLine }: { readonly card: TaskCard; readonly isOnLine: boolean }) {
  const who = [card.member?.name, executorOfCard(card), card.model].filter(Boolean).join(', ')
  return (
    <span className="task-node-details gap-2 text-11 text-text-2 min-w-0">
      <span className="task-node-who min-w-0">{who || 'default executor'}</span>
      {card.attempts > 1 && (
        <span>
          {card.attemptsAllowed === null
            ? `try ${card.attempts}`
            : `${card.attempts} of ${card.attemptsAllowed}`}
        </span>
      )}
      {isOnLine && <span>critical path</span>}
      {card.state === 'in-progress' && <Doing agentId={card.agent} />}
      {card.costUsd !== null && <span className="end">{cardMoneyText(card)}</span>}
    </span>
  )
}

interface StackNodeProps {
  readonly stack: Stack
  readonly direction: Direction
}

function StackNode({ stack, direction }: StackNodeProps) {
  return (
    <div className="task-stack flex flex-col items-center" data-st={stack.state}>
      <Ends direction={direction} />
      <Lamp state={stack.state} />
      <span className="task-stack-title truncate" dir="auto">
        {stack.title}
      </span>
      <span className="task-stack-fact">{stack.fact}</span>
      <FoldVertical size={14} strokeWidth={1.5} aria-hidden="true" />
    </div>
  )
}

// What an agent does now, and how much of its time is used. Written by one timer into the page, not through React.

function useAgentWriter<E extends HTMLElement>(
  agentId: string | null,
  write: (element: E, agent: AgentView | undefined) => void,
) {
  const { yard } = useSession()
  const ref = useRef<E>(null)
  const put = useEffectEvent((id: string | null) => {
    const agent = id === null ? undefined : yard.getState().agents.get(id)
    if (ref.current) write(ref.current, agent)
  })
  useEffect(() => everySecond(() => put(agentId)), [agentId])
  return ref
}

interface MetricProps {
  readonly agentId: string | null
}

/** Its last act, one line. */
export function Doing({ agentId }: MetricProps) {
  const ref = useAgentWriter<HTMLElement>(agentId, (element, agent) => {
    const text = agent?.doing ?? ''
    if (element.textContent !== text) element.textContent = text
  })
  return <code ref={ref} className="task-node-doing min-w-0" />
}

const SHOWN_FROM = 0.8

/** A bar from 80 % of the time limit on. */
export function TimeLimit({ agentId }: MetricProps) {
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
