/** One agent in the table: how it stands, what it does, what it takes, and its end. */
import { memo } from 'react'
import { ChevronRight } from 'lucide-react'
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import { bytesText, durationText } from '../../../domain/format.ts'
import { Elapsed } from '../../components/elapsed.tsx'
import { Sparkline } from '../../ui/plot/sparkline.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { subjectOf } from '../../actions/action.ts'
import { usePerform } from '../../actions/perform.ts'
import { ActionButton } from '../../actions/views/task-buttons.tsx'
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
  type AgentLook,
} from '../../model/agent-state.ts'
import { StopProgress } from '../../actions/views/stop-progress.tsx'

export interface AgentRowProps {
  readonly agent: AgentView
  readonly card: TaskCard | null
  readonly rates: readonly number[]
  /** ms; a coarse one, so that rows are drawn seldom. */
  readonly nowMs: number
  readonly onOpen: (agent: AgentView) => void
}

/** The cells; the row itself is the table's. */
export const AgentCells = memo(function AgentCells(props: AgentRowProps) {
  const { agent, card, rates, nowMs } = props
  const look = lookOf(agent, nowMs)
  return (
    <>
      <td>
        <StateCell look={look} />
      </td>
      <td className="c-agent font-mono text-11">{agent.id}</td>
      <td className="c-task">
        <b title={card?.title}>{card?.title ?? agent.task}</b>
        <span>{tryText(agent, card)}</span>
      </td>
      <td className="c-executor">
        {agent.executor} <span className="text-text-3">{agent.model}</span>
        {agent.by === 'pilot' && <span className="text-text-3"> piloted by a person</span>}
      </td>
      <td className="c-doing">
        {agent.status === 'stopping' ? (
          <StopProgress agent={agent} isCompact />
        ) : (
          <DoingCell agent={agent} nowMs={nowMs} />
        )}
      </td>
      <td className="c-rate" data-st={look.state}>
        <Sparkline values={rates} />
      </td>
      <Figures agent={agent} nowMs={nowMs} />
      <td className="c-act">
        <RowAct {...props} />
      </td>
    </>
  )
})

function StateCell({ look: { state, word } }: { readonly look: AgentLook }) {
  return (
    <span className="status-badge" data-st={state}>
      <Lamp state={state} />
      {word}
    </span>
  )
}

function DoingCell({ agent, nowMs }: { readonly agent: AgentView; readonly nowMs: number }) {
  const doing = doingOf(agent, nowMs)
  if (doing === null) return null
  return (
    <span className="doing" title={doing.text}>
      {doing.tag !== null && <span className="doing-tag">{doing.tag}</span>} {doing.text}
    </span>
  )
}

function Figures({ agent, nowMs }: { readonly agent: AgentView; readonly nowMs: number }) {
  const tookFor = tookMs(agent)
  return (
    <>
      <td className="num c-cpu">
        {agent.cpuPercent == null ? '' : `${Math.round(agent.cpuPercent)}%`}
      </td>
      <td className="num c-memory">
        {agent.memoryBytes == null ? '' : bytesText(agent.memoryBytes)}
      </td>
      <td className="num c-tokens">{usedTokensText(agent.usage)}</td>
      <td className="num c-cost">{usedMoneyText(agent.usage)}</td>
      <td className="num c-elapsed">
        {tookFor === null ? (
          <Elapsed since={agent.startedAt ?? agent.claimedAt} />
        ) : (
          durationText(tookFor)
        )}
      </td>
      <td className="num c-heard">
        <Heard agent={agent} nowMs={nowMs} />
      </td>
    </>
  )
}

function Heard({ agent, nowMs }: { readonly agent: AgentView; readonly nowMs: number }) {
  if (agent.endedAt !== null)
    return <time dateTime={agent.endedAt}>{agoText(agent.endedAt, nowMs)}</time>
  if (agent.lastHeardAt === null || isPerson(agent)) return null
  return (
    <span className={silentFor(agent, nowMs) === null ? undefined : 'heard-late'}>
      <Elapsed since={agent.lastHeardAt} />
    </span>
  )
}

function RowAct({ agent, card, onOpen }: AgentRowProps) {
  if (agent.status === 'ended' || isPerson(agent))
    return (
      <button
        type="button"
        className="row-open"
        tabIndex={-1}
        aria-label={`Open ${agent.id}`}
        onClick={() => onOpen(agent)}
      >
        <ChevronRight size={14} strokeWidth={1.5} />
      </button>
    )
  return agent.status === 'stopping' || card === null ? null : <Kill agent={agent} card={card} />
}

function Kill({ agent, card }: { readonly agent: AgentView; readonly card: TaskCard }) {
  const subject = { ...subjectOf(useSession(), card), agent }
  return <ActionButton action={kill} subject={subject} performing={usePerform()} of={agent.id} />
}
