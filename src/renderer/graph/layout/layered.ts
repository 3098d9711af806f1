/** The graph by index, with the column of each task. */
import { topologicalOrder, type Dag, type DagNode } from '../../../domain/graph/dag.ts'

export interface Layered {
  readonly dag: Dag<number>
  readonly blockers: readonly (readonly number[])[]
  readonly dependents: readonly (readonly number[])[]
  readonly columnOf: readonly number[]
  /** Neither waits nor is waited for. */
  readonly isAlone: (index: number) => boolean
}

/** `formerColumn`: where a task stood before; it stays there as long as all its blockers stand to the left. */
export function toLayered(
  tasks: readonly DagNode[],
  formerColumn: (id: string) => number | undefined = () => undefined,
): Layered {
  const indexOf = new Map(tasks.map((task, index) => [task.id, index]))
  const dependents: number[][] = tasks.map(() => [])
  const blockers = tasks.map((task, index) => {
    const known = task.after.map((id) => indexOf.get(id)).filter((each) => each !== undefined)
    for (const blocker of known) dependents[blocker]?.push(index)
    return known
  })
  const dag: Dag<number> = {
    keys: [...tasks.keys()],
    blockersOf: (index) => blockers[index] ?? [],
    dependentsOf: (index) => dependents[index] ?? [],
  }
  // Column = length of the longest path that ends here, or the one before if that is further.
  const columnOf = tasks.map(({ id }) => formerColumn(id) ?? 0)
  for (const index of topologicalOrder(dag))
    for (const next of dag.dependentsOf(index))
      columnOf[next] = Math.max(columnOf[next] ?? 0, (columnOf[index] ?? 0) + 1)
  return {
    dag,
    blockers,
    dependents,
    columnOf,
    isAlone: (index) => blockers[index]?.length === 0 && dependents[index]?.length === 0,
  }
}
