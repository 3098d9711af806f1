/** The canaries that ship: half of them good, half bad, of many kinds of work. Pure. */
import { scoreOf } from '../../domain/judging/score.ts'
import { BAD_CODE } from './bad-code.ts'
import { BAD_OTHER } from './bad-other.ts'
import type { Canary } from './canary.ts'
import { GOOD_CODE } from './good-code.ts'
import { GOOD_OTHER } from './good-other.ts'

export const CANARIES: readonly Canary[] = [...GOOD_CODE, ...GOOD_OTHER, ...BAD_CODE, ...BAD_OTHER]

/** What a careful person gives, by the default weights: the settings of a yard do not move the measure. */
export function canaryScore({ id, dimensions }: Canary): number {
  const score = scoreOf(dimensions)
  if (score === null) throw new Error(`Canary ${id} has no score.`)
  return score
}
