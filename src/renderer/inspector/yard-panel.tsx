/** Nothing chosen: the yard itself. How far it is, what it costs, how many may work, and when it could be at rest. */
import { useMemo } from 'react'
import type { Summary, TaskCard } from '../../contract/view.ts'
import { useCalmYard, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { countText, instantText, moneyText, plural, tokensText } from '../ui/format.ts'
import { STATES_IN_ORDER, StatusBadge } from '../components/status-badge.tsx'
import { boundText } from '../components/usage-text.ts'
import { blockedReason, runCommand } from '../actions/commands.ts'
import { forecastOf } from '../model/forecast.ts'
import { Section } from './section.tsx'
import { Row } from './task-settings.tsx'
import { useNow } from '../ui/timers.ts'

/** The forecast walks over all tasks. */
const CALM = { everyMs: 1000, fromTasks: 1000 }

export function YardPanel() {
  const summary = useYard((view) => view.summary)
  const tasks = useCalmYard((view) => view.tasks, CALM)
  if (summary === null) return null
  const { today } = summary
  return (
    <>
      <header className="inspector-head">
        <div className="inspector-title">
          <h2>{summary.name}</h2>
        </div>
        <p className="inspector-state">
          <code>{summary.folder}</code>
        </p>
      </header>
      <div className="panel overview" tabIndex={0} role="region" aria-label="The yard">
        <Progress summary={summary} />
        <Section title="Today">
          <dl className="rows">
            <Row name="Cost">
              {boundText(today, moneyText(today.costUsd)) || 'No agent CLI said'}
            </Row>
            <Row name="Tokens">
              {boundText(today, tokensText(today.tokens)) || 'No agent CLI said'}
            </Row>
          </dl>
        </Section>
        <Caps summary={summary} />
        <Rest tasks={tasks} summary={summary} />
      </div>
    </>
  )
}

function Progress({ summary }: { readonly summary: Summary }) {
  const { tasks } = summary
  const all = Object.values(tasks).reduce((sum, count) => sum + count, 0)
  const over = (tasks['done'] ?? 0) + (tasks['abandoned'] ?? 0)
  return (
    <Section title="Progress" end={`${countText(over)} of ${plural(all, 'task')}`}>
      <progress
        className="yard-progress"
        max={Math.max(1, all)}
        value={over}
        aria-label="Tasks that are over"
      />
      <ul className="many-states">
        {STATES_IN_ORDER.filter((state) => tasks[state]).map((state) => (
          <li key={state}>
            <StatusBadge state={state} />
            <span>{countText(tasks[state] ?? 0)}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Caps({ summary }: { readonly summary: Summary }) {
  const { agents, breakers } = summary
  const blocked = blockedReason('coordinator.caps')
  return (
    <Section title="Caps">
      <dl className="rows">
        <Row name="Agents">
          {countText(agents.alive)} of {countText(agents.max)}{' '}
          {blocked === null && (
            <Button onClick={() => void runCommand('coordinator.caps')}>Change…</Button>
          )}
        </Row>
        {breakers.map((breaker) => (
          <Row key={breaker.key} name={breaker.subject}>
            {breaker.reason}
            {breaker.until !== null && `, until ${instantText(breaker.until)}`}
          </Row>
        ))}
      </dl>
    </Section>
  )
}

interface RestProps {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly summary: Summary
}

function Rest({ tasks, summary }: RestProps) {
  const now = useNow(60_000)
  const { paused: isPaused } = summary
  const maxAgents = summary.agents.max
  const forecast = useMemo(
    () => forecastOf({ tasks, maxAgents, isPaused, now }),
    [tasks, maxAgents, isPaused, now],
  )
  if (forecast === null) return null
  const at = instantText(new Date(forecast.endAt).toISOString())
  return (
    <Section title="Forecast">
      <p>
        All done about {at.replace(/(\d+:\d+):\d+/, '$1')}, if nothing fails: the longest chain has{' '}
        {plural(forecast.chain, 'task')} left.
      </p>
    </Section>
  )
}
