/** Decides from the live graph whether tasks are at rest, and how they ended. Asks the host only for what the cards lack. */
import type { AgentView, Patch, Snapshot, Summary, TaskCard } from '../../../contract/view.ts'
import { movingTasks, type RestingTask } from '../../../domain/graph/rest.ts'
import { isTakenByPeople } from '../../../domain/settings.ts'
import { type ShownState, SHOWN_STATES } from '../../../domain/graph/shown-state.ts'
import type { Client } from '../../connect/owner.ts'

export interface Ending {
  readonly done: number
  readonly abandoned: number
  readonly failed: readonly string[]
  /** At rest without having ended: drafts, blocked, waiting for a person. */
  readonly stuck: readonly string[]
  /** Merge tasks that have not settled their conflict. */
  readonly merges: readonly OpenMerge[]
  /** Done, with a result that is not on its target branch although that was asked for. */
  readonly unmerged: readonly { readonly id: string; readonly why: string }[]
}

export interface OpenMerge {
  readonly id: string
  /** The task whose conflict it is. */
  readonly for: string
  readonly state: string
}

export interface RestWatch {
  /** Null while something can still move; `only` looks at these tasks instead of all. */
  endingOf(graph: LiveGraph, only: readonly string[] | null): Promise<Ending | null>
}

export function createRestWatch(client: Client): RestWatch {
  const people = createPeopleWatch(client)
  return {
    async endingOf(graph, only) {
      const cards = [...graph.tasks.values()]
      const isWhole = only === null
      if (isWhole && (graph.agents.size > 0 || cards.some(isUnderWay))) return null
      if (isWhole && (graph.summary?.membersDue ?? 0) > 0) return null
      if (isWhole && settledMerges(cards).length > 0) return null
      const facts: Facts = {
        takenByPeople: await people.takenOf(cards),
        repeated: await repeatedOf(client, cards),
      }
      const moving = movingTasks(cards.map((card) => restingTask(card, facts)))
      const wanted = isWhole ? cards : cards.filter((card) => only.includes(card.id))
      if (wanted.some((card) => moving.has(card.id) || isHeld(card, graph))) return null
      return { ...endingOf(wanted, facts), ...mergesOf(cards, wanted) }
    },
  }
}

const isUnderWay = ({ state, landing }: TaskCard): boolean =>
  state === 'in-progress' || state === 'pending-eval' || landing === 'queued'

/** Tasks whose conflict the newest of their merges has settled: their landing goes on next. */
function settledMerges(cards: readonly TaskCard[]): readonly TaskCard[] {
  const newest = new Map<string, TaskCard>()
  for (const card of cards) if (card.mergeFor !== undefined) newest.set(card.mergeFor, card)
  return cards.filter(
    ({ id, status, landing }) =>
      status === 'done' && landing === 'conflict' && newest.get(id)?.status === 'done',
  )
}

/** Its agent lives although the task has been settled, or is about to be. */
const isHeld = (card: TaskCard, graph: LiveGraph): boolean =>
  card.agent !== null && graph.agents.has(card.agent)

interface Facts {
  readonly takenByPeople: ReadonlySet<string>
  /** Repeating tasks whose first agent has ended, with how it went. */
  readonly repeated: ReadonlyMap<string, 'done' | 'failed'>
}

/** Which ready tasks wait for somebody to take them. Those of an executor that runs by itself are not asked about. */
function createPeopleWatch(client: Client) {
  let runningTypes: Promise<ReadonlySet<string>> | null = null
  const known = new Map<string, boolean>()
  const loadTypes = async (): Promise<ReadonlySet<string>> => {
    const executors = await client.service.executors()
    const runs = (type: string): boolean => type !== 'schedule' && !isTakenByPeople(type)
    return new Set(executors.filter(({ type }) => runs(type)).map(({ name }) => name))
  }
  const asks = async ({ id }: TaskCard): Promise<boolean> => {
    const { waitsFor } = await client.task.why({ id })
    return waitsFor.some(({ kind }) => kind === 'person' || kind === 'claim')
  }
  return {
    async takenOf(cards: readonly TaskCard[]): Promise<ReadonlySet<string>> {
      const taken = new Set<string>()
      const running = await (runningTypes ??= loadTypes())
      for (const card of cards) {
        if (card.state !== 'ready') known.delete(card.id)
        else if (card.executor === null || !running.has(card.executor)) {
          const isTaken = known.get(card.id) ?? (await asks(card))
          known.set(card.id, isTaken)
          if (isTaken) taken.add(card.id)
        }
      }
      return taken
    },
  }
}

async function repeatedOf(
  client: Client,
  cards: readonly TaskCard[],
): Promise<Map<string, 'done' | 'failed'>> {
  const repeated = new Map<string, 'done' | 'failed'>()
  const candidates = cards.filter(({ status, agent }) => status === 'open' && agent !== null)
  if (candidates.length === 0) return repeated
  const repeating = new Set((await client.task.scheduleList()).map(({ id }) => id))
  for (const { id } of candidates.filter((card) => repeating.has(card.id))) {
    const task = await client.task.get({ id })
    // A try that is to be made again soon is not its end yet.
    if (task.attempts === 0 || task.failure === null)
      repeated.set(id, task.failure === null ? 'done' : 'failed')
  }
  return repeated
}

const restingTask = (card: TaskCard, facts: Facts): RestingTask => ({
  id: card.id,
  state: shownState(card.state),
  after: card.after,
  waitsForPerson: facts.takenByPeople.has(card.id),
  hasRepeated: facts.repeated.has(card.id),
  isStuck: Boolean(card.stuck), // an older host says nothing of it
})

/** A state of a newer host that this program does not know can only be waited for. */
const shownState = (state: string): ShownState =>
  SHOWN_STATES.find((known) => known === state) ?? 'in-progress'

/** Of the wanted tasks. */
function mergesOf(
  cards: readonly TaskCard[],
  wanted: readonly TaskCard[],
): Pick<Ending, 'merges' | 'unmerged'> {
  const ids = new Set(wanted.map(({ id }) => id))
  return {
    merges: cards.flatMap(({ id, mergeFor, state, status }) => {
      const isOpen = status !== 'done' && status !== 'abandoned'
      if (mergeFor === undefined || !isOpen || !(ids.has(id) || ids.has(mergeFor))) return []
      return [{ id, for: mergeFor, state }]
    }),
    unmerged: wanted.flatMap(({ id, status, landing, fact }) =>
      status === 'done' && landing === 'refused' ? [{ id, why: fact ?? 'Not merged' }] : [],
    ),
  }
}

function endingOf(
  cards: readonly TaskCard[],
  { repeated }: Facts,
): Omit<Ending, 'merges' | 'unmerged'> {
  const failed: string[] = []
  const stuck: string[] = []
  let done = 0
  let abandoned = 0
  for (const { id, status } of cards) {
    if (status === 'done' || repeated.get(id) === 'done') done++
    else if (status === 'abandoned') abandoned++
    else if (status === 'failed' || repeated.get(id) === 'failed') failed.push(id)
    else stuck.push(id)
  }
  return { done, abandoned, failed, stuck }
}

export const isGood = ({ failed, stuck }: Pick<Ending, 'failed' | 'stuck'>): boolean =>
  failed.length + stuck.length === 0

export interface LiveGraph {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly agents: ReadonlyMap<string, AgentView>
  readonly summary: Summary
}

export interface Change {
  readonly graph: LiveGraph
  /** The cards that are new or differ now, with what they were; all of them at first. */
  readonly changed: readonly { readonly before: TaskCard | null; readonly after: TaskCard }[]
  readonly isFirst: boolean
}

/** Yields the whole graph first, then after each patch. Ends with the host, or by the signal. */
export async function* followGraph(client: Client, signal: AbortSignal): AsyncGenerator<Change> {
  const patches = await client.service.follow(undefined, { signal })
  let graph = openGraph(await client.service.snapshot(undefined, { signal }))
  yield {
    graph: graph.view,
    changed: [...graph.tasks.values()].map((after) => ({ before: null, after })),
    isFirst: true,
  }
  for await (const patch of patches) {
    if (patch.seq < graph.seq) continue // older than the snapshot
    if (patch.from > graph.seq) {
      const before = graph.tasks
      graph = openGraph(await client.service.snapshot(undefined, { signal }))
      yield { graph: graph.view, changed: differences(before, graph.tasks), isFirst: false }
    } else yield { graph: graph.view, changed: graph.fold(patch), isFirst: false }
  }
}

/** `view` is what the snapshot and the patches that were folded into it come to. */
export function openGraph(snapshot: Snapshot) {
  const tasks = new Map(snapshot.tasks.map((task) => [task.id, task]))
  const agents = new Map(snapshot.agents.map((agent) => [agent.id, agent]))
  let { seq, summary } = snapshot
  return {
    tasks,
    view: {
      tasks,
      agents,
      get summary() {
        return summary
      },
    },
    get seq() {
      return seq
    },
    fold(patch: Patch): Change['changed'] {
      seq = patch.seq
      const changed = patch.tasks.map((after) => ({ before: tasks.get(after.id) ?? null, after }))
      for (const task of patch.tasks) tasks.set(task.id, task)
      for (const id of patch.removed) tasks.delete(id)
      for (const agent of patch.agents)
        if (agent.status === 'ended') agents.delete(agent.id)
        else agents.set(agent.id, agent)
      if (patch.summary) summary = patch.summary
      return changed
    },
  }
}

function differences(
  before: ReadonlyMap<string, TaskCard>,
  after: ReadonlyMap<string, TaskCard>,
): Change['changed'] {
  return [...after.values()]
    .map((task) => ({ before: before.get(task.id) ?? null, after: task }))
    .filter(({ before: old, after: now }) => old?.state !== now.state || old.agent !== now.agent)
}
