/** Giving tasks up: they are kept, and what waits for them goes on, is given up too, or waits for their dependencies instead. */
import { downstreamOf, isFinishedCard, wouldBecomeReady } from '../../model/reach.ts'
import { countOf, joinChoice, readyLine, sendChanges, type Action } from '../action.ts'

export const abandon: Action = {
  id: 'task.abandon',
  label: 'Abandon',
  icon: null,
  look: 'danger',
  keys: ['x'],
  blocked: ({ card: { status } }) => {
    if (status === 'abandoned') return 'It is abandoned already'
    return status === 'done' ? 'It is done' : null
  },
  ask: (subjects, { tasks }) => {
    const cards = subjects.map(({ card }) => card)
    const ids = new Set(cards.map(({ id }) => id))
    const ready = wouldBecomeReady(tasks, ids).length
    const alive = cards.filter(({ status }) => status === 'in-progress').length
    if (ready + alive === 0) return null
    const isOne = cards.length === 1
    const who = alive === 1 ? 'The agent' : `${alive} agents`
    const waiting = [...downstreamOf(tasks, ids)].filter((id) => {
      const card = tasks.get(id)
      return card !== undefined && !isFinishedCard(card)
    }).length
    return {
      title: `Abandon ${countOf(cards)}?`,
      lines: [
        ...(alive > 0 ? [`${who} working on ${isOne ? 'it' : 'them'} will be stopped.`] : []),
        ...readyLine(ready),
        'What was done so far is kept.',
      ],
      choices:
        ready === 0
          ? [{ id: 'alone', label: 'Abandon', look: 'danger' }]
          : [
              { id: 'all', label: `Abandon these too (${waiting})`, look: 'danger' },
              { id: 'alone', label: 'Let them start' },
              joinChoice(cards),
            ],
    }
  },
  run: async ({ send }, subjects, choice) => {
    const changes = subjects.map(
      ({ card: { id } }) =>
        ({ do: 'abandon', id, withDependents: choice === 'all', join: choice === 'join' }) as const,
    )
    const what = `Abandon ${countOf(subjects.map(({ card }) => card))}`
    return (await send(sendChanges(changes), what)).ok
  },
}
