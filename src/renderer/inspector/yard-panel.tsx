/** What is shown where no single task is chosen: the yard itself, or what several tasks have in common. */
import { useMemo } from 'react'
import type { Summary, TaskCard } from '../../contract/view.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { countText, instantText, moneyText, plural, tokensText } from '../ui/format.ts'
import { STATES_IN_ORDER, StatusBadge } from '../components/status-badge.tsx'
import { boundText } from '../components/usage-text.ts'
import { blockedReason, runCommand } from '../actions/commands.ts'
import { navigate } from '../model/route.ts'
import { selectTasks } from '../model/selection.ts'
import { ForecastFacts } from '../components/forecast-facts.tsx'
import { useForecast } from '../model/use-forecast.ts'
import { Section } from './section.tsx'
import { Row } from './task-settings.tsx'

/** How far the yard is, what it costs, how many may work, and when it could be at rest. */
export function YardPanel() {
  const summary = useYard((view) => view.summary)
  if (summary === null) return null
  const { today } = summary
  return (
    <>
      <header className="inspector-head">
        <div className="inspector-title">
          <h2>{summary.name}</h2>
        </div>
        <p className="inspector-state flex flex-wrap text-11 text-text-2 min-w-0">
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
        <Rest isPaused={summary.paused} />
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
      <StateCounts countOf={(state) => tasks[state] ?? 0} />
    </Section>
  )
}

const StateCounts = ({ countOf }: { readonly countOf: (state: ShownState) => number }) => (
  <ul className="many-states">
    {STATES_IN_ORDER.filter((state) => countOf(state) > 0).map((state) => (
      <li key={state}>
        <StatusBadge state={state} />
        <span>{countText(countOf(state))}</span>
      </li>
    ))}
  </ul>
)

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

function Rest({ isPaused }: { readonly isPaused: boolean }) {
  const forecast = useForecast()
  const { yard } = useSession()
  if (forecast === null || forecast.left + forecast.waitsForPeople === 0) return null
  return (
    <Section title="Forecast">
      <ForecastFacts
        forecast={forecast}
        isPaused={isPaused}
        titleOf={(id) => yard.getState().tasks.get(id)?.title ?? id}
        onTask={(task) => navigate({ task, tab: 'overview' })}
      />
    </Section>
  )
}

/** Several chosen tasks: how many stand how, and what they share. */
export function ManyTasks({ ids }: { readonly ids: ReadonlySet<string> }) {
  const tasks = useYard((view) => view.tasks)
  const cards = useMemo(() => [...ids].flatMap((id) => tasks.get(id) ?? []), [ids, tasks])
  return (
    <>
      <header className="inspector-head">
        <div className="inspector-title">
          <h2>{plural(cards.length, 'task')} chosen</h2>
          <Button
            look="quiet"
            icon="close"
            aria-label="Choose none"
            onClick={() => selectTasks([])}
          />
        </div>
      </header>
      <div className="panel overview" tabIndex={0} role="region" aria-label="Chosen tasks">
        <States cards={cards} />
        <Shared cards={cards} />
      </div>
    </>
  )
}

function States({ cards }: { readonly cards: readonly TaskCard[] }) {
  const counts = Map.groupBy(cards, ({ state }) => state)
  return (
    <Section title="States">
      <StateCounts countOf={(state) => counts.get(state)?.length ?? 0} />
    </Section>
  )
}

const FIELDS: readonly (readonly [string, (card: TaskCard) => string | null])[] = [
  ['Executor', (card) => card.executor],
  ['Model', (card) => card.model],
  ['Priority', (card) => card.priority],
]

/** What all have is named; what differs says so. */
function Shared({ cards }: { readonly cards: readonly TaskCard[] }) {
  const tags = cards[0]?.tags.filter((tag) => cards.every((card) => card.tags.includes(tag))) ?? []
  const costs = cards.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]))
  const sum = costs.reduce((before, cost) => before + cost, 0)
  const atLeast = cards.find(({ costAtLeast }) => costAtLeast)?.costAtLeast
  return (
    <Section title="What they share">
      <dl className="rows">
        {FIELDS.map(([name, read]) => {
          const values = [...new Set(cards.map(read))]
          const text = values.length > 1 ? `${values.length} different` : (values[0] ?? 'None set')
          return (
            <Row key={name} name={name}>
              {text}
            </Row>
          )
        })}
        <Row name="Tags">{tags.length === 0 ? 'None in common' : tags.join(', ')}</Row>
        {costs.length > 0 && <Row name="Cost">{boundText({ atLeast }, moneyText(sum))}</Row>}
      </dl>
    </Section>
  )
}
