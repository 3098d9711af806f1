/** A task that repeats: run it now, or leave its next run out. */
import { instantText } from '../../ui/format.ts'
import { countOf, type Action, type Subject } from '../action.ts'

const blocked = ({ card, isHeld }: Subject): string | null =>
  !card.repeats
    ? 'It does not repeat'
    : card.status !== 'open'
      ? 'It is not waiting'
      : isHeld
        ? 'It is paused'
        : null

export const startNow: Action = {
  id: 'task.start-now',
  label: 'Start now',
  icon: 'play',
  keys: [],
  blocked,
  run: async ({ send }, subjects) => {
    for (const { card } of subjects) {
      const { id } = card
      const sent = await send(
        ({ task }, commandId) => task.scheduleNow({ id, commandId }),
        `Start ${countOf([card])} now`,
      )
      if (!sent.ok) return false
    }
    return true
  },
}

export const skipOnce: Action = {
  id: 'task.skip-once',
  label: 'Skip once',
  icon: 'skip',
  keys: [],
  blocked,
  ask: ([subject]) => {
    const at = subject?.card.notBefore ?? null
    const what = at === null ? 'it' : instantText(at)
    return {
      press: `Skip ${what}?`,
      title: `Skip ${what}?`,
      lines: ['The runs after it stay.'],
      choices: [{ id: 'skip', label: 'Skip once', look: 'danger' }],
    }
  },
  run: async ({ send }, subjects) => {
    for (const { card } of subjects) {
      const { id } = card
      const sent = await send(
        ({ task }, commandId) => task.scheduleSkip({ id, commandId }),
        `Skip ${countOf([card])} once`,
      )
      if (!sent.ok) return false
    }
    return true
  },
}
