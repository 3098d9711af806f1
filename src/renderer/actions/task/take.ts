/** A person works on a task: claims it, releases it, or takes it back from a CLI that is piloted in a terminal. */
import { byChange, countOf, type Action } from '../action.ts'
import { workText } from './kill.ts'

export const take: Action = {
  id: 'task.take',
  label: 'Claim it',
  icon: 'check',
  keys: [],
  blocked: ({ card }) => (card.state === 'ready' ? null : 'It is not ready'),
  run: byChange({
    label: 'Claim',
    change: ({ id }) => ({ do: 'take', id }),
    inverse: ({ id }) => ({ do: 'letGo', id }),
    done: 'Claimed',
  }),
}

export const giveBack: Action = {
  id: 'task.give-back',
  label: 'Release it',
  icon: null,
  keys: [],
  blocked: ({ agent, isByHand }) =>
    agent !== null && isByHand ? null : 'No person has claimed it',
  run: byChange({
    label: 'Release',
    change: ({ id }) => ({ do: 'letGo', id }),
    done: 'Released',
  }),
}

const PILOTED = 'The CLI in its terminal is ended. Its files stay, and the task is open again.'

export const takeBack: Action = {
  ...giveBack,
  id: 'task.take-back',
  label: 'Take it back',
  icon: 'close',
  blocked: ({ agent }) =>
    agent?.by === 'pilot' && agent.status !== 'stopping' ? null : 'No person pilots it',
  note: () => PILOTED,
  ask: (subjects, { now }) => ({
    press: `Take it back? ${workText(subjects, now)}`,
    title: `Take ${countOf(subjects.map(({ card }) => card))} back?`,
    lines: [PILOTED],
    choices: [{ id: 'back', label: 'Take it back', look: 'danger' }],
  }),
}
