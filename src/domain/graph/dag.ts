/**
 * Algorithms over directed acyclic graphs, for the plan, the command line, the page and its layout. A key stands for a node; edges
 * are given as functions, so that no caller copies its graph. Nothing here recurses: a chain may be as long as the graph.
 */

import { finished, type Steps } from '../../base/steps.ts'

/** What follows a node: its dependents, or its blockers, depending on the direction of the walk. */
type Next<K> = (key: K) => Iterable<K>

export interface Dag<K> {
  readonly keys: readonly K[]
  readonly blockersOf: (key: K) => readonly K[]
  readonly dependentsOf: (key: K) => readonly K[]
}

export interface DagNode {
  readonly id: string
  /** Ids of its blockers. Ids that name no node are left out of the graph. */
  readonly after: readonly string[]
}

/** In the order of the nodes; dependents are in that order, too. */
export function dagOf(nodes: readonly DagNode[]): Dag<string> {
  const blockers = new Map<string, readonly string[]>()
  const dependents = new Map<string, string[]>()
  for (const { id } of nodes) dependents.set(id, [])
  for (const { id, after } of nodes) {
    const known = after.filter((blocker) => dependents.has(blocker))
    blockers.set(id, known)
    for (const blocker of known) dependents.get(blocker)?.push(id)
  }
  return {
    keys: nodes.map(({ id }) => id),
    blockersOf: (id) => blockers.get(id) ?? [],
    dependentsOf: (id) => dependents.get(id) ?? [],
  }
}

/** Blockers before dependents; otherwise first come, first served. */
export function topologicalOrder<K>({ keys, blockersOf, dependentsOf }: Dag<K>): K[] {
  const unmet = new Map(keys.map((key) => [key, blockersOf(key).length]))
  const order = keys.filter((key) => unmet.get(key) === 0)
  for (const key of order)
    for (const next of dependentsOf(key)) {
      const left = (unmet.get(next) ?? 0) - 1
      unmet.set(next, left)
      if (left === 0) order.push(next)
    }
  return order
}

/** All that can be reached from the start nodes, without these; breadth first. */
export function reachable<K>(starts: Iterable<K>, next: Next<K>): Set<K> {
  const start = new Set(starts)
  const seen = new Set(start)
  for (const key of seen) for (const each of next(key)) seen.add(each)
  for (const key of start) seen.delete(key)
  return seen
}

/** The shortest path, both ends included; null when there is none. */
export function pathBetween<K>(from: K, to: K, next: Next<K>): K[] | null {
  const cameFrom = new Map<K, K | null>([[from, null]])
  for (const key of cameFrom.keys()) {
    if (key === to) return wayBack(key, (at) => cameFrom.get(at) ?? null)
    for (const each of next(key)) if (!cameFrom.has(each)) cameFrom.set(each, key)
  }
  return null
}

function wayBack<K>(end: K, before: (key: K) => K | null): K[] {
  const path: K[] = []
  for (let key: K | null = end; key !== null; key = before(key)) path.push(key)
  return path.toReversed()
}

/** Of equal length; compared from the first on, summed one by one. */
type Weight = readonly number[]

/** By place in the topological order: the keys, and the places of their blockers. Kept per graph, for graphs never change. */
interface Ordered<K> {
  readonly keys: readonly K[]
  readonly blockers: readonly (readonly number[])[]
  /** Of each key, in the order of the graph's keys; -1 for one on a cycle. */
  readonly places: readonly number[]
}
const orders = new WeakMap<object, Ordered<unknown>>()

function orderedOf<K>(dag: Dag<K>): Ordered<K> {
  const known = orders.get(dag) as Ordered<K> | undefined
  if (known) return known
  const keys = topologicalOrder(dag)
  const placeOf = new Map(keys.map((key, place) => [key, place]))
  const blockers = keys.map((key) =>
    dag.blockersOf(key).flatMap((blocker) => placeOf.get(blocker) ?? []),
  )
  const ordered = { keys, blockers, places: dag.keys.map((key) => placeOf.get(key) ?? -1) }
  orders.set(dag, ordered)
  return ordered
}

interface LongestPath {
  /** Of all nodes of the path, this one included. */
  readonly weight: Weight
  /** The place of the node before this one on the path. */
  readonly previous: number | null
}

/** By place: the heaviest path that ends there. A node without a weight (null) is on no path. Ties go to the first blocker. */
function longestPaths<K>(
  { keys, blockers }: Ordered<K>,
  weightOf: (key: K) => Weight | null,
): readonly (LongestPath | null)[] {
  const paths: (LongestPath | null)[] = []
  for (const [place, key] of keys.entries()) {
    const own = weightOf(key)
    const previous = own === null ? null : heaviestOf(blockers[place] ?? [], paths)
    const before = previous === null ? undefined : paths[previous]?.weight
    const weight = before ? own?.map((part, index) => part + (before[index] ?? 0)) : own
    paths.push(weight ? { weight, previous } : null)
  }
  return paths
}

function heaviestOf(
  places: readonly number[],
  paths: readonly (LongestPath | null)[],
): number | null {
  let best: Weight | null = null
  let heaviest: number | null = null
  for (const place of places) {
    const weight = paths[place]?.weight
    if (!weight || (best !== null && !isHeavier(weight, best))) continue
    best = weight
    heaviest = place
  }
  return heaviest
}

/** The heaviest path of the graph, first to last; ties go to the earlier key. Empty when no node has a weight. */
export function longestChain<K>(dag: Dag<K>, weightOf: (key: K) => Weight | null): K[] {
  const ordered = orderedOf(dag)
  const paths = longestPaths(ordered, weightOf)
  let end: number | null = null
  let heaviest: Weight = []
  for (const place of ordered.places) {
    const path = paths[place]
    if (!path || (end !== null && !isHeavier(path.weight, heaviest))) continue
    end = place
    heaviest = path.weight
  }
  const places = end === null ? [] : wayBack(end, (place) => paths[place]?.previous ?? null)
  return places.flatMap((place) => ordered.keys[place] ?? [])
}

function isHeavier(a: Weight, b: Weight): boolean {
  for (let index = 0; index < a.length; index++) {
    const [part = 0, other = 0] = [a[index], b[index]]
    if (part !== other) return part > other
  }
  return false
}

/** Nodes by the number of edges on the longest path to them. Each layer keeps the order of the keys. */
export function layersOf<K>(dag: Dag<K>): K[][] {
  const ordered = orderedOf(dag)
  const paths = longestPaths(ordered, () => [1])
  const layers: K[][] = []
  for (const [nth, key] of dag.keys.entries())
    (layers[(paths[ordered.places[nth] ?? -1]?.weight[0] ?? 1) - 1] ??= []).push(key)
  return layers
}

export interface Edge<K> {
  readonly blocker: K
  readonly dependent: K
}

/**
 * The nodes along a cycle that new edges would close, the first again at the end; null when they close none. The graph itself has
 * none. Costs the region that can be reached from the new edges, not the whole graph.
 */
export const findCycle = <K>(edges: readonly Edge<K>[], dependentsOf: Next<K>): K[] | null =>
  finished(cycleInSteps(edges, dependentsOf))

/** The same in small steps. */
export function* cycleInSteps<K>(
  edges: readonly Edge<K>[],
  dependentsOf: Next<K>,
): Steps<K[] | null> {
  const added = new Map<K, K[]>()
  for (const { blocker, dependent } of edges) {
    const list = added.get(blocker)
    if (list) list.push(dependent)
    else added.set(blocker, [dependent])
  }
  function* next(key: K): Generator<K> {
    yield* dependentsOf(key)
    yield* added.get(key) ?? []
  }
  const done = new Set<K>()
  for (const { blocker } of edges) {
    const cycle = yield* walk(blocker, next, done)
    if (cycle) return cycle
  }
  return null
}

/** Depth first. */
function* walk<K>(start: K, next: (key: K) => Iterator<K>, known: Set<K>): Steps<K[] | null> {
  if (known.has(start)) return null
  const onPath = new Set([start])
  const stack = [{ key: start, rest: next(start) }]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const step = top.rest.next()
    if (step.done) {
      onPath.delete(top.key)
      known.add(top.key)
      stack.pop()
      yield
    } else if (onPath.has(step.value)) {
      const path = [...onPath]
      return [...path.slice(path.indexOf(step.value)), step.value]
    } else if (!known.has(step.value)) {
      onPath.add(step.value)
      stack.push({ key: step.value, rest: next(step.value) })
    }
  }
  return null
}

/** Behind a done, failed or abandoned task no task waits for what is before it. */
interface HeldByGraph {
  dependentsOf(id: string): Iterable<string>
  isFinished(id: string): boolean
}

/** How many unfinished tasks cannot start before this one lets them: what `holds N tasks` says, everywhere. */
export const countHeldBy = ({ dependentsOf, isFinished }: HeldByGraph, id: string): number =>
  reachable([id], (each) => [...dependentsOf(each)].filter((next) => !isFinished(next))).size
