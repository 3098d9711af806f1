import type { Task } from './task.ts'

/** It is over with a commit of its own that nobody has asked to land yet. A merge is none: it lands with the task it is for. */
export function hasNewResult({ state, schedule, ...task }: Task): boolean {
  const isOver = state.kind === 'done' || (schedule !== null && task.firstSuccessAt !== null)
  return isOver && task.merging === null && task.resultCommit !== null && task.landing === null
}
