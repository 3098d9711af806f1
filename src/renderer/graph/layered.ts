/** The graph by index, with the column of each task. */
export interface LayoutTask {
  readonly id: string
  /** Ids of its blockers; ones that are not in the graph are left out. */
  readonly after: readonly string[]
}

export interface Layered {
  readonly blockers: readonly (readonly number[])[]
  readonly dependents: readonly (readonly number[])[]
  readonly columnOf: readonly number[]
  /** Neither waits nor is waited for. */
  readonly isAlone: (index: number) => boolean
}

/** `formerColumn`: where a task stood before; it stays there as long as all its blockers stand to the left. */
export function toLayered(
  tasks: readonly LayoutTask[],
  formerColumn: (id: string) => number | undefined = () => undefined,
): Layered {
  const indexOf = new Map(tasks.map((task, index) => [task.id, index]))
  const dependents: number[][] = tasks.map(() => [])
  const blockers = tasks.map((task, index) => {
    const known = task.after.map((id) => indexOf.get(id)).filter((each) => each !== undefined)
    for (const blocker of known) dependents[blocker]?.push(index)
    return known
  })
  const least = tasks.map(({ id }) => formerColumn(id) ?? 0)
  return {
    blockers,
    dependents,
    columnOf: longestPaths(blockers, dependents, least),
    isAlone: (index) => blockers[index]?.length === 0 && dependents[index]?.length === 0,
  }
}

/** Column = length of the longest path that ends here, or the one before if that is further. The graph has no cycles: the host refuses them. */
function longestPaths(
  blockers: readonly (readonly number[])[],
  dependents: readonly (readonly number[])[],
  least: readonly number[],
): number[] {
  const columnOf = [...least]
  for (const index of inOrder(blockers, dependents))
    for (const next of dependents[index] ?? [])
      columnOf[next] = Math.max(columnOf[next] ?? 0, (columnOf[index] ?? 0) + 1)
  return columnOf
}

/** Blockers before dependents. */
export function inOrder(
  blockers: readonly (readonly number[])[],
  dependents: readonly (readonly number[])[],
): number[] {
  const unmet = blockers.map((list) => list.length)
  const queue = [...unmet.keys()].filter((index) => unmet[index] === 0)
  for (const index of queue)
    for (const next of dependents[index] ?? []) {
      const left = (unmet[next] ?? 0) - 1
      unmet[next] = left
      if (left === 0) queue.push(next)
    }
  return queue
}

/** One of the longest chains of the graph, from left to right; ties go to the earlier task. */
export function longestChain({ blockers, dependents }: Layered): readonly number[] {
  const longest = blockers.map(() => 1)
  const lengthOf = (index: number): number => longest[index] ?? 0
  let last: number | null = null
  for (const index of inOrder(blockers, dependents)) {
    for (const blocker of blockers[index] ?? [])
      longest[index] = Math.max(lengthOf(index), lengthOf(blocker) + 1)
    if (last === null || lengthOf(index) > lengthOf(last)) last = index
  }
  const chain: number[] = []
  while (last !== null) {
    chain.unshift(last)
    const before: number = lengthOf(last) - 1
    last = blockers[last]?.find((blocker) => lengthOf(blocker) === before) ?? null
  }
  return chain
}
