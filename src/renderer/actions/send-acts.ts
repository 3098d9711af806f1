/** Carries out acts on tasks for all parts of the page: sends, remembers for undo, and says what was refused. */
import type { TaskChange } from '../../contract/task.ts'
import type { TaskCard } from '../../contract/view.ts'
import { dagOf, topologicalOrder } from '../../domain/dag.ts'
import type { YardClient } from '../model/session/link.ts'
import type { Problem } from '../model/session/problem.ts'
import { sendCommand } from '../model/session/send-command.ts'
import type { Session } from '../model/session/session.ts'
import { ask } from './ask.ts'
import { making, type SendEdit } from './history.ts'
import { firstDrafts, publishEdit } from './publish.ts'
import { downstreamOf, wouldBecomeReady, type Tasks } from '../model/reach.ts'
import { sendOrOffer } from './send-or-offer.ts'
import {
  countOf,
  editOf,
  isFinishedCard,
  sendChanges,
  TASK_ACTS,
  type TaskAct,
} from './task-acts.ts'
import { showToast } from '../model/toasts.ts'

/** One command for all tasks that it fits. True when it was not refused. */
export function doAct(
  session: Session,
  act: TaskAct,
  cards: readonly TaskCard[],
): Promise<boolean> {
  return making(async (own) => {
    const fitting = cards.filter((card) => act.blocked(card) === null)
    if (fitting.length === 0) return true
    const isPublish = act.id === TASK_ACTS.publish.id
    const wanted = isPublish ? firstDrafts(fitting) : fitting
    const done = await sendOrOffer(
      session,
      sendChanges(wanted.map(act.change)),
      `${act.label(wanted)} ${countOf(wanted)}`,
      own.waitsForPerson,
    )
    if (!done.ok) return showRefusal(done.error)
    const edit = isPublish
      ? publishEdit(done.value.ids.flat(), session.yard.getState().tasks)
      : editOf(act, fitting)
    if (edit) own.remember(session, edit)
    return true
  })
}

/**
 * A task that never had an agent is removed and can be put back. One that had is abandoned and kept; abandoned satisfies
 * dependents, so when any wait the person chooses what becomes of them.
 */
export async function deleteTasks(session: Session, cards: readonly TaskCard[]): Promise<void> {
  const drafts = cards.filter((card) => card.agent === null && card.status === 'open')
  const tried = cards.filter((card) => !drafts.includes(card) && !isAbandoned(card))
  // Whoever leaves the first question means none of it.
  if (drafts.length > 0 && !(await removeTasks(session, drafts))) return
  // What is done is left as it is; alone, the host says why.
  const open = tried.filter(({ status }) => status !== 'done')
  if (tried.length > 0) await abandonTasks(session, open.length > 0 ? open : tried)
}

const isAbandoned = (card: TaskCard): boolean => card.status === 'abandoned'

/** False when nothing was done. */
async function removeTasks(session: Session, cards: readonly TaskCard[]): Promise<boolean> {
  const { tasks } = session.yard.getState()
  const ids = new Set(cards.map(({ id }) => id))
  const outer = [...tasks.values()].filter(
    (card) => !ids.has(card.id) && card.after.some((blocker) => ids.has(blocker)),
  )
  const choice = outer.length === 0 ? 'loose' : await askAboutWaiting(tasks, cards, outer)
  if (choice === null) return false
  if (choice === 'all') {
    const more = [...downstreamOf(tasks, ids)].flatMap((id) => tasks.get(id) ?? [])
    await deleteTasks(session, [...cards, ...more])
    return true
  }
  const joins = choice === 'join'
  const relinks = outer.map((card) => relinkOf(tasks, card, { ids, joins }))
  return removeAndRemember(session, topologicalOrder(dagOf(cards)), {
    dependents: joins ? 'join' : 'release',
    relinks,
  })
}

async function askAboutWaiting(
  tasks: Tasks,
  cards: readonly TaskCard[],
  outer: readonly TaskCard[],
): Promise<string | null> {
  const ids = new Set(cards.map(({ id }) => id))
  const ready = wouldBecomeReady(tasks, ids).length
  const answer = await ask({
    title: `Remove ${countOf(cards)}?`,
    lines: [
      `${outer.length === 1 ? '1 task waits' : `${outer.length} tasks wait`} for ${itOrThem(cards)}.`,
      ...(ready > 0
        ? [`${ready === 1 ? '1 of them' : `${ready} of them`} would become ready.`]
        : []),
    ],
    choices: [
      { id: 'all', label: `Remove these too (${downstreamOf(tasks, ids).size})`, look: 'danger' },
      { id: 'loose', label: ready > 0 ? 'Let them start' : onlyLabel(cards) },
      { id: 'join', label: joinLabel(cards) },
    ],
  })
  return answer?.choice ?? null
}

const itOrThem = ({ length }: readonly unknown[]): string => (length === 1 ? 'it' : 'them')
const onlyLabel = ({ length }: readonly unknown[]): string =>
  length === 1 ? 'Only this' : `Only these ${length}`
const joinLabel = ({ length }: readonly unknown[]): string =>
  length === 1 ? 'Join them to its dependencies' : 'Join them to their dependencies'

/** What becomes of a task whose blockers go: which it loses, and which it gets instead. */
interface Relink {
  readonly id: string
  readonly lost: readonly string[]
  readonly gained: readonly string[]
}

function relinkOf(
  tasks: Tasks,
  card: TaskCard,
  { ids, joins }: { readonly ids: ReadonlySet<string>; readonly joins: boolean },
): Relink {
  const lost = card.after.filter((id) => ids.has(id))
  const going = [...lost]
  const gained = new Set<string>()
  for (const id of going)
    for (const blocker of tasks.get(id)?.after ?? []) {
      if (!ids.has(blocker)) gained.add(blocker)
      else if (!going.includes(blocker)) going.push(blocker)
    }
  for (const id of card.after) gained.delete(id)
  return { id: card.id, lost, gained: joins ? [...gained] : [] }
}

/** `ids`: blockers before dependents. */
function removeAndRemember(
  session: Session,
  ids: readonly string[],
  rest: { readonly dependents: 'join' | 'release'; readonly relinks: readonly Relink[] },
): Promise<boolean> {
  const { tasks } = session.yard.getState()
  const count = countOf(ids.flatMap((id) => tasks.get(id) ?? []))
  return making(async (own) => {
    const read = await sendOrOffer(
      session,
      ({ task }) => Promise.all(ids.map((id) => task.get({ id }))),
      `Remove ${count}`,
      own.waitsForPerson,
    )
    if (!read.ok) return showRefusal(read.error)
    const remove: SendEdit = ({ task }, commandId) =>
      task.removeAll({ ids: [...ids], dependents: rest.dependents, commandId })
    const done = await sendOrOffer(session, remove, `Remove ${count}`, own.waitsForPerson)
    if (!done.ok) return showRefusal(done.error)
    const undo = sendChanges([
      ...read.value.map((view): TaskChange => ({ do: 'add', task: inputOf(view) })),
      ...rest.relinks.map(({ id, lost, gained }): TaskChange => ({
        do: 'edit',
        id,
        edit: { addAfter: [...lost], removeAfter: [...gained] },
      })),
    ])
    own.remember(session, { label: `Removed ${count}`, undo, redo: remove })
    return true
  })
}

function showRefusal({ message }: Problem): false {
  showToast(message, { kind: 'error' })
  return false
}

type View = Awaited<ReturnType<YardClient['task']['get']>>

/** What is sent to make the same task again, without those that waited for it: they name it themselves. */
export const inputOf = (view: View) => ({
  id: view.id,
  title: view.title,
  description: view.description,
  priority: view.priority,
  tags: view.tags,
  skills: view.skills,
  deliverables: view.deliverables,
  after: view.after,
  exec: view.exec,
  verify: view.verify,
  executor: view.exec === null ? view.executor : null,
  model: view.model,
  timeoutMs: view.timeoutMs,
  maxAttempts: view.ownMaxAttempts,
  notBefore: view.notBefore,
  schedule: view.schedule,
  context: view.context,
  mode: view.mode,
  worktree: view.worktree,
  repo: view.repo,
  paused: view.held,
})

/** Says before what stops and what starts, and asks what becomes of those that wait. */
export async function abandonTasks(session: Session, cards: readonly TaskCard[]): Promise<void> {
  const { tasks } = session.yard.getState()
  const ids = new Set(cards.map(({ id }) => id))
  const ready = wouldBecomeReady(tasks, ids)
  const waiting = [...downstreamOf(tasks, ids)].filter((id) => {
    const card = tasks.get(id)
    return card !== undefined && !isFinishedCard(card)
  })
  const alive = cards.filter(({ status }) => status === 'in-progress').length
  const answer =
    ready.length + alive === 0
      ? { choice: 'alone', text: '' }
      : await ask({
          title: `Abandon ${countOf(cards)}?`,
          lines: [
            ...(alive > 0
              ? [`${agents(alive)} working on ${itOrThem(cards)} will be stopped.`]
              : []),
            ...(ready.length > 0
              ? [`${ready.length === 1 ? '1 task' : `${ready.length} tasks`} would become ready.`]
              : []),
            'What was done so far is kept.',
          ],
          choices:
            ready.length === 0
              ? [{ id: 'alone', label: 'Abandon', look: 'danger' }]
              : [
                  { id: 'all', label: `Abandon these too (${waiting.length})`, look: 'danger' },
                  { id: 'alone', label: 'Let them start' },
                  { id: 'join', label: joinLabel(cards) },
                ],
        })
  if (answer === null) return
  const { choice } = answer
  const done = await sendOrOffer(
    session,
    sendChanges(
      cards.map(({ id }) => ({
        do: 'abandon',
        id,
        withDependents: choice === 'all',
        join: choice === 'join',
      })),
    ),
    `Abandon ${countOf(cards)}`,
  )
  if (!done.ok) showRefusal(done.error)
}

const agents = (count: number): string => (count === 1 ? 'The agent' : `${count} agents`)

/** Adds or removes dependencies as one edit that can be taken back. Null when it was accepted, else the refusal. */
export function editDependency(
  session: Session,
  how: 'add' | 'remove',
  link: { readonly blocker: string; readonly dependent: string },
): Promise<Problem | null> {
  return making(async (own) => {
    const { blocker, dependent } = link
    const { tasks } = session.yard.getState()
    const name = (id: string): string => tasks.get(id)?.title ?? id
    const send =
      (isAdding: boolean) =>
      ({ task }: YardClient, commandId: string) =>
        task.edit({
          id: dependent,
          ...(isAdding ? { addAfter: [blocker] } : { removeAfter: [blocker] }),
          commandId,
        })
    const result = await sendCommand(session, send(how === 'add'))
    if (!result.ok) return result.error
    const label =
      how === 'add'
        ? `${name(dependent)} waits for ${name(blocker)}`
        : `${name(dependent)} no longer waits for ${name(blocker)}`
    const edit = { label, redo: send(how === 'add'), undo: send(how !== 'add') }
    own.remember(session, edit, { quiet: how === 'add' })
    return null
  })
}
