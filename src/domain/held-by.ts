/** Done, failed or abandoned tasks let nobody wait for what lies before them. */
export interface HeldByGraph {
  dependentsOf(id: string): Iterable<string>
  isFinished(id: string): boolean
}

/** How many unfinished tasks cannot start before this one lets them: what `holds N tasks` says, everywhere. */
export function countHeldBy(graph: HeldByGraph, id: string): number {
  const held = new Set<string>()
  const queue = [id]
  for (const each of queue)
    for (const next of graph.dependentsOf(each))
      if (next !== id && !held.has(next) && !graph.isFinished(next)) {
        held.add(next)
        queue.push(next)
      }
  return held.size
}
