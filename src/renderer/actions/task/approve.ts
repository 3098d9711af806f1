/** What a person decides of a result that waits for its score, or for them. */
import { countOf, dependentFacts, readyLine, type Action, type Subject } from '../action.ts'

/** Its result is there, and nothing has been decided of it. */
const isUndecided = ({ card: { status, waitsFor } }: Subject): boolean =>
  status === 'pending-eval' || waitsFor === 'evaluation' || waitsFor === 'approval'

const UNDECIDED = 'No result of it waits to be decided on'

export const approve: Action = {
  id: 'task.approve',
  label: 'Approve',
  icon: 'check',
  keys: [],
  blocked: (subject) => (isUndecided(subject) ? null : UNDECIDED),
  note: (subject, facts) => readyLine(dependentFacts([subject], facts).ready)[0] ?? null,
  run: async ({ send }, subjects) => {
    const sent = await Promise.all(
      subjects.map(({ card }) =>
        send(
          ({ task }, commandId) => task.approve({ id: card.id, commandId }),
          `Approve ${countOf([card])}`,
        ),
      ),
    )
    return sent.every(({ ok }) => ok)
  },
}

/** Also what was done already, as long as nothing of it has landed. */
export const reject: Action = {
  id: 'task.reject',
  label: 'Reject…',
  icon: 'retry',
  look: 'danger',
  keys: [],
  blocked: (subject) => {
    const { status, landing, agent } = subject.card
    if (isUndecided(subject)) return null
    if (status !== 'done' || agent === null) return UNDECIDED
    return landing === 'landed' ? 'Its result has landed' : null
  },
  ask: (subjects) => ({
    title: `Reject the result of ${countOf(subjects.map(({ card }) => card))}?`,
    lines: ['It is tried again with your note, in the same conversation. No try is spent.'],
    field: { label: 'What is wrong with it', isRequired: true },
    choices: [{ id: 'reject', label: 'Reject', look: 'danger' }],
  }),
  run: async ({ send }, subjects, _choice, note) => {
    const sent = await Promise.all(
      subjects.map(({ card }) =>
        send(
          ({ task }, commandId) => task.reject({ id: card.id, note: note.trim(), commandId }),
          `Reject ${countOf([card])}`,
        ),
      ),
    )
    return sent.every(({ ok }) => ok)
  },
}
