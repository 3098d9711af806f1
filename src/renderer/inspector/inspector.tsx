/** What stands beside the screen: one task, several, or the yard as a whole. */
import { useState } from 'react'
import type { TaskCard } from '../../contract/view.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyNote } from '../ui/screen.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { useCommands } from '../actions/commands.ts'
import { historyReason } from '../model/shown-time.ts'
import { navigate, useRoute, type TaskTab } from '../model/route.ts'
import { useSelection } from '../model/selection.ts'
import { LazyChanges } from '../changes/lazy-changes.tsx'
import { mergeTask } from '../changes/merge-task.ts'
import { OutputTab } from '../output/output-tab.tsx'
import { EvaluationTab } from './evaluation-tab.tsx'
import { MemberPanel } from './mail/member-panel.tsx'
import { MessagesTab } from './mail/messages-tab.tsx'
import { Overview } from './overview.tsx'
import './inspector.css'
import '../output/output.css'
import { TaskHeader } from './task-header.tsx'
import { Timeline } from './timeline.tsx'
import { useTaskDetails, type LoadedTask } from '../model/use-task-details.ts'
import { ManyTasks, YardPanel } from './yard-panel.tsx'

const TABS: readonly (readonly [TaskTab, string])[] = [
  ['overview', 'Overview'],
  ['output', 'Output'],
  ['timeline', 'Timeline'],
  ['evaluation', 'Evaluation'],
  ['changes', 'Changes'],
  ['messages', 'Messages'],
]

export function Inspector() {
  const { task } = useRoute()
  const chosen = useSelection(({ ids }) => ids)
  if (chosen.size > 1) return <ManyTasks ids={chosen} />
  if (task === null) return <YardPanel />
  return isStanding(task) ? <MemberPanel key={task} id={task} /> : <OneTask key={task} id={task} />
}

function OneTask({ id }: { readonly id: string }) {
  const card = useYard((view) => view.tasks.get(id))
  const [last, setLast] = useState(card)
  if (card && card !== last) setLast(card)
  if (card) return <TaskPanel card={card} />
  return (
    <EmptyNote
      text={last ? `“${last.title}” was removed.` : `There is no task ${id} in this yard.`}
    >
      <Button onClick={() => navigate({ task: null })}>Close</Button>
    </EmptyNote>
  )
}

function TaskPanel({ card }: { readonly card: TaskCard }) {
  const session = useSession()
  const [isRenaming, setRenaming] = useState(false)
  // By how it stood when it was opened: killed or begun meanwhile, it stays where the person is.
  const [first] = useState<TaskTab>(card.status === 'in-progress' ? 'output' : 'overview')
  const tab = useRoute().tab ?? first
  const loaded = useTaskDetails(card)
  const show = (next: TaskTab): void => navigate({ tab: next }, { replace: true })
  useCommands({
    'task.rename': { run: () => setRenaming(true), blocked: historyReason },
    'task.why': () => show('overview'),
    'task.output': () => show('output'),
    'task.merge': {
      run: () => void mergeTask(session, card, loaded.details?.task.verify ?? null),
      blocked: () => historyReason() ?? (isMergeable(card) ? null : 'It is not done yet'),
    },
  })
  return (
    <>
      <TaskHeader
        card={card}
        details={loaded.details}
        isRenaming={isRenaming}
        onRename={setRenaming}
      />
      <Tabs tabs={TABS} current={tab} onChange={show} label="About the task">
        <Panel card={card} tab={tab} loaded={loaded} />
      </Tabs>
    </>
  )
}

const isMergeable = ({ status, repeats }: TaskCard): boolean => status === 'done' || repeats

interface PanelProps {
  readonly card: TaskCard
  readonly tab: TaskTab
  readonly loaded: LoadedTask
}

function Panel({ card, tab, loaded }: PanelProps) {
  const isLive = useConnection().kind === 'live'
  const { details, problem, reload } = loaded
  if (tab === 'timeline') return <Timeline card={card} />
  if (tab === 'messages') return <MessagesTab card={card} />
  if (details === null)
    return problem === null || !isLive ? (
      <div className="panel skeletons gap-3" aria-busy="true" aria-label="Loading">
        <div className="skeleton" />
        <div className="skeleton" />
        <div className="skeleton" />
      </div>
    ) : (
      <div className="panel">
        <ProblemNote problem={problem} onClose={reload} />
      </div>
    )
  if (tab === 'evaluation') return <EvaluationTab card={card} details={details} />
  if (tab === 'changes') return <LazyChanges card={card} details={details} />
  return tab === 'output' ? (
    <OutputTab details={details} />
  ) : (
    <Overview card={card} details={details} />
  )
}
