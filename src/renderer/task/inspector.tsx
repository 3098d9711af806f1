/** One task, beside the graph: its state in words, what can be done, its facts, its agent's output and its log. */
import { useEffect, useState } from 'react'
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { useYard } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Elapsed } from '../ui/elapsed.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { OutputView } from './output-view.tsx'
import { Overview } from './overview.tsx'
import { TaskActs } from './task-acts.tsx'
import { TaskLog } from './task-log.tsx'
import { useTaskDetails, type TaskDetails } from './use-task-details.ts'

interface InspectorProps {
  readonly taskId: string
  readonly onSelect: (taskId: string | null) => void
}

const TABS = [
  ['overview', 'Overview'],
  ['output', 'Output'],
  ['log', 'Log'],
] as const
type Tab = (typeof TABS)[number][0]

export function Inspector({ taskId, onSelect }: InspectorProps) {
  const card = useYard((view) => view.tasks.get(taskId))
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) onSelect(null)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [onSelect])
  return (
    <aside className="inspector" aria-label="Task">
      {card ? (
        <Details card={card} onSelect={onSelect} />
      ) : (
        <div className="inspector-gone">
          <p>There is no task “{taskId}” in this yard any more.</p>
          <Button onClick={() => onSelect(null)}>Close</Button>
        </div>
      )}
    </aside>
  )
}

interface DetailsProps {
  readonly card: TaskCard
  readonly onSelect: InspectorProps['onSelect']
}

function Details({ card, onSelect }: DetailsProps) {
  const [tab, setTab] = useState<Tab>('overview')
  const details = useTaskDetails(card)
  const isAlive = card.status === 'in-progress'
  const agent = isAlive ? (details?.agent ?? null) : null
  return (
    <>
      <header className="inspector-head">
        <div className="inspector-title">
          <h2>{card.title}</h2>
          <Button look="quiet" icon="close" aria-label="Close" onClick={() => onSelect(null)} />
        </div>
        <p className="inspector-state" aria-live="polite">
          <StatusBadge state={card.state} />
          <Since card={card} agent={agent} />
        </p>
        <TaskActs
          card={card}
          isHeld={details?.task.held ?? card.state === 'paused'}
          agent={agent}
        />
      </header>
      <Tabs tabs={TABS} current={tab} onChange={setTab} label="About the task">
        {details && (
          <Panel key={card.id} tab={tab} details={details} isAlive={isAlive} onSelect={onSelect} />
        )}
      </Tabs>
    </>
  )
}

function Since({ card, agent }: { readonly card: TaskCard; readonly agent: AgentView | null }) {
  const who = [card.agent, card.executor, card.model].filter(Boolean).join(' · ')
  return (
    <span className="inspector-who">
      {agent?.startedAt && <Elapsed since={agent.startedAt} />}
      {who}
    </span>
  )
}

interface PanelProps {
  readonly tab: Tab
  readonly details: TaskDetails
  readonly isAlive: boolean
  readonly onSelect: InspectorProps['onSelect']
}

function Panel({ tab, details, isAlive, onSelect }: PanelProps) {
  if (tab === 'overview') return <Overview details={details} onSelect={onSelect} />
  if (tab === 'log') return <TaskLog task={details.task} />
  const agentId = details.task.agent
  if (agentId === null) return <p className="quiet panel">No agent has worked on it yet.</p>
  return <OutputView key={agentId} agentId={agentId} isAlive={isAlive} />
}
