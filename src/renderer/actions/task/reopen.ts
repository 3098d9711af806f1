/** Doing a task again that has ended. */
import { plural } from '../../ui/format.ts'
import { byChange, dependentFacts, type Action } from '../action.ts'

export const reopen: Action = {
  id: 'task.reopen',
  label: 'Do it again',
  icon: 'retry',
  keys: [],
  blocked: ({ card: { status } }) =>
    status === 'done' || status === 'abandoned' || status === 'pending-eval'
      ? null
      : 'It has not ended',
  note: (subject, facts) => {
    const { waiting } = dependentFacts([subject], facts)
    return waiting === 0
      ? null
      : `${plural(waiting, 'task')} after it ${waiting === 1 ? 'waits' : 'wait'} again.`
  },
  run: byChange({
    label: 'Do it again:',
    change: ({ id }) => ({ do: 'reopen', id }),
    done: 'Reopened',
  }),
}
