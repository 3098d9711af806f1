/** Several chosen tasks: how many stand how, what they share, and what is done to all of them. */
import { useMemo } from 'react'
import type { TaskCard } from '../../contract/view.ts'
import { useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { STATES_IN_ORDER, StatusBadge } from '../components/status-badge.tsx'
import { boundText } from '../components/usage-text.ts'
import { countText, moneyText, plural } from '../ui/format.ts'
import { selectTasks } from '../model/selection.ts'
import { Section } from './section.tsx'
import { Row } from './task-settings.tsx'

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
  const known = STATES_IN_ORDER.filter((state) => counts.has(state))
  const others = [...counts.keys()].filter((state) => !known.some((each) => each === state))
  return (
    <Section title="States">
      <ul className="many-states">
        {[...known, ...others].map((state) => (
          <li key={state}>
            <StatusBadge state={state} />
            <span>{countText(counts.get(state)?.length ?? 0)}</span>
          </li>
        ))}
      </ul>
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
