/** Shares and counts of the states; pressing one narrows the view to it, ⌥ or a second press of the only one widens it again. */
import type { MouseEvent } from 'react'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { useYard } from '../model/session/session-context.tsx'
import { Lamp, STATES_IN_ORDER } from './status-badge.tsx'
import { labelOfState } from '../model/task-state.ts'
import { Toolbar } from '../ui/tabs.tsx'
import { countText } from '../ui/format.ts'
import { setQuery, statesOf, useQuery, withStates } from '../model/filter.ts'

export function StateStrip() {
  const counts = useYard((view) => view.summary?.tasks)
  const query = useQuery()
  const chosen = statesOf(query)
  if (!counts) return null
  const shown = STATES_IN_ORDER.filter((state) => (counts[state] ?? 0) > 0)
  const choose = (state: ShownState, event: MouseEvent): void => {
    const next = new Set(event.altKey ? [] : (chosen ?? []))
    if (!next.delete(state)) next.add(state)
    setQuery(withStates(query, event.altKey ? new Set([state]) : next))
  }
  return (
    <div className="state-strip flex flex-col">
      <div className="state-bar flex" aria-hidden="true">
        {shown.map((state) => (
          <i key={state} data-st={state} style={{ flexGrow: counts[state] ?? 0 }} />
        ))}
      </div>
      <Toolbar className="state-counts" aria-label="Filter by state">
        {shown.map((state) => (
          <button
            key={state}
            type="button"
            data-st={state}
            aria-pressed={chosen?.has(state) ?? false}
            title={labelOfState(state)}
            onClick={(event) => choose(state, event)}
          >
            <Lamp state={state} />
            <span className="visually-hidden">{labelOfState(state)}</span>
            {countText(counts[state] ?? 0)}
          </button>
        ))}
      </Toolbar>
    </div>
  )
}
