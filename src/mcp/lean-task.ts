/** A task as a model reads it: without empty fields, and only the last of what was noted. */
import type { TaskView } from '../contract/view.ts'
import { lean } from './fit.ts'

/** Log lines; the timeline of a long task is longer than all the rest of it. */
const NOTES = 40

export function leanTask(task: Partial<TaskView>): unknown {
  const { log = [], routes: _routes, ...rest } = task
  const earlier = log.length - NOTES
  return lean({
    ...rest,
    log: log.slice(-NOTES),
    ...(earlier > 0 ? { earlierLogLines: earlier } : {}),
  })
}
