/** The columns of the table of agents: how each stands, what it does, what it takes, and its end. */
import type { ReactNode } from 'react'
import { ChevronRight } from 'lucide-react'
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import { bytesText, durationText } from '../../../domain/format.ts'
import { isStanding } from '../../../domain/messages/standing.ts'
import { Elapsed } from '../../components/ticking-time.tsx'
import { Sparkline } from '../../ui/plot/sparkline.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { subjectOf } from '../../actions/action.ts'
import { usePerform } from '../../actions/perform.ts'
import { ActionButton } from '../../actions/views/task-buttons.tsx'
import { EndTurn } from '../../actions/mail/end-turn.tsx'
import { kill } from '../../actions/task/kill.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { usedMoneyText, usedTokensText } from '../../components/usage-text.ts'
import {
  agoText,
  doingOf,
  isPerson,
  lookOf,
  silentFor,
  tookMs,
  tryText,
} from '../../model/agent-state.ts'
import { Button } from '../../ui/button.tsx'
import { StopProgress } from '../../actions/views/stop-progress.tsx'

export interface AgentCellProps {
  readonly agent: AgentView
  readonly card: TaskCard | null
  readonly rates: readonly number[]
  /** ms; a coarse one, so that rows are drawn seldom. */
  readonly nowMs: number
  readonly onOpen: (agent: AgentView) => void
}

/** Class, head, cell. */
type AgentColumn = readonly [string, string, (props: AgentCellProps) => ReactNode]

export const COLUMNS: readonly AgentColumn[] = [
  ['c-state', 'State', ({ agent, nowMs }) => <StatusBadge {...lookOf(agent, nowMs)} />],
  ['c-agent', 'Agent', ({ agent }) => <span className="font-mono text-11">{agent.id}</span>],
  ['c-task', 'Task', (props) => <Task {...props} />],
  ['c-executor', 'Executor', (props) => <Executor {...props} />],
  ['c-doing', 'Doing now', (props) => <Doing {...props} />],
  ['c-rate', 'Output, 15 min', (props) => <Rate {...props} />],
  ['num c-cpu', 'CPU', ({ agent }) => known(agent.cpuPercent, (each) => `${Math.round(each)}%`)],
  ['num c-memory', 'Memory', ({ agent }) => known(agent.memoryBytes, bytesText)],
  ['num c-tokens', 'Tokens', ({ agent }) => usedTokensText(agent.usage)],
  ['num c-cost', 'Cost', ({ agent }) => usedMoneyText(agent.usage)],
  ['num c-elapsed', 'Elapsed', (props) => <Took {...props} />],
  ['num c-heard', 'Heard', (props) => <Heard {...props} />],
  ['c-act', '', (props) => <RowAct {...props} />],
]

const known = (value: number | null | undefined, text: (value: number) => string): string =>
  value == null ? '' : text(value)

/** A member's turn is of no task of the graph. */
const nameOf = (task: string): string => (isStanding(task) ? `Messages to ${task.slice(1)}` : task)

const Task = ({ agent, card }: AgentCellProps) => (
  <>
    <b title={card?.title}>{card?.title ?? nameOf(agent.task)}</b>
    <span className="text-11 text-text-3">{tryText(agent, card)}</span>
  </>
)

const Executor = ({ agent }: AgentCellProps) => (
  <>
    <span title={agent.choice?.reason}>
      {agent.executor} <span className="text-text-3">{agent.model}</span>
      {agent.choice !== null && (
        <span className="text-text-3">{agent.choice.explored ? ' explored' : ' chosen'}</span>
      )}
    </span>
    {agent.by === 'pilot' && <span className="text-text-3"> piloted by a person</span>}
  </>
)

function Doing({ agent, nowMs }: AgentCellProps) {
  if (agent.status === 'stopping') return <StopProgress agent={agent} isCompact />
  const doing = doingOf(agent, nowMs)
  if (doing === null) return null
  return (
    <span className="text-text-2" title={doing.text}>
      {doing.tag !== null && <span className="doing-tag text-text-2">{doing.tag}</span>}{' '}
      {doing.text}
    </span>
  )
}

const Rate = ({ agent, rates, nowMs }: AgentCellProps) => (
  <span data-st={lookOf(agent, nowMs).state}>
    <Sparkline values={rates} />
  </span>
)

function Took({ agent }: AgentCellProps) {
  const took = tookMs(agent)
  return took === null ? <Elapsed since={agent.startedAt ?? agent.claimedAt} /> : durationText(took)
}

function Heard({ agent, nowMs }: AgentCellProps) {
  if (agent.endedAt !== null)
    return <time dateTime={agent.endedAt}>{agoText(agent.endedAt, nowMs)}</time>
  if (agent.lastHeardAt === null || isPerson(agent)) return null
  return (
    <span className={silentFor(agent, nowMs) === null ? undefined : 'heard-late'}>
      <Elapsed since={agent.lastHeardAt} />
    </span>
  )
}

function RowAct({ agent, card, onOpen }: AgentCellProps) {
  if (agent.status === 'ended' || isPerson(agent))
    return (
      <Button
        look="quiet"
        tabIndex={-1}
        aria-label={`Open ${agent.id}`}
        onClick={() => onOpen(agent)}
      >
        <ChevronRight size={14} strokeWidth={1.5} />
      </Button>
    )
  if (agent.status === 'stopping') return null
  if (card === null) return isStanding(agent.task) ? <EndTurn agent={agent} /> : null
  return <Kill agent={agent} card={card} />
}

function Kill({ agent, card }: { readonly agent: AgentView; readonly card: TaskCard }) {
  const subject = { ...subjectOf(useSession(), card), agent }
  return <ActionButton action={kill} subject={subject} performing={usePerform()} of={agent.id} />
}
