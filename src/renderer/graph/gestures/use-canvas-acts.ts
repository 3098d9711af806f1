/** What pointer acts on the canvas do. The canvas hands each event on; where things stand comes from its scene. */
import { useMemo, useRef, type MouseEvent as ReactMouseEvent } from 'react'
import {
  useReactFlow,
  useStoreApi,
  type Connection,
  type FinalConnectionState,
  type OnConnectStartParams,
  type ReactFlowInstance,
  type XYPosition,
} from '@xyflow/react'
import type { Position } from '../../../contract/view.ts'
import { useSession } from '../../model/session/session-context.tsx'
import type { Session } from '../../model/session/session.ts'
import { getShownTime } from '../../model/shown-time.ts'
import { openContextMenu } from '../../actions/views/context-menu.tsx'
import { openQuickAdd } from '../../actions/quick-add.ts'
import { focusTask, getSelection, selectTasks, toggleTask } from '../../model/selection.ts'
import { canvasScene, focusCanvas, keepUnderPointer } from '../canvas/camera.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../layout/grid.ts'
import { freeSpot, nodeAt, tasksWithin } from '../scene/hit.ts'
import { setGraphView, trackOf } from '../canvas/view-state.ts'
import { refusalOf, refusedTo, type Direction } from './link-rules.ts'
import { makeLink, removeTrack } from './make-link.ts'
import { moveNodes } from './move-nodes.ts'
import { unfold } from './unfold.ts'

interface Placed {
  readonly id: string
  readonly position: Position
}

export interface CanvasActs {
  /** A legal connection was drawn, or clicked from handle to handle. Everything else ends in `onConnectEnd`. */
  onConnect(connection: Connection): void
  onConnectStart(event: unknown, from: OnConnectStartParams): void
  onConnectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void
  isValidConnection(connection: { readonly source: string; readonly target: string }): boolean
  /** `moved`: all nodes that were dragged together. */
  onNodeDragStop(event: unknown, node: Placed, moved: readonly Placed[]): void
  onNodeClick(event: ReactMouseEvent | MouseEvent, node: { readonly id: string }): void
  /** The menu of a node was asked for, or with `trackId` of what lies on the pane there. */
  onNodeMenu(event: ReactMouseEvent | MouseEvent, node: { readonly id: string }): void
  onPaneMenu(event: ReactMouseEvent | MouseEvent, trackId: string | null): void
  /** The pane was clicked once: nothing is chosen then. */
  onPaneClick(event: ReactMouseEvent | MouseEvent): void
  onPaneDoubleClick(event: ReactMouseEvent | MouseEvent): void
  /** A track was clicked: it is chosen, shows its × and goes with ⌫. */
  onEdgeClick(event: ReactMouseEvent | MouseEvent, edge: { readonly id: string }): void
  /** The × of a track. Ids are those of `trackIdOf`. */
  onTrackRemove(trackId: string): void
  /** The lasso: begin and end. React Flow's own choosing is not used: it knows only nodes that are in the page. */
  onSelectionStart(event: ReactMouseEvent | MouseEvent): void
  onSelectionEnd(event: ReactMouseEvent | MouseEvent): void
}

/** Must stand inside of `ReactFlowProvider`. The same object for as long as the canvas is there. */
export function useCanvasActs(): CanvasActs {
  const session = useSession()
  const flow = useReactFlow()
  const store = useStoreApi()
  const lassoFrom = useRef<XYPosition | null>(null)
  return useMemo(
    () => ({
      ...linkActs(session, flow),
      ...nodeActs(session),
      ...paneActs(session, flow),
      ...menuActs(flow),
      onSelectionStart: () => {
        const rect = store.getState().userSelectionRect
        lassoFrom.current = rect && { x: rect.startX, y: rect.startY }
      },
      onSelectionEnd: (event) => {
        const from = lassoFrom.current
        lassoFrom.current = null
        if (from) lasso(from, flow.screenToFlowPosition(pointOf(event)), event)
      },
    }),
    [session, flow, store],
  )
}

type LinkActs = Pick<
  CanvasActs,
  'onConnect' | 'onConnectStart' | 'onConnectEnd' | 'isValidConnection'
>

function linkActs(session: Session, flow: ReactFlowInstance): LinkActs {
  const tasks = () => session.yard.getState().tasks
  const link = (blocker: string, dependent: string): void =>
    void makeLink(session, { blocker, dependent })
  return {
    onConnect: ({ source, target }) => link(source, target),
    onConnectStart: (_event, { nodeId, handleType }) => {
      if (nodeId === null || getShownTime()) return
      const direction: Direction = handleType === 'target' ? 'before' : 'after'
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
        // Its handle comes to stand under the pointer: the track ends where it was dropped.
        place: placeFor({ x: isAfter ? at.x : at.x - NODE_WIDTH, y: at.y - NODE_HEIGHT / 2 }),
        ...(isAfter ? { after: [fromNode.id] } : { before: [fromNode.id] }),
      })
    },
    isValidConnection: ({ source, target }) =>
      getShownTime() === null &&
      refusalOf(tasks(), { blocker: source, dependent: target }) === null,
  }
}

function nodeActs(session: Session): Pick<CanvasActs, 'onNodeDragStop' | 'onNodeClick'> {
  return {
    onNodeDragStop: (_event, _node, moved) => {
      if (getShownTime() || moved.length === 0) return
      const { nodes } = canvasScene()
      // A block stands where one of its members stands.
      const moves = Object.fromEntries(
        moved.map(({ id, position }) => [nodes.get(id)?.stack?.at ?? id, position] as const),
      )
      void moveNodes(session, moves)
    },
    onNodeClick: (event, { id }) => {
      setGraphView({ chosenTrack: null, cycle: null })
      if (unfold(id)) return
      keepUnderPointer(id, pointOf(event))
      if (event.metaKey || event.ctrlKey || event.shiftKey) toggleTask(id)
      else selectTasks([id], { open: true })
    },
  }
}

/** Where a new task is put that is wanted there: beside what stands there already. */
const placeFor = (wanted: Position): Position => {
  const scene = canvasScene()
  return scene.unfolded(freeSpot(scene, wanted))
}

type PaneActs = Pick<
  CanvasActs,
  'onPaneClick' | 'onPaneDoubleClick' | 'onEdgeClick' | 'onTrackRemove'
>

function paneActs(session: Session, flow: ReactFlowInstance): PaneActs {
  return {
    onPaneClick: () => {
      setGraphView({ chosenTrack: null, cycle: null })
      if (getSelection().ids.size > 0) selectTasks([])
    },
    onPaneDoubleClick: (event) => {
      if (getShownTime()) return
      const { x, y } = flow.screenToFlowPosition(pointOf(event))
      const place = placeFor({ x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 })
      openQuickAdd({ at: pointOf(event), place })
    },
    onEdgeClick: (_event, { id }) => {
      // What is deleted is what is seen as chosen: the track alone.
      if (getSelection().ids.size > 0) selectTasks([])
      focusTask(null)
      setGraphView({ chosenTrack: id })
      focusCanvas() // so that ⌫ reaches it
    },
    onTrackRemove: (id) => {
      if (getSelection().ids.size > 0) selectTasks([])
      focusTask(null)
      void removeTrack(session, id)
    },
  }
}

function menuActs(flow: ReactFlowInstance): Pick<CanvasActs, 'onNodeMenu' | 'onPaneMenu'> {
  return {
    // A block stands for several tasks: a click opens it.
    onNodeMenu: (event, { id }) => {
      if (canvasScene().nodes.get(id)?.card) openContextMenu(event, { kind: 'task', id })
      else event.preventDefault()
    },
    onPaneMenu: (event, trackId) => {
      if (trackId === null) {
        const place = flow.screenToFlowPosition(pointOf(event))
        return openContextMenu(event, { kind: 'canvas', place })
      }
      const { blocker, dependent } = canvasScene().tracks.get(trackId) ?? trackOf(trackId)
      openContextMenu(event, { kind: 'dependency', blocker, dependent })
    },
  }
}

/** Touching counts; with ⌥ only what lies inside. ⇧, ⌘ and Ctrl add to what is chosen. */
function lasso(from: XYPosition, to: XYPosition, event: ReactMouseEvent | MouseEvent): void {
  const caught = tasksWithin(canvasScene(), [from, to], { inside: event.altKey })
  const isMore = event.shiftKey || event.metaKey || event.ctrlKey
  const { ids, focusId } = getSelection()
  const chosen = isMore ? [...ids, ...caught] : caught
  selectTasks(chosen, { focusId: caught.at(-1) ?? focusId })
}

function pointOf(event: ReactMouseEvent | MouseEvent | TouchEvent): XYPosition {
  if ('changedTouches' in event) {
    const [touch] = event.changedTouches
    return { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 }
  }
  return { x: event.clientX, y: event.clientY }
}
