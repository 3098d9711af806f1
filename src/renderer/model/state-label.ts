/** The words for the states of a task, as every part of the page shows them. */
import type { ShownState } from '../../domain/task.ts'

const LABELS: Readonly<Record<ShownState, string>> = {
  ready: 'Ready',
  blocked: 'Blocked',
  delayed: 'Delayed',
  'in-progress': 'In progress',
  waiting: 'Waiting',
  'pending-eval': 'Pending eval',
  done: 'Done',
  failed: 'Failed',
  abandoned: 'Abandoned',
  paused: 'Paused',
  parked: 'Parked',
}

export const labelOfState = (state: ShownState): string => LABELS[state]
