/** What the pointer does on the canvas. Where nothing of the page is, the scene says what is painted there. */
import { useMemo, type MouseEvent as ReactMouseEvent } from 'react'
import { flushSync } from 'react-dom'
import {
  useReactFlow,
  useStoreApi,
  type ReactFlowInstance,
  type ReactFlowProps,
  type XYPosition,
} from '@xyflow/react'
import type { Position } from '../../../contract/view.ts'
import { useSession } from '../../model/session/session-context.tsx'
import type { Session } from '../../model/session/session.ts'
import { getShownTime } from '../../model/shown-time.ts'
import { openContextMenu } from '../../actions/views/context-menu.tsx'
import { openQuickAdd } from '../../actions/quick-add.ts'
import { focusTask, getSelection, selectTasks, toggleTask } from '../../model/selection.ts'
import { canvasScene, focusCanvas, keepUnderPointer, viewportNow } from '../canvas/camera.ts'
import type { FlowNode } from '../canvas/task-node.tsx'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import { edgeAt, freeSpot, nodeAt, tasksWithin } from '../scene/hit.ts'
import { edgeOf } from '../scene/scene.ts'
import { getGraphView, setGraphView, unfold } from '../canvas/view-state.ts'
import { addDependencies, refusalOf, refusedTo, removeEdge } from './dependency-rules.ts'

/** A click has a native event in some places and React's in others. */
type Click = ReactMouseEvent | MouseEvent

/** For `ReactFlow`, inside of whose provider it must stand. The same functions for as long as the canvas is there. */
export function useCanvasActions() {
  const session = useSession()
  const flow = useReactFlow<FlowNode>()
  const store = useStoreApi()
  return useMemo(
    () => ({
      ...linkActions(session, flow),
      ...pointerActions(flow),
      ...lassoActions(flow, () => store.getState().userSelectionRect),
    }),
    [session, flow, store],
  )
}

type Flow = Pick<ReactFlowInstance, 'screenToFlowPosition'>
type LinkActions = Pick<
  ReactFlowProps<FlowNode>,
  'onConnect' | 'onConnectStart' | 'onConnectEnd' | 'isValidConnection'
>

/** A legal connection ends in `onConnect`, drawn or clicked from handle to handle; everything else in `onConnectEnd`. */
function linkActions(session: Session, flow: Flow): LinkActions {
  const tasks = () => session.yard.getState().tasks
  const link = (blocker: string, dependent: string): void =>
    void addDependencies(session, [{ blocker, dependent }])
  return {
    onConnect: ({ source, target }) => link(source, target),
    onConnectStart: (_event, { nodeId, handleType }) => {
      if (nodeId === null || getShownTime()) return
      const direction = handleType === 'target' ? 'before' : 'after'
      setGraphView({
        linking: { from: nodeId, direction, to: null },
        refused: refusedTo(tasks(), nodeId, direction),
        cycle: null,
      })
    },
    onConnectEnd: (event, { isValid, fromNode, fromHandle, toNode }) => {
      setGraphView({ linking: null, refused: new Set() })
      if (isValid === true || !fromNode || getShownTime()) return
      const at = flow.screenToFlowPosition(pointOf(event))
      const other = toNode?.id ?? nodeAt(canvasScene(), at)
      const isAfter = fromHandle?.type !== 'target'
      if (other === fromNode.id) return
      if (other !== null) return isAfter ? link(fromNode.id, other) : link(other, fromNode.id)
      openQuickAdd({
        at: pointOf(event),
        // Its handle comes to stand under the pointer: the edge ends where it was dropped.
        place: placeFor({ x: isAfter ? at.x : at.x - NODE_WIDTH, y: at.y - NODE_HEIGHT / 2 }),
        ...(isAfter ? { after: [fromNode.id] } : { before: [fromNode.id] }),
      })
    },
    isValidConnection: ({ source, target }) =>
      getShownTime() === null &&
      refusalOf(tasks(), { blocker: source, dependent: target }) === null,
  }
}

/** Where a new task is put that is wanted there: beside what stands there already. */
const placeFor = (wanted: Position): Position => {
  const scene = canvasScene()
  return scene.unfolded(freeSpot(scene, wanted))
}

/** px of the screen around an edge that count as on it. */
const EDGE_REACH = 7

function pointerActions(flow: Flow) {
  const at = (event: Click): XYPosition => flow.screenToFlowPosition(pointOf(event))
  const nodeUnder = (event: Click): string | null => nodeAt(canvasScene(), at(event))
  return {
    onNodeClick: (event, { id }) => clickNode(event, id),
    onNodeMouseEnter: (_event, { id }) => setGraphView({ hoverId: id, hoverEdge: null }),
    onNodeMouseLeave: () => setGraphView({ hoverId: null }),
    onNodeContextMenu: (event, { id }) => openNodeMenu(event, id),
    onPaneContextMenu: (event) => {
      const id = nodeUnder(event)
      if (id !== null) return openNodeMenu(event, id)
      const { hoverEdge } = getGraphView()
      if (hoverEdge === null) return openContextMenu(event, { kind: 'canvas', place: at(event) })
      const { blocker, dependent } = canvasScene().edges.get(hoverEdge) ?? edgeOf(hoverEdge)
      openContextMenu(event, { kind: 'dependency', blocker, dependent })
    },
    onPaneClick: (event) => {
      const id = nodeUnder(event)
      if (id !== null) return clickNode(event, id)
      const { hoverEdge } = getGraphView()
      if (hoverEdge !== null) return chooseEdge(hoverEdge)
      setGraphView({ chosenEdge: null, cycle: null })
      selectNone()
    },
    onDoubleClick: (event) => {
      if (!isPane(event.target) || nodeUnder(event) !== null) return
      if (getGraphView().hoverEdge !== null || getShownTime()) return
      const { x, y } = at(event)
      const place = placeFor({ x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 })
      openQuickAdd({ at: pointOf(event), place })
    },
    onMouseMove: (event) => {
      if (event.buttons !== 0 || !isPane(event.target)) return
      const point = at(event)
      const hoverId = nodeAt(canvasScene(), point)
      const reach = EDGE_REACH / (viewportNow()?.zoom ?? 1)
      const hoverEdge = hoverId === null ? (edgeAt(canvasScene(), point, reach)?.id ?? null) : null
      const now = getGraphView()
      if (now.hoverId === hoverId && now.hoverEdge === hoverEdge) return
      // Before the next press: a painted node must be in the page to be dragged or linked.
      flushSync(() => setGraphView({ hoverId, hoverEdge }))
    },
    onMouseLeave: () => setGraphView({ hoverId: null, hoverEdge: null }),
  } satisfies Partial<ReactFlowProps<FlowNode>>
}

/** Empty canvas, or what is only painted there. */
const isPane = (target: EventTarget): boolean =>
  target instanceof Element && target.classList.contains('react-flow__pane')

function clickNode(event: Click, id: string): void {
  setGraphView({ chosenEdge: null, cycle: null })
  if (unfold(id)) return
  keepUnderPointer(id, pointOf(event))
  if (event.metaKey || event.ctrlKey || event.shiftKey) toggleTask(id)
  else selectTasks([id], { open: true })
}

/** A block stands for several tasks: a click opens it. */
function openNodeMenu(event: Click, id: string): void {
  if (canvasScene().nodes.get(id)?.card) openContextMenu(event, { kind: 'task', id })
  else event.preventDefault()
}

const selectNone = (): void => void (getSelection().ids.size > 0 && selectTasks([]))

/** It shows its × and goes with ⌫: what is deleted is what is seen as chosen, the edge alone. */
function chooseEdge(id: string): void {
  selectNone()
  focusTask(null)
  setGraphView({ chosenEdge: id })
  focusCanvas() // so that ⌫ reaches it
}

/** By its ×. */
export function removeOnlyEdge(session: Session, id: string): void {
  setGraphView({ hoverEdge: null })
  selectNone()
  focusTask(null)
  void removeEdge(session, id)
}

/** React Flow's own choosing is not used: it knows only nodes that are in the page. */
function lassoActions(flow: Flow, rectNow: () => { startX: number; startY: number } | null) {
  let from: XYPosition | null = null
  return {
    onSelectionStart: () => {
      const rect = rectNow()
      from = rect && { x: rect.startX, y: rect.startY }
    },
    onSelectionEnd: (event) => {
      if (from) lasso(from, flow.screenToFlowPosition(pointOf(event)), event)
      from = null
    },
  } satisfies Partial<ReactFlowProps>
}

/** Touching counts; with ⌥ only what lies inside. ⇧, ⌘ and Ctrl add to what is chosen. */
function lasso(from: XYPosition, to: XYPosition, event: Click): void {
  const caught = tasksWithin(canvasScene(), [from, to], { inside: event.altKey })
  const isMore = event.shiftKey || event.metaKey || event.ctrlKey
  const { ids, focusId } = getSelection()
  selectTasks(isMore ? [...ids, ...caught] : caught, { focusId: caught.at(-1) ?? focusId })
}

function pointOf(event: Click | TouchEvent): XYPosition {
  const { clientX: x = 0, clientY: y = 0 } =
    'changedTouches' in event ? (event.changedTouches[0] ?? {}) : event
  return { x, y }
}
