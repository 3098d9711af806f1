/** How many tasks wait behind one. */
import { reachable } from './dag.ts'

/** Done, failed or abandoned tasks let nobody wait for what lies before them. */
export interface HeldByGraph {
  dependentsOf(id: string): Iterable<string>
  isFinished(id: string): boolean
}

/** How many unfinished tasks cannot start before this one lets them: what `holds N tasks` says, everywhere. */
export const countHeldBy = ({ dependentsOf, isFinished }: HeldByGraph, id: string): number =>
  reachable([id], (each) => [...dependentsOf(each)].filter((next) => !isFinished(next))).size
