/** The cards over the canvas, and the commands that only the graph carries out. Stands inside of the canvas' own element. */
import { useEffect } from 'react'
import { useRoute } from '../../model/route.ts'
import { useSelection } from '../../model/selection.ts'
import { bringIntoSight } from '../canvas/camera.ts'
import { useGraphView } from '../canvas/view-state.ts'
import { CanvasBar } from './draft-bar.tsx'
import { CycleCard } from './cycle-card.tsx'
import { FindBar } from './find-bar.tsx'
import { LinkCard } from './link-card.tsx'
import { closeLinkCard, useLinkCard } from './link-card-state.ts'
import { useEscape } from './use-escape.ts'
import { useGraphCommands, useTrackCommands } from './use-graph-commands.ts'
import './gestures.css'

export function GraphActs() {
  useGraphCommands()
  useEscape()
  useFollowTask()
  const cycle = useGraphView((view) => view.cycle)
  const find = useGraphView((view) => view.find)
  const chosenTrack = useGraphView((view) => view.chosenTrack)
  const wish = useLinkCard()
  useEffect(() => closeLinkCard, [])
  return (
    <>
      {chosenTrack !== null && <TrackCommands />}
      {find && <FindBar find={find} />}
      {cycle && <CycleCard key={cycle.join('\n')} path={cycle} takesFocus={wish !== null} />}
      {wish && !cycle && <LinkCard key={`${wish.how} ${wish.ids.join(' ')}`} wish={wish} />}
      <CanvasBar />
    </>
  )
}

function TrackCommands() {
  useTrackCommands()
  return null
}

/** What was chosen elsewhere (the palette, a list, a new task) comes into sight; what is in sight stays where it is. */
function useFollowTask(): void {
  const { task } = useRoute()
  const focusId = useSelection((selection) => selection.focusId)
  useEffect(() => {
    if (task !== null) bringIntoSight(task)
  }, [task])
  useEffect(() => {
    if (focusId !== null) bringIntoSight(focusId)
  }, [focusId])
}
