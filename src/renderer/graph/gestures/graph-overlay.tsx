/** The cards over the canvas, and the commands that only the graph carries out. Stands inside of the canvas' own element. */
import { Fragment, useEffect, useRef, useState } from 'react'
import { currentRoute, navigate, useRoute } from '../../model/route.ts'
import { dropSelection, getSelection, selectTasks, useSelection } from '../../model/selection.ts'
import { bringIntoSight, flyTo, focusCanvas } from '../canvas/camera.ts'
import { getGraphView, setGraphView, useGraphView } from '../canvas/view-state.ts'
import { DoneBar } from './done-bar.tsx'
import { FindBar } from './find-bar.tsx'
import { DependencyCard } from './dependency-card.tsx'
import { useGraphCommands, useEdgeCommands } from './use-graph-commands.ts'
import './gestures.css'
import { useThrottledYard, useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { runCommand } from '../../actions/commands.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { getShownTime, useShownTime } from '../../model/shown-time.ts'
import { subjectOf } from '../../actions/action.ts'
import { BulkBar } from '../../actions/views/bulk-bar.tsx'
import { perform } from '../../actions/perform.ts'
import { publish } from '../../actions/task/publish.ts'

export function GraphOverlay({ layOutAnew }: { readonly layOutAnew: () => void }) {
  useGraphCommands(layOutAnew)
  useEscape()
  useFollowTask()
  const cycle = useGraphView((view) => view.cycle)
  const find = useGraphView((view) => view.find)
  const chosenEdge = useGraphView((view) => view.chosenEdge)
  const linkCard = useGraphView((view) => view.linkCard)
  useEffect(() => () => setGraphView({ linkCard: null }), [])
  return (
    <>
      {chosenEdge !== null && <EdgeCommands />}
      {find && <FindBar find={find} />}
      {cycle && <CycleCard key={cycle.join('\n')} path={cycle} takesFocus={linkCard !== null} />}
      {linkCard && !cycle && (
        <DependencyCard key={`${linkCard.how} ${linkCard.ids.join(' ')}`} {...linkCard} />
      )}
      <CanvasBar />
    </>
  )
}

function EdgeCommands() {
  useEdgeCommands()
  return null
}

/** What was chosen elsewhere (the palette, a list, a new task) comes into sight; what is in sight stays where it is. */
function useFollowTask(): void {
  const { task } = useRoute()
  const focusId = useSelection((selection) => selection.focusId)
  useEffect(() => {
    if (task !== null) bringIntoSight(task)
  }, [task])
  useEffect(() => {
    if (focusId !== null) bringIntoSight(focusId)
  }, [focusId])
}

// The bar at the bottom of the canvas.

/** It walks over tasks. */
const CALM = { everyMs: 250, fromTasks: 1000 }

/** What can be done to several chosen tasks; with fewer, how drafts are started, or that all is done. */
export function CanvasBar() {
  const isPast = useShownTime() !== null
  const isMany = useSelection(({ ids }) => ids.size > 1)
  if (isPast) return null
  if (isMany) return <BulkBar className="canvas-card bulk-bar" />
  return (
    <>
      <DraftBar />
      <DoneBar />
    </>
  )
}

/** Drafts wait for a person; whoever has just drawn them learns here how they start. */
function DraftBar() {
  const session = useSession()
  const tasks = useThrottledYard((view) => view.tasks, CALM)
  const drafts = [...tasks.values()].filter(({ isDraft }) => isDraft)
  const focusId = useSelection(({ ids }) => (ids.size === 1 ? [...ids][0] : undefined))
  const isDraftChosen = drafts.some(({ id }) => id === focusId)
  const [later, setLater] = useState<ReadonlySet<string>>(new Set())
  const isNews = isDraftChosen || drafts.some(({ id }) => !later.has(id))
  if (drafts.length === 0 || !isNews) return null
  return (
    <div className="canvas-card draft-bar" role="group" aria-label="Drafts">
      <span>
        {drafts.length === 1 ? '1 draft waits' : `${drafts.length} drafts wait`} until published.
      </span>
      {isDraftChosen && drafts.length > 1 && (
        <Button onClick={() => runCommand('task.publish')}>
          Publish this <KeyHint keys="u" />
        </Button>
      )}
      <Button
        look="main"
        onClick={() =>
          void perform(
            session,
            publish,
            drafts.map((card) => subjectOf(session, card)),
          )
        }
      >
        {drafts.length === 1 ? 'Publish' : 'Publish all'}
        {isDraftChosen && drafts.length === 1 && <KeyHint keys="u" />}
      </Button>
      {!isDraftChosen && (
        <Button
          look="quiet"
          icon="close"
          aria-label="Leave the drafts for later"
          onClick={() => setLater(new Set(drafts.map(({ id }) => id)))}
        />
      )}
    </div>
  )
}

// Esc on the graph closes one thing at a time: cycle, card, find, edge, focus mode, time, selection, inspector.

export function useEscape(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return
      const { target } = event
      const isElsewhere =
        target instanceof Element && target.closest('[role=dialog], [role=menu], input, textarea')
      if (!isElsewhere && closeOne()) event.preventDefault()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
}

/** True when something was closed. */
export function closeOne(): boolean {
  const { cycle, linkCard, find, chosenEdge, focus } = getGraphView()
  if (cycle) setGraphView({ cycle: null })
  else if (linkCard) setGraphView({ linkCard: null })
  else if (find) setGraphView({ find: null })
  else if (chosenEdge) setGraphView({ chosenEdge: null })
  else if (focus !== 'none') setGraphView({ focus: 'none' })
  // The way back to the present is the time strip's.
  else if (getShownTime()) return false
  else if (getSelection().ids.size > 0) dropSelection()
  else if (currentRoute().task !== null) navigate({ task: null })
  else return false
  return true
}

// A dependency that would close a cycle: the path, lit on the canvas at the same time, and the ways out.

const SHOWN_FOR_MS = 6000

interface CycleCardProps {
  readonly path: readonly string[]
  /** It was made by keys: the focus goes to it, and it stays until it is left. */
  readonly takesFocus: boolean
}

export function CycleCard({ path, takesFocus }: CycleCardProps) {
  const tasks = useYard((view) => view.tasks)
  const card = useRef<HTMLDivElement>(null)
  const [isHeld, setHeld] = useState(takesFocus)
  useEffect(() => {
    if (takesFocus) card.current?.querySelector('button')?.focus()
  }, [takesFocus])
  useEffect(() => flyTo(path), [path])
  useEffect(() => {
    if (isHeld) return undefined
    const timer = setTimeout(leave, SHOWN_FOR_MS)
    return () => clearTimeout(timer)
  }, [isHeld])
  const name = (id: string): string => tasks.get(id)?.title ?? id
  const open = (id: string): void => {
    selectTasks([id], { open: true })
    navigate({ task: id, tab: 'overview' })
    leave()
  }
  const hold = (): void => setHeld(true)
  const letGo = (): void => setHeld(card.current?.contains(document.activeElement) ?? false)
  const [first = ''] = path
  return (
    <div
      ref={card}
      className="canvas-card cycle-card flex-col"
      role="group"
      aria-label="A cycle was refused"
      onPointerEnter={hold}
      onPointerLeave={letGo}
      onFocus={hold}
      onBlur={() => setTimeout(letGo)}
    >
      <p>
        That would close a cycle.{' '}
        {[...path, first].map((id, index) => (
          <Fragment key={index}>
            {index > 0 && <span aria-hidden="true"> → </span>}
            <button type="button" className="text-button" dir="auto" onClick={() => open(id)}>
              {name(id)}
            </button>
          </Fragment>
        ))}
        . Remove one of these, or repeat the task instead.
      </p>
      <div className="flex justify-end gap-2">
        <Button onClick={() => open(first)}>Repeat the task</Button>
        <Button onClick={leave}>Close</Button>
      </div>
    </div>
  )
}

function leave(): void {
  setGraphView({ cycle: null })
  focusCanvas()
}
