/** Under which names a task's agents are written to. */
import type { Task } from '../task.ts'
import { isStanding } from './standing.ts'

/** Names under which an agent of that task is written to, its own id apart. */
export const namesOf = ({ id, member }: Pick<Task, 'id' | 'member'>): readonly string[] => [
  ...(member === null ? [] : [member]),
  ...(isStanding(id) ? [] : [`task:${id}`]),
]
