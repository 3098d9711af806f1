/** Having the latest result of a task judged, once more or for the first time. */
import { countOf, type Action } from '../action.ts'

export const evaluate: Action = {
  id: 'task.evaluate',
  label: 'Evaluate again',
  icon: 'retry',
  keys: [],
  blocked: ({ card, agent }) => {
    if (card.status === 'pending-eval') return 'It is being judged'
    if (card.agent === null) return 'Nothing of it has ended yet'
    return agent !== null && card.attempts < 2 ? 'Its agent is still at work' : null
  },
  note: ({ card }) => (card.score == null ? 'A model is asked to judge its latest result.' : null),
  run: async ({ send }, subjects) => {
    const sent = await Promise.all(
      subjects.map(({ card }) =>
        send(
          ({ task }, commandId) => task.evaluate({ id: card.id, commandId }),
          `Evaluate ${countOf([card])}`,
        ),
      ),
    )
    return sent.every(({ ok }) => ok)
  },
}
