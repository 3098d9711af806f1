/** What may be spent, and how much of it is; each cap is changed where it stands. */
import type { Costs } from '../../../contract/page.ts'
import { ConfigRow } from '../../components/config-row.tsx'
import { instantText, moneyText, tokensText } from '../../ui/format.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { boundText } from '../../components/usage-text.ts'

type Budget = Costs['budget']

const NO_NAMES = { executors: [], models: [] }
const KEYS: readonly string[] = [
  'budget.day_usd',
  'budget.day_tokens',
  'budget.graph_usd',
  'budget.graph_tokens',
]

export function CostBudgets({ budget }: { readonly budget: Budget }) {
  const config = useAnswer(({ page }) => page.settings({}), { key: JSON.stringify(budget) })
  const { day, graph, graphSince } = budget
  const budgets = (config.value?.entries ?? []).filter(({ key }) => KEYS.includes(key))
  return (
    <section className="card trend cost-card" aria-label="Budgets">
      <header>
        <h2>Budgets</h2>
      </header>
      <dl className="cost-meters">
        <Meter name="Today, dollars" of={day} unit="usd" />
        <Meter name="Today, tokens" of={day} unit="tokens" />
        <Meter name="In all, dollars" of={graph} unit="usd" />
        <Meter name="In all, tokens" of={graph} unit="tokens" />
      </dl>
      {graphSince !== null && (
        <p className="cost-source">In all is counted from {instantText(graphSince)}.</p>
      )}
      <p className="cost-source">
        At a cap no new agent starts; those that run go on. Raised, everything goes on by itself.
      </p>
      <details className="cost-caps">
        <summary>Change budgets</summary>
        {budgets.map((entry) => (
          <ConfigRow
            key={entry.key}
            entry={entry}
            names={NO_NAMES}
            scope="project"
            onSaved={config.askAgain}
          />
        ))}
      </details>
      <ProblemNote problem={config.problem} onClose={config.askAgain} />
    </section>
  )
}

interface MeterProps {
  readonly name: string
  readonly of: Budget['day']
  readonly unit: 'usd' | 'tokens'
}

/** Nothing where neither what was spent is known nor a cap set. */
function Meter({ name, of, unit }: MeterProps) {
  const isMoney = unit === 'usd'
  const [spent, cap] = isMoney ? [of.costUsd, of.capUsd] : [of.tokens, of.capTokens]
  const format = isMoney ? moneyText : tokensText
  if (spent === null && cap === null) return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {boundText(of, format(spent))}
        {cap !== null && `${spent === null ? '' : ' of '}${format(cap)}`}
        {cap !== null && spent !== null && (
          <progress
            max={cap}
            value={Math.min(cap, spent)}
            data-over={spent >= cap || undefined}
            aria-label={`${name} used`}
          />
        )}
      </dd>
    </div>
  )
}
