/** The live graph. Drag from handle to handle adds a dependency; a task is opened by a click or by Enter. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import {
  Background,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Connection,
  type NodeChange,
} from '@xyflow/react'
import { useCommand, useYard } from '../session/session-context.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { CanvasTools, FIT } from './canvas-tools.tsx'
import { createFlowMapper, type FlowElements, type TaskFlowNode } from './flow-elements.ts'
import { TaskNode } from './task-node.tsx'
import { TrackEdge } from './track-edge.tsx'
import { useLayout } from './use-layout.ts'

const nodeTypes = { task: TaskNode }
const edgeTypes = { track: TrackEdge }
/** Below that, drawing all is smoother to pan than adding and removing nodes. */
const CULL_FROM = 150

interface GraphCanvasProps {
  readonly selectedId: string | null
  readonly onSelect: (taskId: string | null) => void
}

export function GraphCanvas(props: GraphCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  )
}

function Canvas({ selectedId, onSelect }: GraphCanvasProps) {
  const { nodes, edges } = useFlowElements(selectedId)
  const { run, problem, dismiss } = useCommand()
  useFitOnce(nodes.length > 0)
  const onConnect = useCallback(
    ({ source, target }: Connection) =>
      void run(({ task }, commandId) => task.edit({ id: target, addAfter: [source], commandId })),
    [run],
  )
  const onNodesChange = useCallback(
    (changes: readonly NodeChange<TaskFlowNode>[]) => {
      const chosen = changes.find((change) => change.type === 'select' && change.selected)
      if (chosen?.type === 'select') onSelect(chosen.id)
    },
    [onSelect],
  )
  return (
    <div className="graph">
      <ReactFlow
        aria-label="Graph of tasks"
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onConnect={onConnect}
        onPaneClick={() => onSelect(null)}
        nodesDraggable={false}
        edgesFocusable={false}
        elementsSelectable
        panOnScroll
        minZoom={0.1}
        maxZoom={2}
        connectionRadius={40}
        deleteKeyCode={null}
        multiSelectionKeyCode={null}
        onlyRenderVisibleElements={nodes.length > CULL_FROM}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={20} size={1.5} />
      </ReactFlow>
      <CanvasTools />
      <ProblemNote problem={problem} onClose={dismiss} />
    </div>
  )
}

/** React Flow wants arrays that it may keep; the mapper never changes one that it gave away. */
function useFlowElements(selectedId: string | null): {
  nodes: TaskFlowNode[]
  edges: FlowElements['edges'][number][]
} {
  const tasks = useYard((view) => view.tasks)
  const layout = useLayout(
    tasks,
    useYard((view) => view.structure),
  )
  const [map] = useState(createFlowMapper)
  return useMemo(() => {
    const { nodes, edges } = map({ tasks, layout, selectedId })
    return { nodes: [...nodes], edges: [...edges] }
  }, [map, tasks, layout, selectedId])
}

/** The camera moves by itself only when the first graph appears. */
function useFitOnce(hasNodes: boolean): void {
  const { fitView } = useReactFlow()
  const isFitted = useRef(false)
  useEffect(() => {
    if (!hasNodes || isFitted.current) return
    isFitted.current = true
    void fitView(FIT)
  }, [hasNodes, fitView])
}
