/** Zoom and the key to the tracks, over the canvas. */
import { useReactFlow, useViewport } from '@xyflow/react'
import { Button } from '../ui/button.tsx'
import type { TrackState } from './flow-elements.ts'

const TRACKS: readonly (readonly [TrackState, string])[] = [
  ['satisfied', 'Satisfied'],
  ['waiting', 'Waiting'],
  ['upstream-failed', 'Upstream failed'],
]

export function CanvasTools() {
  const flow = useReactFlow()
  const { zoom } = useViewport()
  return (
    <div className="canvas-tools">
      <div className="zoom" role="group" aria-label="Zoom">
        <Button
          look="quiet"
          icon="minus"
          aria-label="Zoom out"
          onClick={() => void flow.zoomOut()}
        />
        <span className="zoom-value">{Math.round(zoom * 100)}%</span>
        <Button look="quiet" icon="plus" aria-label="Zoom in" onClick={() => void flow.zoomIn()} />
        <Button
          look="quiet"
          icon="fit"
          aria-label="Show all"
          onClick={() => void flow.fitView(FIT)}
        />
      </div>
      <ul className="track-key" aria-label="What the tracks mean">
        {TRACKS.map(([state, word]) => (
          <li key={state}>
            <svg className="track" data-track={state} viewBox="0 0 28 14" aria-hidden="true">
              <path className="track-line" d="M0 7H28" />
              {state !== 'satisfied' && <path className="track-stop" d="M23 2v10" />}
            </svg>
            {word}
          </li>
        ))}
      </ul>
    </div>
  )
}

export const FIT = { padding: 0.08, maxZoom: 1 }
