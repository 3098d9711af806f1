/** The states of a task: those that are stored, and what a person sees. Without a schema, for the page and the command line. */
import type { TaskStatus } from '../task.ts'

const STORED: Readonly<Record<TaskStatus, true>> = {
  open: true,
  'in-progress': true,
  waiting: true,
  'pending-eval': true,
  done: true,
  failed: true,
  abandoned: true,
}
export const TASK_STATUSES = Object.keys(STORED) as readonly TaskStatus[] // as its type says

/** What a person sees: a stored status, or for an open task the first that holds of these, in this order. */
export const DERIVED_STATES = ['paused', 'blocked', 'delayed', 'parked', 'ready'] as const
export type ShownState = Exclude<TaskStatus, 'open'> | (typeof DERIVED_STATES)[number]
export const SHOWN_STATES = [
  ...TASK_STATUSES.filter((status) => status !== 'open'),
  ...DERIVED_STATES,
] as const satisfies readonly ShownState[]
