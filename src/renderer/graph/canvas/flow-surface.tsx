/** React Flow with the nodes that are in the page. It owns camera and gestures; what they mean is in `acts`. */
import { type MouseEvent, type PointerEvent, useMemo, useState } from 'react'
import {
  ConnectionLineType,
  type NodeTypes,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
} from '@xyflow/react'
import type { TaskCard } from '../../../contract/view.ts'
import { useNow } from '../../ui/timers.ts'
import { usePreferences } from '../../model/preferences.ts'
import { useSelection } from '../../model/selection.ts'
import type { CanvasActs } from '../gestures/use-canvas-acts.ts'
import { unfold } from '../gestures/unfold.ts'
import { canvasScene, holdCamera, MOST_ZOOM, viewportNow } from './camera.ts'
import { leastZoom } from '../paint/fitting.ts'
import type { Light } from '../scene/dimming.ts'
import { createNodeMapper, type Shown } from './flow-nodes.ts'
import { nodeName, stackName } from '../scene/node-name.ts'
import type { Scene, SceneNode } from '../scene/scene.ts'
import { type FlowNode, TaskNode } from './task-node.tsx'
import { TrackMarks } from './track-marks.tsx'
import type { Drag } from './use-drag.ts'
import { getGraphView, setGraphView, trackOf, useGraphView } from './view-state.ts'
import { flushSync } from 'react-dom'
import { nodeAt, trackAt } from '../scene/hit.ts'

const nodeTypes: NodeTypes = { task: TaskNode, stack: TaskNode }
const NO_EDGES: never[] = []

export interface FlowSurfaceProps {
  readonly acts: CanvasActs
  readonly drag: Drag
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly scene: Scene
  /** In the page. */
  readonly ids: readonly string[]
  readonly line: ReadonlySet<string>
  readonly lightOf: (id: string) => Light
  readonly isPast: boolean
}

export function FlowSurface(props: FlowSurfaceProps) {
  const { acts, drag, scene, isPast } = props
  const nodes = useFlowNodes(props)
  const hover = useHover()
  const clicks = useMemo(() => clicksOf(acts, hover), [acts, hover])
  const least = useStore(({ width, height }) => leastZoom(scene.bounds, { width, height }))
  const wheelZooms = usePreferences((preferences) => preferences.wheelZooms)
  return (
    <ReactFlow<FlowNode>
      ref={takeRole}
      nodes={nodes}
      edges={NO_EDGES}
      nodeTypes={nodeTypes}
      onNodeDragStart={drag.onNodeDragStart}
      onNodeDrag={drag.onNodeDrag}
      onNodeDragStop={drag.onNodeDragStop}
      onConnect={acts.onConnect}
      onConnectStart={acts.onConnectStart}
      onConnectEnd={acts.onConnectEnd}
      isValidConnection={acts.isValidConnection}
      onSelectionStart={acts.onSelectionStart}
      onSelectionEnd={acts.onSelectionEnd}
      onPointerDownCapture={holdWhilePressed}
      onMouseMove={hover.onMouseMove}
      onMouseLeave={hover.onMouseLeave}
      {...clicks}
      nodesConnectable={!isPast}
      nodesDraggable={!isPast}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable
      selectNodesOnDrag={false}
      disableKeyboardA11y
      selectionOnDrag
      selectionMode={SelectionMode.Partial}
      panOnDrag={MIDDLE_BUTTON}
      panOnScroll={!wheelZooms}
      zoomOnScroll={wheelZooms}
      zoomOnDoubleClick={false}
      minZoom={least}
      maxZoom={MOST_ZOOM}
      connectionRadius={40}
      connectionLineType={ConnectionLineType.Step}
      nodeDragThreshold={3}
      deleteKeyCode={null}
      multiSelectionKeyCode={null}
      selectionKeyCode={null}
      proOptions={NO_MARK}
    >
      <TrackMarks scene={scene} onRemove={isPast ? null : acts.onTrackRemove} />
    </ReactFlow>
  )
}

/** A right click is not held: browsers tell of no release once their menu is open. */
const holdWhilePressed = ({ button }: PointerEvent): void => {
  if (button !== RIGHT_BUTTON) holdCamera()
}

/** The canvas around it is the application; React Flow's own frame says the same without a name and takes no other role. */
const takeRole = (element: HTMLDivElement | null): void => element?.setAttribute('role', 'none')

const MINUTE = 60_000
const MIDDLE_BUTTON = [1]
const RIGHT_BUTTON = 2
const NO_MARK = { hideAttribution: true }

function clicksOf(acts: CanvasActs, hover: Hover) {
  return {
    onNodeClick: (event: MouseEvent, node: FlowNode) => {
      if (!unfold(node.id)) acts.onNodeClick(event, node)
    },
    onNodeMouseEnter: (_event: MouseEvent, { id }: FlowNode) =>
      setGraphView({ hoverId: id, hoverTrack: null }),
    onNodeMouseLeave: () => setGraphView({ hoverId: null }),
    onNodeContextMenu: (event: MouseEvent, node: FlowNode) => acts.onNodeMenu(event, node),
    onPaneContextMenu: (event: globalThis.MouseEvent | MouseEvent) => {
      const id = hover.nodeUnder(event)
      if (id !== null) return acts.onNodeMenu(event, { id })
      acts.onPaneMenu(event, getGraphView().hoverTrack)
    },
    onPaneClick: (event: MouseEvent) => {
      const id = hover.nodeUnder(event)
      if (id !== null) return unfold(id) || acts.onNodeClick(event, { id })
      const { hoverTrack } = getGraphView()
      if (hoverTrack !== null) return acts.onEdgeClick(event, { id: hoverTrack })
      acts.onPaneClick(event)
    },
    onDoubleClick: (event: MouseEvent) => {
      if (!isPane(event.target) || hover.nodeUnder(event) !== null) return
      if (getGraphView().hoverTrack === null) acts.onPaneDoubleClick(event)
    },
  }
}

function useFlowNodes(props: FlowSurfaceProps): FlowNode[] {
  const { tasks, scene, ids, line, lightOf, isPast } = props
  const now = useNow(MINUTE)
  const [map] = useState(createNodeMapper)
  const selected = useSelection((selection) => selection.ids)
  const focusId = useSelection(({ focusId: id, isRinged }) => (isRinged ? id : null))
  const track = useGraphView((view) => view.hoverTrack ?? view.chosenTrack)
  return useMemo(() => {
    const ends = track === null ? null : trackOf(track)
    const focused = focusId === null ? null : (scene.memberOf.get(focusId) ?? focusId)
    const shownOf = (id: string): Shown => ({
      light: lightOf(id),
      isSelected: selected.has(id),
      isFocused: focused === id,
      isEnd: ends !== null && (ends.blocker === id || ends.dependent === id),
      isOnLine: line.has(id),
      isDraggable: !isPast,
    })
    const nameOf = ({ card, stack }: SceneNode, { isOnLine, isSelected }: Shown): string =>
      card ? nodeName({ card, tasks, isOnMainLine: isOnLine, isSelected, now }) : stackName(stack)
    return map({ scene, ids, shownOf, nameOf })
  }, [map, tasks, scene, ids, line, lightOf, isPast, selected, focusId, track, now])
}

// What the pointer is at where nothing of the page is: painted nodes and tracks.

/** px of the screen around a track that count as on it. */
const TRACK_REACH = 7

export interface Hover {
  readonly onMouseMove: (event: MouseEvent) => void
  readonly onMouseLeave: () => void
  /** The node under the pointer, painted or in the page. */
  readonly nodeUnder: (event: {
    readonly clientX: number
    readonly clientY: number
  }) => string | null
}

export function useHover(): Hover {
  const flow = useReactFlow()
  return useMemo(() => {
    const at = (event: { clientX: number; clientY: number }) =>
      flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    return {
      onMouseMove: (event) => {
        if (event.buttons !== 0 || !isPane(event.target)) return
        const point = at(event)
        const hoverId = nodeAt(canvasScene(), point)
        const zoom = viewportNow()?.zoom ?? 1
        const track = hoverId === null ? trackAt(canvasScene(), point, TRACK_REACH / zoom) : null
        const now = getGraphView()
        const hoverTrack = track?.id ?? null
        if (now.hoverId === hoverId && now.hoverTrack === hoverTrack) return
        // Before the next press: a painted node must be in the page to be dragged or linked.
        flushSync(() => setGraphView({ hoverId, hoverTrack }))
      },
      onMouseLeave: () => setGraphView({ hoverId: null, hoverTrack: null }),
      nodeUnder: (event) => nodeAt(canvasScene(), at(event)),
    }
  }, [flow])
}

/** Empty canvas, or what is only painted there. */
export const isPane = (target: EventTarget): boolean =>
  target instanceof Element && target.classList.contains('react-flow__pane')
