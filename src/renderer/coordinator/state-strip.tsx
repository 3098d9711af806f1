/** How many tasks stand in which state. */
import { useYard } from '../session/session-context.tsx'
import { Lamp, STATES_IN_ORDER, wordOf } from '../ui/status-badge.tsx'

export function StateStrip() {
  const tasks = useYard((view) => view.summary?.tasks)
  if (!tasks) return null
  const counts = STATES_IN_ORDER.map((state) => ({ state, count: tasks[state] ?? 0 }))
  return (
    <ul className="state-strip" aria-label="Tasks by state">
      {counts
        .filter(({ count }) => count > 0)
        .map(({ state, count }) => (
          <li key={state} data-st={state} title={`${count} ${wordOf(state).toLowerCase()}`}>
            <Lamp state={state} />
            {count}
            <span className="visually-hidden"> {wordOf(state)}</span>
          </li>
        ))}
    </ul>
  )
}
