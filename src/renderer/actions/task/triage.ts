/** Asking a model what becomes of a task whose agent was lost, timed out, crashed or fell silent. */
import { countOf, type Action, type Subject } from '../action.ts'

function blocked({ card, agent }: Subject): string | null {
  if (agent !== null && agent.status !== 'ended') {
    if (agent.by !== 'process' || agent.executorType === 'shell')
      return 'No model can read its work'
    return agent.status === 'stopping' ? 'Its agent is being stopped' : null
  }
  if (card.agent === null) return 'Nothing of it has ended yet'
  return card.status === 'open' ? null : 'It is not open'
}

export const triage: Action = {
  id: 'task.triage',
  label: 'Triage',
  icon: 'retry',
  keys: [],
  blocked,
  note: () => 'A model reads what its last agent left and says what becomes of the task.',
  run: async ({ send }, subjects) => {
    const sent = await Promise.all(
      subjects.flatMap(({ card }) => {
        const { agent: id } = card
        if (id === null) return []
        // Whoever presses it wants it asked, also a second time.
        const ask = { id, again: true }
        return send(
          ({ agent }, commandId) => agent.triage({ ...ask, commandId }),
          `Triage ${countOf([card])}`,
        )
      }),
    )
    return sent.every(({ ok }) => ok)
  },
}
