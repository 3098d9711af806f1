/** Pausing a task and letting it go on. */
import { isFinishedCard } from '../../model/reach.ts'
import { byChange, type Action } from '../action.ts'

export const pause: Action = {
  id: 'task.pause',
  label: 'Pause',
  icon: 'pause',
  keys: [],
  blocked: (subject) =>
    isFinishedCard(subject.card) ? 'It has ended' : subject.isHeld ? 'It is paused already' : null,
  note: ({ agent }) =>
    agent === null ? null : `${agent.id} goes on, no other agent starts after it.`,
  run: byChange({
    label: 'Pause',
    change: ({ id }) => ({ do: 'hold', id }),
    inverse: ({ id }) => ({ do: 'release', id }),
    done: 'Paused',
  }),
}

export const resume: Action = {
  id: 'task.resume',
  label: 'Resume',
  icon: 'play',
  keys: [],
  blocked: (subject) =>
    isFinishedCard(subject.card) ? 'It has ended' : subject.isHeld ? null : 'It is not paused',
  run: byChange({
    label: 'Resume',
    change: ({ id }) => ({ do: 'release', id }),
    inverse: ({ id, isDraft }) => ({ do: 'hold', id, asDraft: isDraft }),
    done: 'Resumed',
  }),
}
