/** When a graph is at rest: nothing can move any more without a person, a claim from outside or an edit. */
import type { ShownState } from './shown-state.ts'
import { dagOf, reachable } from './dag.ts'

export interface RestingTask {
  readonly id: string
  readonly state: ShownState
  readonly after: readonly string[]
  /** Ready for somebody who takes it, not for the coordinator. */
  readonly waitsForPerson: boolean
  /** It repeats, and its first agent has ended: it fires again, but that is not waited for. */
  readonly hasRepeated: boolean
  /** It can never start as things are: its executor or model is not known (any more). */
  readonly isStuck: boolean
}

/** The tasks that can still change by themselves, directly or because a task they wait for can. */
export function movingTasks(tasks: readonly RestingTask[]): ReadonlySet<string> {
  const { dependentsOf } = dagOf(tasks)
  const blocked = new Set(tasks.filter(({ state }) => state === 'blocked').map(({ id }) => id))
  const moving = new Set(tasks.filter(movesByItself).map(({ id }) => id))
  const next = (id: string): string[] => dependentsOf(id).filter((each) => blocked.has(each))
  return new Set([...moving, ...reachable(moving, next)])
}

/** At work, or ready, delayed, parked or waiting for its first scheduled time. */
function movesByItself({ state, waitsForPerson, hasRepeated, isStuck }: RestingTask): boolean {
  if (state === 'in-progress' || state === 'pending-eval') return true
  const isDue = state === 'delayed' || state === 'parked' || (state === 'ready' && !waitsForPerson)
  return isDue && !hasRepeated && !isStuck
}
