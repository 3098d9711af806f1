/** What the page knows of the yard, and how news changes it. Pure; unchanged entities keep their identity. */
import type {
  AgentView,
  Patch,
  Position,
  Snapshot,
  Summary,
  TaskCard,
  Topic,
} from '../../../contract/view.ts'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Clock } from '../../../base/clock.ts'
import type { DagNode } from '../../../domain/graph/dag.ts'

export interface YardView {
  /** Sequence number of the last commit it holds; -1 before the first snapshot. */
  readonly seq: number
  /** In the order in which the host names them: by creation. */
  readonly tasks: ReadonlyMap<string, TaskCard>
  /** Living agents only. */
  readonly agents: ReadonlyMap<string, AgentView>
  readonly summary: Summary | null
  /** Where a person put nodes, in canvas units. */
  readonly positions: ReadonlyMap<string, Position>
  /** Raised whenever tasks or dependencies came or went: the graph needs a new layout then, and only then. */
  readonly structure: number
  /** Raised whenever an agent came or ended, one that did both in one frame too: what was asked about agents is old then. */
  readonly turnover: number
  /** How often the whole was fetched. A card that says the same after it may have had news all the same: what was asked about it is old. */
  readonly fetches: number
  /** Each raised whenever what was asked for of it is old. */
  readonly topics: Readonly<Record<Topic, number>>
}

const raised = (
  topics: YardView['topics'],
  old: ReadonlySet<Topic> | readonly Topic[],
): YardView['topics'] => {
  const next = { ...topics }
  for (const topic of old) next[topic]++
  return next
}

export const emptyView: YardView = {
  seq: -1,
  tasks: new Map(),
  agents: new Map(),
  summary: null,
  positions: new Map(),
  structure: 0,
  turnover: 0,
  fetches: 0,
  topics: { messages: 0, members: 0, jobs: 0, tokens: 0, peers: 0 },
}

export interface Fold {
  readonly view: YardView
  /** Something was missed: the view is true as of its `seq`, and a snapshot must be fetched. */
  readonly isGap: boolean
}

/** Folds patches in order up to the first gap. One that the view already holds is skipped. */
export function foldPatches(view: YardView, patches: readonly Patch[]): Fold {
  const fresh: Patch[] = []
  let seq = view.seq
  let isGap = false
  for (const patch of patches) {
    if (patch.seq < seq) continue
    isGap = patch.from > seq
    if (isGap) break
    seq = patch.seq
    fresh.push(patch)
  }
  return { view: fresh.length === 0 ? view : applyAll(view, fresh, seq), isGap }
}

function applyAll(view: YardView, patches: readonly Patch[], seq: number): YardView {
  // News of the yard as a whole alone comes every second: a large map is not copied for that.
  const hasTasks = patches.some((p) => p.tasks.length + p.removed.length > 0)
  const tasks = new Map(hasTasks ? view.tasks : [])
  const hasAgents = patches.some((p) => p.agents.length > 0)
  const agents = new Map(hasAgents ? view.agents : [])
  let { summary, structure, turnover } = view
  for (const patch of patches) {
    if (patch.tasks.some((card) => isNewShape(tasks.get(card.id), card))) structure++
    for (const card of patch.tasks) tasks.set(card.id, card)
    if (patch.removed.map((id) => tasks.delete(id)).includes(true)) structure++
    turnover += foldAgents(agents, patch.agents)
    summary = patch.summary ?? summary
  }
  const old = new Set(patches.flatMap(({ topics }) => topics))
  const moves = patches.flatMap(({ positions }) => Object.entries(positions ?? {}))
  return {
    seq,
    summary,
    structure,
    turnover,
    fetches: view.fetches,
    topics: old.size === 0 ? view.topics : raised(view.topics, old),
    positions: moves.length === 0 ? view.positions : withMoves(view.positions, moves),
    tasks: hasTasks ? tasks : view.tasks,
    agents: hasAgents ? agents : view.agents,
  }
}

function foldAgents(living: Map<string, AgentView>, news: readonly AgentView[]): number {
  const come = news.filter(({ id, status }) => status === 'ended' || !living.has(id))
  for (const agent of news) {
    if (agent.status === 'ended') living.delete(agent.id)
    else living.set(agent.id, agent)
  }
  return come.length
}

function withMoves(
  positions: YardView['positions'],
  moves: readonly (readonly [string, Position | null])[],
): YardView['positions'] {
  const next = new Map(positions)
  for (const [id, position] of moves) {
    if (position === null) next.delete(id)
    else next.set(id, position)
  }
  return next
}

/** The whole truth anew. Cards that say the same as before keep their identity, so that nothing is drawn again in vain. */
export function viewFromSnapshot(view: YardView, snapshot: Snapshot): YardView {
  const tasks = new Map<string, TaskCard>()
  let isSameShape = snapshot.tasks.length === view.tasks.size
  for (const card of snapshot.tasks) {
    const known = view.tasks.get(card.id)
    if (isNewShape(known, card)) isSameShape = false
    tasks.set(card.id, known && isSame(known, card) ? known : card)
  }
  return {
    seq: snapshot.seq,
    tasks,
    agents: new Map(snapshot.agents.map((agent) => [agent.id, agent])),
    summary: snapshot.summary,
    positions: new Map(Object.entries(snapshot.positions)),
    structure: isSameShape ? view.structure : view.structure + 1,
    turnover: view.turnover + 1,
    fetches: view.fetches + 1,
    topics: raised(view.topics, Object.keys(view.topics) as Topic[]),
  }
}

/** It is new, or waits for others than before. */
export const isNewShape = (
  known: Pick<DagNode, 'after'> | undefined,
  card: Pick<DagNode, 'after'>,
): boolean =>
  known === undefined ||
  known.after.length !== card.after.length ||
  known.after.some((id, index) => id !== card.after[index])

const isSame = (a: TaskCard, b: TaskCard): boolean => JSON.stringify(a) === JSON.stringify(b)

// The server's truth in the page. It only takes snapshots and folds patches, at most once in `foldEveryMs`.

/** No more than 30 changes a second reach the components, and 10 where each of them copies a large map of tasks. ms. */
const foldEveryMs = (tasks: number): number => (tasks > 1000 ? 100 : 33)

export interface YardStore {
  readonly state: Pick<StoreApi<YardView>, 'getState' | 'subscribe' | 'getInitialState'>
  replace(snapshot: Snapshot): void
  /** Folds soon; `onGap` is called when news was missed. Patches that wait are dropped by `replace` if it already holds them. */
  take(patch: Patch, onGap: () => void): void
}

export function createYardStore(clock: Clock): YardStore {
  const store = createStore<YardView>(() => emptyView)
  let waiting: Patch[] = []
  let isScheduled = false
  let foldedAt = -Infinity

  const fold = (onGap: () => void): void => {
    isScheduled = false
    foldedAt = clock.monotonic()
    const patches = waiting
    waiting = []
    const { view, isGap } = foldPatches(store.getState(), patches)
    store.setState(view, true)
    if (isGap) onGap()
  }
  return {
    state: store,
    replace(snapshot) {
      store.setState(viewFromSnapshot(store.getState(), snapshot), true)
    },
    take(patch, onGap) {
      waiting.push(patch)
      if (isScheduled) return
      isScheduled = true
      const everyMs = foldEveryMs(store.getState().tasks.size)
      clock.after(Math.max(0, foldedAt + everyMs - clock.monotonic()), () => fold(onGap))
    },
  }
}
