/** Trying a task again: in the same conversation, or from its start. */
import { byChange, countOf, type Action, type Subject } from '../action.ts'

const blocked = ({ card: { status } }: Subject): string | null =>
  status === 'failed' || status === 'waiting' ? null : 'It has not failed'

export const retry: Action = {
  id: 'task.retry',
  label: 'Retry',
  icon: 'retry',
  keys: ['r'],
  blocked,
  run: byChange({ label: 'Retry', change: ({ id }) => ({ do: 'retry', id }), done: 'Retried' }),
}

const FRESH = 'From the start: in a new conversation if it had one, with its tries counted anew.'

export const retryFresh: Action = {
  id: 'task.retry-fresh',
  label: 'Retry fresh',
  icon: 'retry',
  keys: ['shift+r'],
  blocked,
  note: () => FRESH,
  ask: (subjects) => ({
    press: 'From the start?',
    title: `Retry ${countOf(subjects.map(({ card }) => card))} from the start?`,
    lines: [FRESH],
    choices: [{ id: 'fresh', label: 'Retry fresh', look: 'danger' }],
  }),
  run: byChange({
    label: 'Retry fresh',
    change: ({ id }) => ({ do: 'retry', id, fresh: true }),
    done: 'Retried fresh',
  }),
}
