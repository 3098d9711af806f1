/**
 * Tasks of a plan by id, each with its neighbours in the graph: one node a task, so that whatever is asked of it costs one search.
 * Most tasks have one blocker and one dependent at most; such a neighbour has no set around it.
 */
import { LayeredMap } from '../../base/layered.ts'
import type { TaskId } from '../ids.ts'
import type { Task } from '../task.ts'

/** Neighbours of a task; who wants them after the next change copies them. */
export interface Ids extends Iterable<TaskId> {
  readonly size: number
  has(id: TaskId): boolean
}

/** In the order in which they were added. */
export interface Tasks extends Iterable<[TaskId, Task]> {
  /**
   * All but plain ones that nobody has asked for since the yard was opened: a plain one has no schedule, no delay, no budget, no folder,
   * no parent, no commit and no landing, is held by nobody and waits for nobody.
   */
  notable(): Iterable<Task>
  readonly size: number
  has(id: TaskId): boolean
  get(id: TaskId): Task | undefined
  keys(): IteratorObject<TaskId, undefined>
  values(): IteratorObject<Task, undefined>
}

/** A task without anything that `notable` names, as it is stored; `isMet`: it lets its dependents go on, else it is open. */
export interface PlainTask {
  readonly id: TaskId
  readonly order: number
  readonly isMet: boolean
  readonly text: string
}

/** Text: as it is stored, until somebody asks for it. Null while only dependencies speak of it. */
type Kept = Task | string | null
type Neighbours = TaskId | Set<TaskId> | null

interface Node {
  readonly id: TaskId
  task: Kept
  blockers: Neighbours
  dependents: Neighbours
  /** How many blockers are not satisfied. */
  unmet: number
}

interface TaskTable extends Tasks {
  /** A plain one may be text that `unpack` understands. */
  set(id: TaskId, task: Task | string): void
  delete(id: TaskId): void
  blockersOf(id: TaskId): Ids
  dependentsOf(id: TaskId): Ids
  unmetOf(id: TaskId): number
  /** Null where a blocker is not satisfied. */
  unblockedTask(id: TaskId): Task | null
  addUnmet(id: TaskId, delta: number): void
  link(blocker: TaskId, dependent: TaskId): void
  unlink(blocker: TaskId, dependent: TaskId): void
  /** Many links at once; a blocker that is not met counts as one more unmet of each. */
  linkAll(blocker: TaskId, dependents: readonly TaskId[], isMet: (kept: Kept) => boolean): void
  /** One above this one, which stays as it is; see `RootPlan`. */
  stage(): TaskTable
  /** Those without an unmet blocker, as they are kept. */
  unblocked(): Iterable<[TaskId, Task | string]>
}

export const createTaskTable = (unpack: (text: string) => Task): TaskTable =>
  tableOf(new Map(), 0, unpack)

function tableOf(nodes: Nodes, sizeBelow: number, unpack: (text: string) => Task): TaskTable {
  let size = sizeBelow
  const access = accessTo(nodes, unpack)
  const { own, take, dropBare, taskOf } = access
  return {
    get size() {
      return size
    },
    has: (id) => nodes.get(id)?.task != null,
    get(id) {
      const node = nodes.get(id)
      return (node && taskOf(node)) ?? undefined
    },
    ...iterationsOf(nodes, access),
    set(id, task) {
      const node = take(id)
      if (node.task === null) {
        size += 1
        // It is the newest, whenever a dependency named it first.
        if (node.blockers !== null || node.dependents !== null) {
          nodes.delete(id)
          nodes.set(id, node)
        }
      }
      node.task = task
    },
    delete(id) {
      const node = own(id)
      if (node === undefined || node.task === null) return
      size -= 1
      node.task = null
      dropBare(node)
    },
    ...linksOf(nodes, access),
    unmetOf: (id) => nodes.get(id)?.unmet ?? 0,
    unblockedTask(id) {
      const node = nodes.get(id)
      return node?.unmet === 0 ? taskOf(node) : null
    },
    addUnmet(id, delta) {
      const node = take(id)
      node.unmet += delta
      dropBare(node)
    },
    stage: () => tableOf(new LayeredMap(nodes), size, unpack),
  }
}

type Nodes = Map<TaskId, Node>
type Access = ReturnType<typeof accessTo>

function accessTo(nodes: Nodes, unpack: (text: string) => Task) {
  /** One that may be changed. */
  const own = (id: TaskId): Node | undefined =>
    nodes instanceof LayeredMap ? nodes.mine(id, copyOf) : nodes.get(id)
  return {
    own,
    /** One that may be changed, made where there is none. */
    take(id: TaskId): Node {
      let node = own(id)
      if (!node) {
        node = { id, task: null, blockers: null, dependents: null, unmet: 0 }
        nodes.set(id, node)
      }
      return node
    },
    dropBare({ id, task, blockers, dependents, unmet }: Node): void {
      if (task === null && blockers === null && dependents === null && unmet === 0) nodes.delete(id)
    },
    taskOf(node: Node): Task | null {
      if (typeof node.task === 'string') node.task = unpack(node.task)
      return node.task
    },
  }
}

const iterationsOf = (nodes: Nodes, { taskOf }: Access) => ({
  *keys(): Generator<TaskId, undefined> {
    for (const { id, task } of nodes.values()) if (task !== null) yield id
    return undefined
  },
  *values(): Generator<Task, undefined> {
    for (const node of nodes.values()) {
      const task = taskOf(node)
      if (task) yield task
    }
  },
  *notable(): Generator<Task> {
    for (const { task } of nodes.values()) if (task !== null && typeof task !== 'string') yield task
  },
  *[Symbol.iterator](): Generator<[TaskId, Task]> {
    for (const node of nodes.values()) {
      const task = taskOf(node)
      if (task) yield [node.id, task]
    }
  },
  *unblocked(): Generator<[TaskId, Task | string]> {
    for (const { id, task, unmet } of nodes.values())
      if (unmet === 0 && task !== null) yield [id, task]
  },
})

const linksOf = (nodes: Nodes, { own, take, dropBare }: Access) => {
  const join = (above: Node, below: Node): void => {
    below.blockers = withOne(below.blockers, above.id)
    above.dependents = withOne(above.dependents, below.id)
  }
  return {
    blockersOf: (id: TaskId): Ids => idsOf(nodes.get(id)?.blockers ?? null),
    dependentsOf: (id: TaskId): Ids => idsOf(nodes.get(id)?.dependents ?? null),
    link: (blocker: TaskId, dependent: TaskId): void => join(take(blocker), take(dependent)),
    unlink(blocker: TaskId, dependent: TaskId): void {
      const [above, below] = [own(blocker), own(dependent)]
      if (!above || !below) return
      below.blockers = withoutOne(below.blockers, blocker)
      above.dependents = withoutOne(above.dependents, dependent)
      dropBare(above)
      dropBare(below)
    },
    linkAll(
      blocker: TaskId,
      dependents: readonly TaskId[],
      isMet: Parameters<TaskTable['linkAll']>[2],
    ): void {
      const above = take(blocker)
      const weight = isMet(above.task) ? 0 : 1
      for (const dependent of dependents) {
        const below = take(dependent)
        join(above, below)
        below.unmet += weight
      }
    },
  }
}

const copyOf = ({ blockers, dependents, ...node }: Node): Node => ({
  ...node,
  blockers: blockers instanceof Set ? new Set(blockers) : blockers,
  dependents: dependents instanceof Set ? new Set(dependents) : dependents,
})

function withOne(among: Neighbours, id: TaskId): Neighbours {
  if (among === null || among === id) return id
  return typeof among === 'string' ? new Set([among, id]) : among.add(id)
}

function withoutOne(among: Neighbours, id: TaskId): Neighbours {
  if (among === null || among === id) return null
  if (typeof among === 'string') return among
  among.delete(id)
  return among.size === 0 ? null : among
}

const NONE: Ids = new Set<TaskId>()

const idsOf = (among: Neighbours): Ids =>
  among === null ? NONE : typeof among === 'string' ? new OneId(among) : among

class OneId implements Ids {
  readonly id: TaskId
  constructor(id: TaskId) {
    this.id = id
  }
  get size(): number {
    return 1
  }
  has(id: TaskId): boolean {
    return id === this.id
  }
  [Symbol.iterator](): Iterator<TaskId> {
    return [this.id][Symbol.iterator]()
  }
}
