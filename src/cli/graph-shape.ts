/** The shape of a graph: its layers and its longest chain. Pure; a graph has no cycles. */
export interface ShapeTask {
  readonly id: string
  readonly after: readonly string[]
}

/** Tasks by how many steps they stand behind the first ones. Each layer keeps the order that it came in. */
export function layersOf<T extends ShapeTask>(tasks: readonly T[]): T[][] {
  const depths = depthsOf(tasks, () => true)
  const layers: T[][] = []
  for (const task of tasks) {
    const depth = (depths.get(task.id) ?? 1) - 1
    const layer = (layers[depth] ??= [])
    layer.push(task)
  }
  return layers
}

/** The longest chain of tasks for which `counts`, first to last. */
export function longestChain<T extends ShapeTask>(
  tasks: readonly T[],
  counts: (task: T) => boolean,
): T[] {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const depths = depthsOf(tasks, counts)
  let end: T | undefined
  for (const task of tasks)
    if (counts(task) && (end === undefined || depthOf(depths, task) > depthOf(depths, end)))
      end = task
  const chain: T[] = []
  for (let at = end; at !== undefined; at = deepestBlocker(at, byId, depths, counts)) chain.push(at)
  return chain.toReversed()
}

const depthOf = (depths: ReadonlyMap<string, number>, task: ShapeTask): number =>
  depths.get(task.id) ?? 0

function deepestBlocker<T extends ShapeTask>(
  task: T,
  byId: ReadonlyMap<string, T>,
  depths: ReadonlyMap<string, number>,
  counts: (task: T) => boolean,
): T | undefined {
  return task.after
    .map((id) => byId.get(id))
    .filter((blocker) => blocker !== undefined && counts(blocker))
    .reduce<T | undefined>(
      (best, blocker) =>
        blocker && (!best || depthOf(depths, blocker) > depthOf(depths, best)) ? blocker : best,
      undefined,
    )
}

/** Number of counted tasks on the longest way to each task, itself included. */
function depthsOf<T extends ShapeTask>(
  tasks: readonly T[],
  counts: (task: T) => boolean,
): Map<string, number> {
  const depths = new Map<string, number>()
  for (const task of inOrder(tasks)) {
    const before = task.after.map((id) => depths.get(id) ?? 0)
    depths.set(task.id, before.reduce((a, b) => Math.max(a, b), 0) + (counts(task) ? 1 : 0))
  }
  return depths
}

/** Each task after all that it waits for, without recursion: a chain may be as long as the graph. */
function inOrder<T extends ShapeTask>(tasks: readonly T[]): T[] {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const dependents = new Map<string, T[]>()
  const left = new Map<string, number>()
  for (const task of tasks) {
    const blockers = task.after.filter((id) => byId.has(id))
    left.set(task.id, blockers.length)
    for (const id of blockers) {
      const list = dependents.get(id)
      if (list) list.push(task)
      else dependents.set(id, [task])
    }
  }
  const ordered = tasks.filter((task) => left.get(task.id) === 0)
  for (const { id } of ordered)
    for (const dependent of dependents.get(id) ?? []) {
      const open = (left.get(dependent.id) ?? 0) - 1
      left.set(dependent.id, open)
      if (open === 0) ordered.push(dependent)
    }
  return ordered
}
