/** Zoom and the key to the tracks, over the canvas. */
import { useStore } from '@xyflow/react'
import { Button } from '../../ui/button.tsx'
import { fitAll, zoomBy } from './camera.ts'

const TRACKS = [
  ['satisfied', 'Satisfied'],
  ['waiting', 'Waiting'],
  ['upstream-failed', 'Upstream failed'],
  ['main', 'Critical path'],
] as const

const STEP = 1.2

export function CanvasTools() {
  const percent = useStore((state) => Math.round(state.transform[2] * 100))
  return (
    <div className="canvas-tools">
      <div className="zoom" role="group" aria-label="Zoom">
        <Button look="quiet" icon="minus" aria-label="Zoom out" onClick={() => zoomBy(1 / STEP)} />
        <span className="zoom-value">{percent}%</span>
        <Button look="quiet" icon="plus" aria-label="Zoom in" onClick={() => zoomBy(STEP)} />
        <Button look="quiet" icon="fit" aria-label="Show all" onClick={() => fitAll()} />
      </div>
      <ul className="track-key" aria-label="What the tracks mean">
        {TRACKS.map(([state, word]) => (
          <li key={state}>
            <svg className="track" data-track={state} viewBox="0 0 28 14" aria-hidden="true">
              <path className="track-line" d="M0 7H28" />
              {state === 'main' && <path className="track-gap" d="M0 7H28" />}
              {state !== 'satisfied' && state !== 'main' && (
                <path className="track-stop" d="M23 2v10" />
              )}
            </svg>
            {word}
          </li>
        ))}
      </ul>
    </div>
  )
}
