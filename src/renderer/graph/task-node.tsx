/** One task on the canvas: lamp, title, word and fact. */
import { memo } from 'react'
import { Handle, Position, type NodeProps } from '@xyflow/react'
import type { TaskCard } from '../../contract/view.ts'
import { Elapsed } from '../ui/elapsed.tsx'
import { Lamp, wordOf } from '../ui/status-badge.tsx'
import type { TaskFlowNode } from './flow-elements.ts'

export const TaskNode = memo(function TaskNode({ data }: NodeProps<TaskFlowNode>) {
  const { card } = data
  return (
    <div className="task-node" data-st={card.state}>
      <Handle type="target" position={Position.Left} />
      <Lamp state={card.state} />
      <span className="task-node-title">{card.title}</span>
      <span className="task-node-foot">
        <span className="task-node-state">
          <span className="task-node-word">{wordOf(card.state)}</span>
          <Fact card={card} />
        </span>
        {card.state === 'in-progress' && (
          <span className="task-node-tag">{card.model ?? card.executor}</span>
        )}
      </span>
      <Handle type="source" position={Position.Right} />
    </div>
  )
})

/** Why it stands there. What a word says already is not said twice. */
function Fact({ card }: { readonly card: TaskCard }) {
  if (card.fact === null && card.state === 'in-progress' && card.startedAt)
    return <Elapsed since={card.startedAt} />
  if (card.fact === null || card.fact === wordOf(card.state)) return null
  return <span title={card.fact}>{card.fact}</span>
}
