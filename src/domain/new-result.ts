import type { Task } from './task.ts'

/** Done, or a repeating task whose last run was good. */
export const hasResult = ({ state, firstSuccessAt, lastFailure }: Task): boolean =>
  state.kind === 'done' ||
  (state.kind === 'open' && firstSuccessAt !== null && lastFailure === null)

/** It is over with a commit of its own that nobody has asked to land yet. A merge is none: it lands with the task it is for. */
export const hasNewResult = (task: Task): boolean =>
  hasResult(task) &&
  (task.state.kind === 'done' || task.schedule !== null) &&
  task.merging === null &&
  task.resultCommit !== null &&
  task.landing === null
