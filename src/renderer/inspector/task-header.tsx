/** What a task is called, how it stands, who works on it, and what can be done. */
import { Maximize2, Minimize2, Pencil } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Countdown, Elapsed } from '../components/ticking-time.tsx'
import { durationText } from '../../domain/format.ts'
import { Lamp, StatusBadge } from '../components/status-badge.tsx'
import { useIsHistory } from '../model/shown-time.ts'
import { setPreferences, usePreferences } from '../model/preferences.ts'
import { navigate } from '../model/route.ts'
import { selectTasks } from '../model/selection.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { subjectOf } from '../actions/action.ts'
import { TaskButtons } from '../actions/views/task-buttons.tsx'
import { nthTryText } from '../model/task-state.ts'
import type { TaskDetails } from '../model/use-task-details.ts'
import { gateLine, gateTip, shownScore } from '../model/scores.ts'
import { executorOfCard, factOf, taskTookMs } from '../model/task-state.ts'
import { focusAfterDraw } from '../ui/focus.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { useTaskEdit } from '../actions/task/edit.ts'

interface TaskHeaderProps {
  readonly card: TaskCard
  readonly details: TaskDetails | null
  readonly isRenaming: boolean
  readonly onRename: (isRenaming: boolean) => void
}

export function TaskHeader({ card, details, isRenaming, onRename }: TaskHeaderProps) {
  const agent =
    useYard((view) => (card.agent === null ? undefined : view.agents.get(card.agent))) ?? null
  const session = useSession()
  const isHeld = details?.task.held ?? card.state === 'paused'
  const isPast = useIsHistory()
  const heading = useRef<HTMLHeadingElement>(null)
  const endRenaming = (): void => {
    onRename(false)
    // The place of the keyboard is here then, not at the top of the page.
    focusAfterDraw(() => heading.current)
  }
  return (
    <header className="inspector-head">
      <div className="inspector-title">
        <Lamp state={card.state} />
        {isRenaming && !isPast ? (
          <>
            <h2 className="visually-hidden">{card.title}</h2>
            <TitleField card={card} onClose={endRenaming} />
          </>
        ) : (
          <>
            <h2
              ref={heading}
              tabIndex={-1}
              title={card.title}
              onDoubleClick={() => onRename(!isPast)}
            >
              <PlainText text={card.title} />
            </h2>
            {!isPast && (
              <Button look="quiet" aria-label="Rename" onClick={() => onRename(true)}>
                <Pencil size={14} strokeWidth={1.5} aria-hidden="true" />
              </Button>
            )}
          </>
        )}
        <FullButton />
        <Button look="quiet" icon="close" aria-label="Close inspector" onClick={closeInspector} />
      </div>
      <StateLine card={card} agent={agent} isHeld={isHeld} />
      <TaskButtons subject={subjectOf(session, card, isHeld)} />
    </header>
  )
}

export function FullButton() {
  const isFull = usePreferences((preferences) => preferences.isInspectorFull)
  const Mark = isFull ? Minimize2 : Maximize2
  return (
    <Button
      look="quiet"
      aria-label="Whole window"
      aria-pressed={isFull}
      onClick={() => setPreferences({ isInspectorFull: !isFull })}
    >
      <Mark size={14} strokeWidth={1.5} aria-hidden="true" />
    </Button>
  )
}

export function closeInspector(): void {
  selectTasks([])
  navigate({ task: null })
}

interface StateLineProps {
  readonly card: TaskCard
  readonly agent: AgentView | null
  readonly isHeld: boolean
}

function StateLine({ card, agent, isHeld }: StateLineProps) {
  return (
    <p className="inspector-state flex flex-wrap text-11 text-text-2 min-w-0">
      <StatusBadge state={card.state} />
      {agent === null ? (
        <>
          <Word text={timeOf(card)} />
          {card.state === 'parked' && card.park?.until != null && (
            <Countdown until={card.park.until} />
          )}
        </>
      ) : (
        agent.startedAt !== null && <Elapsed since={agent.startedAt} />
      )}
      {card.agent !== null && <code>{card.agent}</code>}
      <Word text={nthTryText(card)} />
      <Who card={card} agent={agent} />
      {isHeld && card.state !== 'paused' && <Word text="Also: paused" />}
      <Judged card={card} />
    </p>
  )
}

/** With why it is that model, where the yard chose it. */
function Who({ card, agent }: Pick<StateLineProps, 'card' | 'agent'>) {
  const executor = agent?.executor ?? executorOfCard(card)
  const { model } = agent ?? card
  const text = [card.member?.name, executor, model].filter(Boolean).join(', ')
  return <Word text={text || null} tip={agent?.choice?.reason} />
}

/** What its result was scored, and what the next one must pass. */
function Judged({ card: { score, gate } }: Pick<StateLineProps, 'card'>) {
  return (
    <>
      {score != null && <Word text={`score ${shownScore(score)}`} />}
      <Word text={gateLine(gate)} tip={gateTip(gate)} />
    </>
  )
}

interface WordProps {
  readonly text: string | null
  readonly tip?: string | undefined
}

const Word = ({ text, tip }: WordProps): ReactNode =>
  text !== null && <span title={tip}>{text}</span>

/** How long it took, or what it waits for; null when the word of its state says that already. */
function timeOf(card: TaskCard): string | null {
  const took = card.state === 'done' ? taskTookMs(card) : null
  return took === null ? factOf(card) : durationText(took)
}

// The title of a task, edited in place: ↵ saves, Esc leaves.

interface TitleFieldProps {
  readonly card: TaskCard
  readonly onClose: () => void
}

const MOST_CHARS = 500

export function TitleField({ card, onClose }: TitleFieldProps) {
  const [was] = useState(card.title)
  const [title, setTitle] = useState(card.title)
  const [issue, setIssue] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const { save, isBusy, problem, dismiss } = useTaskEdit(card.id)
  useEffect(() => field.current?.select(), [])
  const submit = async (): Promise<void> => {
    const next = title.trim()
    if (isBusy) return
    if (next === was) return onClose()
    if (next === '') return setIssue('A task needs a title.')
    const result = await save({
      label: `Renamed “${was}”`,
      next: { title: next },
      before: { title: was },
      isAsBefore: (now) => now.title === was || now.title === card.title,
    })
    if (result === 'saved') onClose()
    if (result === 'changed')
      setIssue('It was renamed elsewhere meanwhile. Esc shows the new title.')
  }
  return (
    <div className="title-field min-w-0">
      <input
        ref={field}
        className="input"
        aria-label="Title"
        aria-invalid={issue !== null}
        aria-busy={isBusy}
        maxLength={MOST_CHARS}
        value={title}
        onChange={(event) => {
          setIssue(null)
          setTitle(event.target.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) void submit()
          else if (event.key === 'Escape') onClose()
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      {issue !== null && (
        <p role="alert" className="editor-note" data-bad="true">
          {issue}
        </p>
      )}
      <ProblemNote problem={problem} onClose={dismiss} />
    </div>
  )
}
