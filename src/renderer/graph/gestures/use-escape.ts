/** Esc on the graph closes one thing at a time: cycle, card, find, track, focus mode, time, selection, inspector. */
import { useEffect } from 'react'
import { getShownTime } from '../../model/shown-time.ts'
import { currentRoute, navigate } from '../../model/route.ts'
import { dropSelection, getSelection } from '../../model/selection.ts'
import { getGraphView, setGraphView } from '../canvas/view-state.ts'
import { closeLinkCard, isLinkCardOpen } from './link-card-state.ts'

export function useEscape(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return
      const { target } = event
      const isElsewhere =
        target instanceof Element && target.closest('[role=dialog], [role=menu], input, textarea')
      if (!isElsewhere && closeOne()) event.preventDefault()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
}

/** True when something was closed. */
export function closeOne(): boolean {
  const { cycle, find, chosenTrack, focus } = getGraphView()
  if (cycle) setGraphView({ cycle: null })
  else if (isLinkCardOpen()) closeLinkCard()
  else if (find) setGraphView({ find: null })
  else if (chosenTrack) setGraphView({ chosenTrack: null })
  else if (focus !== 'none') setGraphView({ focus: 'none' })
  // The way back to the present is the time strip's.
  else if (getShownTime()) return false
  else if (getSelection().ids.size > 0) dropSelection()
  else if (currentRoute().task !== null) navigate({ task: null })
  else return false
  return true
}
