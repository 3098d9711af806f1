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
}

export function toLayered(tasks: readonly LayoutTask[]): Layered {
  const indexOf = new Map(tasks.map((task, index) => [task.id, index]))
  const dependents: number[][] = tasks.map(() => [])
  const blockers = tasks.map((task, index) => {
    const known = task.after.map((id) => indexOf.get(id)).filter((each) => each !== undefined)
    for (const blocker of known) dependents[blocker]?.push(index)
    return known
  })
  return { blockers, dependents, columnOf: longestPaths(blockers, dependents) }
}

/** Column = length of the longest path that ends here. The graph has no cycles: the host refuses them. */
function longestPaths(
  blockers: readonly (readonly number[])[],
  dependents: readonly (readonly number[])[],
): number[] {
  const columnOf = blockers.map(() => 0)
  const unmet = blockers.map((list) => list.length)
  const queue = [...unmet.keys()].filter((index) => unmet[index] === 0)
  for (const index of queue) {
    for (const next of dependents[index] ?? []) {
      columnOf[next] = Math.max(columnOf[next] ?? 0, (columnOf[index] ?? 0) + 1)
      const left = (unmet[next] ?? 0) - 1
      unmet[next] = left
      if (left === 0) queue.push(next)
    }
  }
  return columnOf
}
