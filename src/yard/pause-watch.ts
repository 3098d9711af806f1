/** Since when, and by whom, a yard is paused, as its journal tells. */
import type { YardFacts } from '../domain/plan.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { Yard } from './yard.ts'

/** The journal is asked once for each time that the yard is paused. */
export function createPauseWatch({
  plan,
  store,
}: Pick<OpenStore, 'plan' | 'store'>): Yard['pausedSince'] {
  let asked: YardFacts | null = null
  let known: ReturnType<Yard['pausedSince']> = null
  return () => {
    if (!plan.facts.paused) return null
    if (asked === plan.facts) return known
    asked = plan.facts
    const row = store.past.rowBefore('yard', 'yard', Number.MAX_SAFE_INTEGER)
    known = row?.event === 'yard.paused' ? { at: row.at, by: row.by } : null
    return known
  }
}
