/** Which layer has the last word on each key. */
import { invariant } from '../base/result.ts'
import { formatKey } from './keys.ts'
import { valueFault, type Fault, type Layer } from './layer.ts'

export interface Winner {
  readonly path: readonly string[]
  readonly value: unknown
  readonly layer: Layer
}
/** By dotted key: what the highest layer says. */
export type Winners = ReadonlyMap<string, Winner>

/** `layers` from the lowest to the highest. */
export function toWinners(layers: readonly Layer[]): Winners {
  const winners = new Map<string, Winner>()
  for (const layer of layers)
    for (const leaf of layer.leaves) winners.set(formatKey(leaf.path), { ...leaf, layer })
  return winners
}

/** At the key, or the first below it; null where no layer says anything. */
export const findWinner = (winners: Winners, path: readonly string[]): Winner | null =>
  winners.get(formatKey(path)) ??
  [...winners.values()].find((winner) => path.every((part, at) => winner.path[at] === part)) ??
  null

export function faultAt(
  winners: Winners,
  path: readonly string[],
  more: Partial<Fault> & { readonly message: string },
): Fault {
  const winner = findWinner(winners, path)
  invariant(winner, `no layer says ${formatKey(path)}`)
  const { layer } = winner
  return {
    ...valueFault({ source: layer.source, place: layer.placeOf(path) }, path, winner.value, ''),
    ...more,
  }
}
