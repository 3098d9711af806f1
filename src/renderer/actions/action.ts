/**
 * What can be done to tasks: one file an action in `task/`, all of them in `registry.ts`. Keys, palette, menus, bars, the inspector and the
 * attention list draw their entries from there and carry them out by `perform.ts`, so that each asks, says and undoes the same everywhere.
 */
import type { Result } from '../../base/result.ts'
import type { TaskChange } from '../../contract/task.ts'
import type { AgentView, TaskCard } from '../../contract/view.ts'
import type { Problem } from '../model/session/problem.ts'
import type { SendCommand, Session } from '../model/session/session.ts'
import { dependentsOf, wouldBecomeReady, type Tasks } from '../model/reach.ts'
import type { IconName } from '../ui/icon.tsx'
import { plural } from '../ui/format.ts'
import type { Choice, Question } from './ask.ts'
import type { Edit, SendEdit } from './history.ts'

/** One task that an action is about. */
export interface Subject {
  readonly card: TaskCard
  /** The living one. */
  readonly agent: AgentView | null
  /** Set apart from its state: a running task can be held as well. */
  readonly isHeld: boolean
  /** A person works on it. */
  readonly isByHand: boolean
}

export interface Facts {
  readonly tasks: Tasks
  /** ms since 1970. */
  readonly now: number
  /** Agents whose end this page has asked for already. */
  readonly killing: ReadonlySet<string>
}

/** What is asked before. `press`: where a button stands for it, a second press on that, under this text, is enough. */
export interface ActionQuestion extends Question {
  readonly press?: string
}

export interface ActionContext extends Facts {
  readonly session: Session
  /** Sends; a refusal was shown when it comes back. `what`: names it for the person who is asked to send it again. */
  send<T>(send: SendCommand<T>, what: string): Promise<Result<T, Problem>>
  /** It was accepted and can be taken back. */
  remember: (edit: Edit) => void
}

export interface Action {
  readonly id: string
  readonly label: string
  readonly icon: IconName | null
  readonly look?: 'danger'
  /** Keys of the command of the same id; see `command-table.ts`. */
  readonly keys: readonly string[]
  /** Why it does not fit this task now; null = it fits. */
  readonly blocked: (subject: Subject) => string | null
  /** What follows from it beyond its label; null when that says it all. */
  readonly note?: (subject: Subject, facts: Facts) => string | null
  /** Null: nothing is lost or started by it that the person should know before. `subjects`: those that it fits. */
  readonly ask?: (subjects: readonly Subject[], facts: Facts) => ActionQuestion | null
  /** `choice`: of the question; null where nothing was asked. `text`: what stood in its field. False when it was refused or left. */
  readonly run: (
    context: ActionContext,
    subjects: readonly Subject[],
    choice: string | null,
    text: string,
  ) => Promise<boolean>
}

export function subjectOf(session: Session, card: TaskCard, isHeld?: boolean): Subject {
  const { agents } = session.yard.getState()
  const agent = card.agent === null ? null : (agents.get(card.agent) ?? null)
  return {
    card,
    agent,
    isHeld: isHeld ?? card.state === 'paused',
    isByHand: agent?.by === 'person' || (agent?.executorType ?? card.executor) === 'manual',
  }
}

/** All changes as one command: one commit, or none. */
export const sendChanges =
  (changes: readonly TaskChange[]) =>
  ({ task }: Parameters<SendEdit>[0], commandId: string) =>
    task.change({ changes: [...changes], commandId })

export const countOf = (cards: readonly Pick<TaskCard, 'title'>[]): string =>
  cards.length === 1 ? `“${cards[0]?.title ?? ''}”` : `${cards.length} tasks`

interface Changing {
  /** Named when it could not be sent: `Pause`. */
  readonly label: string
  readonly change: (card: TaskCard) => TaskChange
  /** Left out: no other change takes it back. */
  readonly inverse?: (card: TaskCard) => TaskChange
  /** `Paused`, of `Paused 3 tasks`. */
  readonly done: string
}

/** For an action that is one change of each task. */
export const byChange =
  ({ label, change, inverse, done }: Changing): Action['run'] =>
  async ({ send, remember }, subjects) => {
    const cards = subjects.map(({ card }) => card)
    const redo = sendChanges(cards.map(change))
    const sent = await send(redo, `${label} ${countOf(cards)}`)
    if (sent.ok && inverse)
      remember({ label: `${done} ${countOf(cards)}`, undo: sendChanges(cards.map(inverse)), redo })
    return sent.ok
  }

/** What becomes of those that wait for these tasks when they let them go on. */
export const dependentFacts = (
  subjects: readonly Subject[],
  { tasks }: Facts,
): { readonly waiting: number; readonly ready: number } => {
  const ids = new Set(subjects.map(({ card }) => card.id))
  const dependents = dependentsOf(tasks)
  return {
    waiting: new Set([...ids].flatMap((id) => dependents(id))).size,
    ready: wouldBecomeReady(tasks, ids).length,
  }
}

export const readyLine = (count: number): readonly string[] =>
  count === 0 ? [] : [`${plural(count, 'task')} would become ready.`]

/** Those that wait for these wait for what these waited for. */
export const joinChoice = ({ length }: readonly unknown[]): Choice => ({
  id: 'join',
  label: `Join them to ${length === 1 ? 'its' : 'their'} dependencies`,
})
