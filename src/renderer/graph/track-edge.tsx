/** A dependency as a track. A stop bar says that it still holds its dependent; a cross, that its blocker failed. */
import { memo } from 'react'
import type { EdgeProps } from '@xyflow/react'
import type { TrackFlowEdge } from './flow-elements.ts'
import { trackPath } from './route-track.ts'

const STOP_BEFORE_NODE = 8
const CROSS_BEFORE_NODE = 26

export const TrackEdge = memo(function TrackEdge(props: EdgeProps<TrackFlowEdge>) {
  const { data, targetX, targetY } = props
  const state = data?.state ?? 'waiting'
  const stopX = targetX - STOP_BEFORE_NODE
  return (
    <g className="track" data-track={state} aria-hidden="true">
      <path className="track-line" d={trackPath(props, data?.passing ?? null)} />
      {state !== 'satisfied' && <path className="track-stop" d={`M${stopX} ${targetY - 7}v14`} />}
      {state === 'upstream-failed' && (
        <g transform={`translate(${targetX - CROSS_BEFORE_NODE} ${targetY})`}>
          <circle className="track-ring" r="7" />
          <path className="track-cross" d="M-2.6-2.6l5.2 5.2M2.6-2.6l-5.2 5.2" />
        </g>
      )}
    </g>
  )
})
