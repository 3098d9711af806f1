/** When a graph is at rest: nothing can move any more without a person, a claim from outside or an edit. */
import { assertNever } from '../../base/result.ts'
import type { ShownState } from '../task.ts'

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
  const dependents = new Map<string, string[]>()
  const states = new Map<string, ShownState>()
  const moving = new Set<string>()
  for (const task of tasks) {
    states.set(task.id, task.state)
    for (const blocker of task.after) {
      const list = dependents.get(blocker)
      if (list) list.push(task.id)
      else dependents.set(blocker, [task.id])
    }
    if (movesByItself(task)) moving.add(task.id)
  }
  const queue = [...moving]
  for (let id = queue.pop(); id !== undefined; id = queue.pop())
    for (const dependent of dependents.get(id) ?? [])
      if (states.get(dependent) === 'blocked' && !moving.has(dependent)) {
        moving.add(dependent)
        queue.push(dependent)
      }
  return moving
}

/** No agent alive and nothing ready, delayed, parked or waiting for its first scheduled time. */
export const isAtRest = (tasks: readonly RestingTask[], livingAgents: number): boolean =>
  livingAgents === 0 && movingTasks(tasks).size === 0

function movesByItself(task: RestingTask): boolean {
  switch (task.state) {
    case 'in-progress':
    case 'pending-eval':
      return true
    case 'ready':
      return !task.waitsForPerson && !task.hasRepeated && !task.isStuck
    case 'delayed':
    case 'parked':
      return !task.hasRepeated && !task.isStuck
    case 'paused':
    case 'blocked':
    case 'waiting':
    case 'done':
    case 'failed':
    case 'abandoned':
      return false
    default:
      return assertNever(task.state)
  }
}
