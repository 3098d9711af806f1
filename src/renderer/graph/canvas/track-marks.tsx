/** What lies over the tracks in the page: the × of the one that is hovered or chosen, and the numbers of a refused cycle. */
import { ViewportPortal } from '@xyflow/react'
import { X } from 'lucide-react'
import { useSession } from '../../model/session/session-context.tsx'
import { middleOfTrack, type Scene } from '../scene/scene.ts'
import { setGraphView, useGraphView } from './view-state.ts'

interface TrackMarksProps {
  readonly scene: Scene
  /** Null: nothing can be changed now. Told the id of the track. */
  readonly onRemove: ((trackId: string) => void) | null
}

export function TrackMarks({ scene, onRemove }: TrackMarksProps) {
  const cycle = useGraphView((view) => view.cycle)
  return (
    <ViewportPortal>
      {onRemove && <TrackCross scene={scene} onRemove={onRemove} />}
      {cycle?.map((id, index) => {
        const node = scene.nodes.get(scene.memberOf.get(id) ?? id)
        return (
          node && (
            <span key={id} className="cycle-number" style={placed(node.at)} aria-hidden="true">
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

interface TrackCrossProps {
  readonly scene: Scene
  readonly onRemove: (trackId: string) => void
}

function TrackCross({ scene, onRemove }: TrackCrossProps) {
  const session = useSession()
  const id = useGraphView((view) => view.hoverTrack ?? view.chosenTrack)
  const track = id === null ? undefined : scene.tracks.get(id)
  if (!track) return null
  const { blocker, dependent } = track
  const title = (task: string): string => session.yard.getState().tasks.get(task)?.title ?? task
  // A track between blocks may stand for several dependencies: those are removed one by one, unfolded.
  if (track.from !== blocker || track.to !== dependent) return null
  return (
    <button
      type="button"
      className="track-x nodrag nopan"
      style={placed(middleOfTrack(track))}
      aria-label={`Remove: ${title(dependent)} no longer waits for ${title(blocker)}`}
      onClick={() => {
        setGraphView({ hoverTrack: null })
        onRemove(track.id)
      }}
    >
      <X size={12} strokeWidth={2} aria-hidden="true" />
    </button>
  )
}
