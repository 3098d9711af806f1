/** The bare page to compare with: React Flow alone, all nodes handed to it, only visible ones drawn. Told its graph by `window.show`. */
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { Position, ReactFlow, ReactFlowProvider, type Edge, type Node } from '@xyflow/react'
import '@xyflow/react/dist/style.css'

interface BareTask {
  readonly id: string
  readonly x: number
  readonly y: number
  readonly after: readonly string[]
}

const SIZE = { width: 216, height: 92 }

const toNode = ({ id, x, y }: BareTask): Node => ({
  id,
  position: { x, y },
  ...SIZE,
  measured: SIZE,
  handles: [
    { type: 'target', position: Position.Left, x: 0, y: 41, width: 10, height: 10 },
    { type: 'source', position: Position.Right, x: 206, y: 41, width: 10, height: 10 },
  ],
  data: { label: id },
  sourcePosition: Position.Right,
  targetPosition: Position.Left,
})

const toEdges = ({ id, after }: BareTask): Edge[] =>
  after.map((source) => ({ id: `${source}>${id}`, source, target: id }))

const root = createRoot(document.getElementById('root') as HTMLElement)

function show(tasks: readonly BareTask[], zoom: number): void {
  const flow = createElement(ReactFlow, {
    nodes: tasks.map(toNode),
    edges: tasks.flatMap(toEdges),
    onlyRenderVisibleElements: true,
    panOnScroll: true,
    minZoom: 0.1,
    defaultViewport: { x: 0, y: 0, zoom },
    nodesDraggable: false,
    nodesConnectable: false,
  })
  root.render(createElement(ReactFlowProvider, null, flow))
}

Object.assign(globalThis, { show })
