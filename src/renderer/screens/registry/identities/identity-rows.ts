/** Identities with how they did, as rows of one table. Pure. */
import type { IdentityPerformance, IdentityView } from '../../../../contract/identity.ts'

export const SOURCES = {
  project: 'this yard',
  global: 'yours, for all yards',
  shipped: 'shipped',
  known: 'no file any more',
} as const satisfies Record<IdentityView['source'], string>

export interface IdentityRow {
  readonly id: string
  readonly name: string
  readonly source: IdentityView['source']
  /** Null for one that no file says any more: what it said is asked for when it is chosen. */
  readonly view: IdentityView | null
  readonly role: string
  /** Scored tries; null = none. */
  readonly n: number | null
  readonly isFew: boolean
  readonly mean: number | null
  readonly meanCostUsd: number | null
}

/** Those of the files, then those that only past tries know. Tries that were nobody in particular are of no row. */
export function toRows(
  identities: readonly IdentityView[],
  performance: readonly IdentityPerformance[],
): readonly IdentityRow[] {
  const scored = new Map(
    performance.flatMap((each) => (each.identity === null ? [] : [[each.identity.id, each]])),
  )
  const listed = new Set(identities.map(({ id }) => id))
  return [
    ...identities.map((view) => toRow(view, scored.get(view.id), view)),
    ...[...scored.values()].flatMap((each) =>
      each.identity === null || listed.has(each.identity.id)
        ? []
        : [toRow({ ...each.identity, source: 'known' }, each, null)],
    ),
  ]
}

const toRow = (
  { id, name, source }: Pick<IdentityRow, 'id' | 'name' | 'source'>,
  scored: IdentityPerformance | undefined,
  view: IdentityView | null,
): IdentityRow => ({
  id,
  name,
  source,
  view,
  role: view?.role ?? '',
  n: scored?.n ?? null,
  isFew: scored?.isFew ?? false,
  mean: scored?.mean ?? null,
  meanCostUsd: scored?.meanCostUsd ?? null,
})
