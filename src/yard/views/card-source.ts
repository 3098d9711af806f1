/** What cards of a living yard are made from. */
import type { Yard } from '../yard.ts'
import type { CardSource } from './task-card.ts'

/** As of now. */
export const cardSourceOf = (
  yard: Pick<Yard, 'plan' | 'config' | 'now' | 'spending'>,
): CardSource => ({
  plan: yard.plan,
  settings: yard.config().settings,
  now: yard.now(),
  costOf: (id) => yard.spending.costOf(id),
})
