/** React Flow with the nodes that are in the page. It owns camera and gestures; what they mean is in `useCanvasActions`. */
import { type PointerEvent, useMemo, useState } from 'react'
import {
  ConnectionLineType,
  type NodeTypes,
  ReactFlow,
  SelectionMode,
  useStore,
  ViewportPortal,
} from '@xyflow/react'
import type { TaskCard } from '../../../contract/view.ts'
import { useNow } from '../../ui/timers.ts'
import { usePreferences } from '../../model/preferences.ts'
import { useSelection } from '../../model/selection.ts'
import { removeOnlyEdge, useCanvasActions } from '../gestures/use-canvas-actions.ts'
import { useGraphView } from './view-state.ts'
import { holdCamera, MOST_ZOOM } from './camera.ts'
import { leastZoom } from '../paint/fitting.ts'
import type { Light } from '../scene/dimming.ts'
import { createNodeMapper, type Shown } from './flow-nodes.ts'
import { nodeName, stackName } from '../scene/node-name.ts'
import { middleOfEdge, type Scene, type SceneNode, edgeOf } from '../scene/scene.ts'
import { type FlowNode, TaskNode } from './task-node.tsx'
import type { Drag } from './use-drag.ts'
import { X } from 'lucide-react'
import { useSession } from '../../model/session/session-context.tsx'

const nodeTypes: NodeTypes = { task: TaskNode, stack: TaskNode }
const NO_EDGES: never[] = []

interface FlowSurfaceProps {
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
  const { drag, scene, isPast } = props
  const nodes = useFlowNodes(props)
  const actions = useCanvasActions()
  const least = useStore(({ width, height }) => leastZoom(scene.bounds, { width, height }))
  const wheelZooms = usePreferences((preferences) => preferences.wheelZooms)
  return (
    <ReactFlow<FlowNode>
      ref={takeRole}
      nodes={nodes}
      edges={NO_EDGES}
      nodeTypes={nodeTypes}
      {...actions}
      onNodeDragStart={drag.onNodeDragStart}
      onNodeDrag={drag.onNodeDrag}
      onNodeDragStop={drag.onNodeDragStop}
      onPointerDownCapture={holdWhilePressed}
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
      <EdgeMarks scene={scene} isPast={isPast} />
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

function useFlowNodes(props: FlowSurfaceProps): FlowNode[] {
  const { tasks, scene, ids, line, lightOf, isPast } = props
  const now = useNow(MINUTE)
  const [map] = useState(createNodeMapper)
  const selected = useSelection((selection) => selection.ids)
  const focusId = useSelection(({ focusId: id, isRinged }) => (isRinged ? id : null))
  const edge = useGraphView((view) => view.hoverEdge ?? view.chosenEdge)
  return useMemo(() => {
    const ends = edge === null ? null : edgeOf(edge)
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
      card
        ? nodeName({ card, tasks, isOnCriticalPath: isOnLine, isSelected, now })
        : stackName(stack)
    return map({ scene, ids, shownOf, nameOf })
  }, [map, tasks, scene, ids, line, lightOf, isPast, selected, focusId, edge, now])
}

// What lies over the edges in the page: the × of the one that is hovered or chosen, and the numbers of a refused cycle.

function EdgeMarks({ scene, isPast }: Pick<FlowSurfaceProps, 'scene' | 'isPast'>) {
  const cycle = useGraphView((view) => view.cycle)
  return (
    <ViewportPortal>
      {!isPast && <EdgeCross scene={scene} />}
      {cycle?.map((id, index) => {
        const node = scene.nodes.get(scene.memberOf.get(id) ?? id)
        return (
          node && (
            <span
              key={id}
              className="cycle-number text-12"
              style={placed(node.at)}
              aria-hidden="true"
            >
              {index + 1}
            </span>
          )
        )
      })}
    </ViewportPortal>
  )
}

const placed = ({ x, y }: { readonly x: number; readonly y: number }) => ({
  transform: `translate(${x}px, ${y}px)`,
})

function EdgeCross({ scene }: Pick<FlowSurfaceProps, 'scene'>) {
  const session = useSession()
  const id = useGraphView((view) => view.hoverEdge ?? view.chosenEdge)
  const edge = id === null ? undefined : scene.edges.get(id)
  if (!edge) return null
  const { blocker, dependent } = edge
  const title = (task: string): string => session.yard.getState().tasks.get(task)?.title ?? task
  // An edge between blocks may stand for several dependencies: those are removed one by one, unfolded.
  if (edge.from !== blocker || edge.to !== dependent) return null
  return (
    <button
      type="button"
      className="edge-x nodrag nopan"
      style={placed(middleOfEdge(edge))}
      aria-label={`Remove: ${title(dependent)} no longer waits for ${title(blocker)}`}
      onClick={() => removeOnlyEdge(session, edge.id)}
    >
      <X size={12} strokeWidth={2} aria-hidden="true" />
    </button>
  )
}
