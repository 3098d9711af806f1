/** The graph with its bar and what stands below it. */
import type { ReactNode } from 'react'
import { useYard } from '../../model/session/session-context.tsx'
import { Screen } from '../../ui/screen.tsx'
import { StateStrip } from '../../components/state-strip.tsx'
import { GraphCanvas } from './graph-canvas.tsx'
import { GraphTools } from './graph-tools.tsx'
import './graph.css'
import './task-node.css'
import './canvas-tools.css'

interface GraphScreenProps {
  /** The time strip. */
  readonly footer: ReactNode
}

export function GraphScreen({ footer }: GraphScreenProps) {
  const name = useYard((view) => view.summary?.name)
  return (
    <Screen title={name ?? 'Graph'} filters={<StateStrip />} tools={<GraphTools />}>
      <GraphCanvas />
      {footer}
    </Screen>
  )
}
