/** Marking tasks as done by hand. */
import { plural } from '../../ui/format.ts'
import { byChange, countOf, dependentFacts, readyLine, type Action } from '../action.ts'

export const complete: Action = {
  id: 'task.complete',
  label: 'Mark as done',
  icon: 'check',
  keys: [],
  blocked: ({ card }) => (card.status === 'done' ? 'It is done already' : null),
  note: (subject, facts) => readyLine(dependentFacts([subject], facts).ready)[0] ?? null,
  /** Who has done the work by hand says so at once; an agent's work is thrown away by it, and agents may start after it. */
  ask: (subjects, facts) => {
    const agents = subjects.flatMap(({ agent, isByHand }) => (isByHand ? [] : (agent ?? [])))
    const isByHand = subjects.every((subject) => subject.isByHand)
    const ready = isByHand ? 0 : dependentFacts(subjects, facts).ready
    if (agents.length + ready === 0) return null
    const [first] = agents
    const who = agents.length === 1 ? first?.id : plural(agents.length, 'agent')
    return {
      title: `Mark ${countOf(subjects.map(({ card }) => card))} as done?`,
      lines: [
        ...(agents.length > 0
          ? [`${who} ${agents.length === 1 ? 'is' : 'are'} stopped. What was done so far is kept.`]
          : []),
        ...readyLine(ready),
      ],
      choices: [{ id: 'done', label: 'Mark as done', look: agents.length > 0 ? 'danger' : 'main' }],
    }
  },
  run: byChange({
    label: 'Mark as done:',
    change: ({ id }) => ({ do: 'complete', id, force: true }),
    done: 'Marked as done',
  }),
}
