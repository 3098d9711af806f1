/** Nothing chosen: the yard itself. How far it is, what it costs, how many may work, and when it could be at rest. */
import { useMemo } from 'react'
import type { Summary, TaskCard } from '../../contract/view.ts'
import { useCalmYard, useYard } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { instantText } from '../ui/duration.ts'
import { STATES_IN_ORDER, StatusBadge } from '../ui/status-badge.tsx'
import { countText, moneyText, plural, tokensText } from '../ui/words.ts'
import { blockedReason, runCommand } from '../workspace/commands.ts'
import { forecastOf } from './forecast.ts'
import { Section } from './section.tsx'
import { Row } from './task-settings.tsx'
import { useNow } from './use-now.ts'

/** The forecast walks over all tasks. */
const CALM = { everyMs: 1000, fromTasks: 1000 }

export function YardPanel() {
  const summary = useYard((view) => view.summary)
  const tasks = useCalmYard((view) => view.tasks, CALM)
  if (summary === null) return null
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
            <Row name="Cost">{moneyText(summary.today.costUsd) || 'No agent CLI said'}</Row>
            <Row name="Tokens">{tokensText(summary.today.tokens) || 'No agent CLI said'}</Row>
          </dl>
        </Section>
        <Caps summary={summary} />
        <Rest tasks={tasks} />
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

function Rest({ tasks }: { readonly tasks: ReadonlyMap<string, TaskCard> }) {
  const now = useNow(60_000)
  const forecast = useMemo(() => forecastOf(tasks, now), [tasks, now])
  if (forecast === null) return null
  const at = new Date(now + forecast.leftMs).toISOString()
  return (
    <Section title="Forecast">
      <p>
        At rest about {instantText(at).replace(/(\d+:\d+):\d+/, '$1')}, if nothing waits: the
        longest chain has {plural(forecast.length, 'task')} left.
      </p>
    </Section>
  )
}
