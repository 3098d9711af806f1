/** Finds on the canvas: the rest is dimmed, ↵ and ⇧↵ fly from one to the next. Understands the fields of the filter. */
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { Button } from '../../ui/button.tsx'
import { useShownTasks } from '../../model/shown-time.ts'
import { selectTasks } from '../../model/selection.ts'
import { flyTo, focusCanvas } from '../canvas/camera.ts'
import { foundIn } from '../scene/dimming.ts'
import { setGraphView, type Find } from '../canvas/view-state.ts'

export function FindBar({ find: { query, index } }: { readonly find: Find }) {
  const { tasks } = useShownTasks()
  const found = foundIn(tasks, query)
  const current = found.length === 0 ? -1 : ((index % found.length) + found.length) % found.length
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const goTo = (place: number): void => {
    const id = found.at(place % found.length)
    if (id === undefined) return
    setGraphView({ find: { query, index: found.indexOf(id) } })
    selectTasks([id])
    flyTo([id], { zoom: LEGIBLE })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && event.target === input.current) goTo(nextPlace(event.shiftKey))
    else if (event.key === 'Escape') leave()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  /** The first ↵ goes to the first; where one is shown already, to the next. */
  const wasShown = useRef('')
  const nextPlace = (isBack: boolean): number => {
    const isFirst = wasShown.current !== query
    wasShown.current = query
    if (isFirst && !isBack) return 0
    return current + (isBack ? -1 : 1)
  }
  return (
    <div
      className="canvas-card find-bar items-center"
      role="search"
      aria-label="Find"
      onKeyDown={onKeyDown}
    >
      <input
        ref={input}
        className="input"
        type="search"
        aria-label="Find tasks"
        placeholder="Find: words, state:failed tag:docs"
        spellCheck={false}
        autoComplete="off"
        value={query}
        onChange={(event) => setGraphView({ find: { query: event.target.value, index: 0 } })}
      />
      <span className="find-count text-text-2" role="status">
        {countText(query, current, found.length)}
      </span>
      <Button look="quiet" disabled={found.length === 0} onClick={() => goTo(current - 1)}>
        Previous
      </Button>
      <Button look="quiet" disabled={found.length === 0} onClick={() => goTo(current + 1)}>
        Next
      </Button>
      <Button look="quiet" icon="close" aria-label="Close find" onClick={leave} />
    </div>
  )
}

/** What is found is shown at a zoom where its title can be read. */
const LEGIBLE = 0.6

function countText(query: string, current: number, count: number): string {
  if (query.trim() === '') return ''
  return count === 0 ? 'None' : `${current + 1} of ${count}`
}

function leave(): void {
  setGraphView({ find: null })
  focusCanvas()
}
