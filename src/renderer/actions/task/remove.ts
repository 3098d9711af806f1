/** Removing tasks that never had an agent: they can be put back. When others wait for them, the person chooses what becomes of those. */
import type { TaskDefinition } from '../../../domain/task.ts'
import type { TaskChange } from '../../../contract/task.ts'
import type { TaskCard, TaskView } from '../../../contract/view.ts'
import { dagOf, topologicalOrder } from '../../../domain/graph/dag.ts'
import { downstreamOf, wouldBecomeReady, type Tasks } from '../../model/reach.ts'
import {
  countOf,
  joinChoice,
  sendChanges,
  subjectOf,
  type Action,
  type ActionContext,
  type Subject,
} from '../action.ts'
import type { SendEdit } from '../history.ts'
import { perform } from '../perform.ts'
import { plural } from '../../ui/format.ts'
import { abandon } from './abandon.ts'

export const remove: Action = {
  id: 'task.delete',
  label: 'Delete',
  icon: null,
  look: 'danger',
  keys: ['backspace', 'delete'],
  blocked: ({ card }) =>
    card.agent === null && card.status === 'open' ? null : 'It has been worked on: abandon it',
  ask: (subjects, { tasks }) => {
    const cards = subjects.map(({ card }) => card)
    const ids = idsOf(cards)
    const waiting = outerOf(tasks, ids).length
    if (waiting === 0) return null
    const ready = wouldBecomeReady(tasks, ids).length
    const isOne = cards.length === 1
    return {
      title: `Remove ${countOf(cards)}?`,
      lines: [
        `${plural(waiting, 'task waits', 'tasks wait')} for ${isOne ? 'it' : 'them'}.`,
        ...(ready > 0 ? [`${ready} of them would become ready.`] : []),
      ],
      choices: [
        { id: 'all', label: `Remove these too (${downstreamOf(tasks, ids).size})`, look: 'danger' },
        {
          id: 'release',
          label: ready > 0 ? 'Let them start' : isOne ? 'Only this' : `Only these ${cards.length}`,
        },
        joinChoice(cards),
      ],
    }
  },
  run: (context, subjects, choice) =>
    choice === 'all' ? removeAll(context, subjects) : removeThese(context, subjects, choice),
}

const idsOf = (cards: readonly TaskCard[]): ReadonlySet<string> =>
  new Set(cards.map(({ id }) => id))

/** Those that wait for one of them and stay. */
const outerOf = (tasks: Tasks, ids: ReadonlySet<string>): readonly TaskCard[] =>
  [...tasks.values()].filter(
    (card) => !ids.has(card.id) && card.after.some((blocker) => ids.has(blocker)),
  )

/** With everything downstream; of that, what has been worked on is abandoned and kept. */
async function removeAll(
  { session, tasks }: ActionContext,
  subjects: readonly Subject[],
): Promise<boolean> {
  const ids = idsOf(subjects.map(({ card }) => card))
  const more = [...downstreamOf(tasks, ids)].flatMap((id) => tasks.get(id) ?? [])
  const all = [...subjects, ...more.map((card) => subjectOf(session, card))]
  const tried = all.filter((subject) => remove.blocked(subject) !== null)
  return (await perform(session, remove, all)) && perform(session, abandon, tried)
}

async function removeThese(
  { send, remember, tasks }: ActionContext,
  subjects: readonly Subject[],
  choice: string | null,
): Promise<boolean> {
  const cards = subjects.map(({ card }) => card)
  const removed = idsOf(cards)
  const joins = choice === 'join'
  const relinks = outerOf(tasks, removed).map((card) => relinkOf(tasks, card, { removed, joins }))
  const ids = topologicalOrder(dagOf(cards)) // blockers before dependents
  const what = `Remove ${countOf(cards)}`
  // With the schemas, which the page loads when they are needed: before anything is sent.
  const { DEFINITION_FIELDS } = await import('../../../domain/task.ts')
  const read = await send(({ task }) => Promise.all(ids.map((id) => task.get({ id }))), what)
  if (!read.ok) return false
  const redo: SendEdit = ({ task }, commandId) =>
    task.removeAll({ ids: [...ids], dependents: joins ? 'join' : 'release', commandId })
  if (!(await send(redo, what)).ok) return false
  const undo = sendChanges([
    ...read.value.map((view): TaskChange => ({
      do: 'add',
      task: inputOf(view, DEFINITION_FIELDS),
    })),
    ...relinks.map(({ id, lost, gained }): TaskChange => ({
      do: 'edit',
      id,
      edit: { addAfter: [...lost], removeAfter: [...gained] },
    })),
  ])
  remember({ label: `Removed ${countOf(cards)}`, undo, redo })
  return true
}

/** What becomes of a task whose blockers go: which it loses, and which it gets instead. */
function relinkOf(
  tasks: Tasks,
  card: TaskCard,
  { removed, joins }: { readonly removed: ReadonlySet<string>; readonly joins: boolean },
): { readonly id: string; readonly lost: readonly string[]; readonly gained: readonly string[] } {
  const lost = card.after.filter((id) => removed.has(id))
  const going = [...lost]
  const gained = new Set<string>()
  for (const id of going)
    for (const blocker of tasks.get(id)?.after ?? []) {
      if (!removed.has(blocker)) gained.add(blocker)
      else if (!going.includes(blocker)) going.push(blocker)
    }
  for (const id of card.after) gained.delete(id)
  return { id: card.id, lost, gained: joins ? [...gained] : [] }
}

/** `own` says the rest. */
type Field = Exclude<keyof TaskDefinition, 'member'>

/** What is sent to make the same task again, without those that waited for it: they name it themselves. */
function inputOf(view: TaskView, fields: readonly (keyof TaskDefinition)[]) {
  const own = fields.filter((field) => field !== 'member')
  const said = Object.fromEntries(own.map((field) => [field, view[field]]))
  const { id, after, notBefore } = view
  return {
    ...(said as Pick<TaskView, Field>), // by the line above
    id,
    after,
    notBefore,
    ...view.own,
    executor: view.exec === null ? view.executor : null,
    maxAttempts: view.ownMaxAttempts,
    paused: view.held,
  }
}
