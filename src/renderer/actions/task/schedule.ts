/** A task that repeats: run it now, or leave its next run out. */
import type { YardClient } from '../../model/session/link.ts'
import { instantText } from '../../ui/format.ts'
import { countOf, type Action, type Subject } from '../action.ts'

const blocked = ({ card, isHeld }: Subject): string | null => {
  if (!card.repeats) return 'It does not repeat'
  if (card.status !== 'open') return 'It is not waiting'
  return isHeld ? 'It is paused' : null
}

/** One command for each task, as its host has none for several. */
const byTask =
  (label: (what: string) => string, send: 'scheduleNow' | 'scheduleSkip'): Action['run'] =>
  async (context, subjects) => {
    for (const { card } of subjects) {
      const run = ({ task }: YardClient, commandId: string) =>
        task[send]({ id: card.id, commandId })
      if (!(await context.send(run, label(countOf([card])))).ok) return false
    }
    return true
  }

export const startNow: Action = {
  id: 'task.start-now',
  label: 'Start now',
  icon: 'play',
  keys: [],
  blocked,
  run: byTask((what) => `Start ${what} now`, 'scheduleNow'),
}

export const skipOnce: Action = {
  id: 'task.skip-once',
  label: 'Skip once',
  icon: 'skip',
  keys: [],
  blocked,
  ask: ([subject]) => {
    const at = subject?.card.notBefore ?? null
    const title = `Skip ${at === null ? 'it' : instantText(at)}?`
    return {
      press: title,
      title,
      lines: ['The runs after it stay.'],
      choices: [{ id: 'skip', label: 'Skip once', look: 'danger' }],
    }
  },
  run: byTask((what) => `Skip ${what} once`, 'scheduleSkip'),
}
