/** What the Agents screen asks the host beside the living agents: ended ones, tries, output rates, executors. */
import type { History } from '../../../contract/page.ts'
import type { AgentView } from '../../../contract/view.ts'
import type { Problem } from '../../model/session/problem.ts'
import { useTurnover } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import type { Executors } from './machine-card.tsx'
import { SLOTS_MS } from './slots.ts'

export interface AgentFacts {
  /** Newest first, as many as were asked for. */
  readonly ended: readonly AgentView[]
  readonly tries: History['tries']
  readonly rates: Readonly<Record<string, readonly number[]>>
  readonly executors: Executors | null
  /** Profiles that are people. */
  readonly people: ReadonlySet<string>
  readonly problem: Problem | null
}

export function useAgentFacts(limit: number): AgentFacts {
  // Ended agents change only when a living one goes.
  const turnover = useTurnover()
  const ended = useAnswer(({ agent }) => agent.list({ which: 'dead', limit }), {
    key: `${limit} ${turnover}`,
    everyMs: 60_000,
  })
  const history = useAnswer(
    ({ page }) => page.history({ from: new Date(Date.now() - SLOTS_MS).toISOString(), buckets: 1 }),
    { key: turnover, everyMs: 60_000 },
  )
  const rates = useAnswer(({ page }) => page.rates(), { everyMs: 5000 })
  const executors = useAnswer(({ service }) => service.executors(), { key: turnover })
  return {
    ended: ended.value ?? [],
    tries: history.value?.tries ?? [],
    rates: rates.value?.agents ?? {},
    executors: executors.value,
    people: new Set(
      (executors.value ?? []).filter(({ type }) => type === 'manual').map(({ name }) => name),
    ),
    problem: ended.problem ?? history.problem,
  }
}
