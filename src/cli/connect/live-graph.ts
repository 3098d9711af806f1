/** The live graph at a client: a snapshot that patches keep current. */
import type { AgentView, Patch, Snapshot, Summary, TaskCard } from '../../contract/view.ts'
import type { Client } from './owner.ts'

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

function openGraph(snapshot: Snapshot) {
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
